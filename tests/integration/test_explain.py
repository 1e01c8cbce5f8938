"""`twintowns explain`: every value of a partnership leads back to the claim that it came from, and why."""

from __future__ import annotations

import csv
import io
import json
import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest

from pipeline.cli import main
from pipeline.report.current import open_current
from pipeline.report.explain import explain, explain_pair
from pipeline.report.pairs import find_pair
from pipeline.sources import load_declarations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.sources import Declaration

FAILED = 1


def out_of(release: Path) -> Path:
    return release.parents[1]


def printed(release: Path, capsys: pytest.CaptureFixture[str], *names: str) -> str:
    assert main(["explain", "--out", str(out_of(release)), *names]) == 0
    return capsys.readouterr().out


def refused(release: Path, capsys: pytest.CaptureFixture[str], *names: str) -> str:
    assert main(["explain", "--out", str(out_of(release)), *names]) == FAILED
    shown, said = capsys.readouterr()
    assert shown == ""
    return said


def line_of(text: str, beginning: str) -> str:
    [line] = [line for line in text.splitlines() if line.strip().startswith(beginning)]
    return line


# What is printed


def test_a_partnership_that_ended(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(starter, capsys, "Coburg", "Cobourg")
    towns, conclusion, counts, *_ = shown.splitlines()
    assert towns.startswith("Coburg, Germany (gn2939951) – Cobourg, Canada (gn5924579)   p")
    assert conclusion == "partnership · ended · since 1997 · until 2022 (cause unknown)"
    assert "one family dates it" in counts
    assert "starter_towns, line 18: the only source that dates it" in line_of(shown, "start   1997")
    assert "starter_towns, line 18: the only source that dates the end" in line_of(shown, "end     2022")
    assert "starter_towns/statements.csv@" in shown
    assert "says    Coburg, DE – Cobourg, Ontario, CA · form “partnership” · start “1997” · end “2022”" in shown
    assert "same name, stated: starter_articles, line 11" in shown


def test_a_conflict_names_both_dates_and_who_is_believed(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = " ".join(printed(starter, capsys, "Heidelberg", "Cambridge").split())
    assert "sources contradict one another on the start" in shown
    assert "start 1965 starter_towns, line 29: starter_towns (municipality) before starter_germany (register)" in shown
    assert "contradicts: 1963 (starter_germany, line 288)" in shown


def test_the_town_that_was_named_first_stands_first(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(starter, capsys, "Cobourg", "Coburg").startswith("Cobourg, Canada (gn5924579) – Coburg, Germany")


@pytest.mark.parametrize("names", [("gn2939951", "gn5924579"), ("COBURG", "kobourg")])
def test_ids_and_slips_of_the_pen(starter: Path, capsys: pytest.CaptureFixture[str], names: tuple[str, str]) -> None:
    assert "Coburg, Germany (gn2939951) – Cobourg, Canada (gn5924579)" in printed(starter, capsys, *names)


def test_an_ambiguous_name_is_the_town_that_has_the_partner(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(starter, capsys, "Frankfurt", "Słubice")
    assert "Frankfurt (Oder), Germany (gn2925535) – Słubice, Poland (gn3085495)" in shown
    assert "Frankfurt might rather mean Frankfurt am Main, Germany (gn2925533), which has no such partner." in shown


def test_a_pair_that_nobody_states(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(starter, capsys, "Coburg", "Heidelberg")
    assert "no partnership of Coburg and Heidelberg" in said
    assert "Coburg was taken for Coburg, Germany (gn2939951)" in said
    assert "twintowns partners gn2939951" in said


def test_what_is_nearest_to_a_pair_that_nobody_states(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(starter, capsys, "Aachen", "gn5174035")
    assert "gn5174035 was taken for Toledo, United States (gn5174035)" in said
    assert "partners of Aachen with a name like Toledo: Toledo, Spain (gn2510409)" in said
    assert "the shortest way: Aachen – Toledo – Toledo (2 partnerships)" in said


def test_what_else_two_names_can_mean(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explained = json.loads(printed(starter, capsys, "Toledo", "Aachen", "--json"))
    assert [name["town_id"] for name in explained["meant"]] == ["gn2510409", "gn3247449"]
    explained = json.loads(printed(starter, capsys, "Toledo", "Toledo", "--json"))
    assert {town["country_code"] for town in explained["towns"]} == {"ES", "US"}
    assert [name["passed_over"] for name in explained["meant"]] == [None, None]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("Atlantis", "Coburg"), "Atlantis: no town is known by that name or id"),
        (("Coburg", "Coburg"), "both names lead to the same town"),
        (("Koburgg",), "no town is called 'Koburgg' in release "),
        (("p0123456789abcdef",), "no partnership has the id p0123456789abcdef"),
    ],
)
def test_what_is_not_known_is_said(
    starter: Path, capsys: pytest.CaptureFixture[str], names: tuple[str, ...], message: str
) -> None:
    assert message in refused(starter, capsys, *names)


def test_without_a_release_it_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--out", str(tmp_path), "Coburg", "Cobourg"]) == FAILED
    assert "twintowns build" in capsys.readouterr().err


# As data


def test_json_is_one_object_and_every_claim_has_its_place(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explained = json.loads(printed(starter, capsys, "Heidelberg", "Cambridge", "--json"))
    assert [town["name"] for town in explained["towns"]] == ["Heidelberg", "Cambridge"]
    claims = explained["claims"]
    assert len(claims) == explained["partnership"]["claim_count"]
    assert all(claim["snapshot_id"] and claim["locator"] and claim["source_title"] for claim in claims)
    by_id = {claim["claim_id"]: claim for claim in claims}
    for name, decision in explained["decisions"].items():
        if decision["claim_id"]:
            winner = by_id[decision["claim_id"]]
            assert name in winner["decides"]
            assert (decision["source_id"], decision["locator"]) == (winner["source_id"], winner["locator"])
    assert [event["event_date"][:4] for event in explained["events"]] == ["1963", "1965"]


def test_what_won_its_runner_up_and_the_criterion_are_data(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explained = json.loads(printed(starter, capsys, "Heidelberg", "Cambridge", "--json"))
    sources = {claim["claim_id"]: (claim["source_id"], claim["locator"]) for claim in explained["claims"]}
    start = explained["decisions"]["start"]
    assert start["decided_by"] == "authority"
    assert sources[start["claim_id"]] == ("starter_towns", "line 29")
    assert sources[start["runner_up_claim_id"]] == ("starter_germany", "line 288")
    assert [(rival["claim_id"], rival["relation"]) for rival in start["against"]] == [
        (start["runner_up_claim_id"], "conflict")
    ]


def test_retired_ids_lead_to_the_newest(starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release = tmp_path / "releases" / "copy"
    release.mkdir(parents=True)
    (tmp_path / "current").symlink_to(release)
    shutil.copy(starter / "twintowns.duckdb", release)
    newest = explain(tmp_path, "Coburg", "Cobourg")["partnership"]["partnership_id"]
    pair, town = "p" + "0" * 16, "x" + "0" * 16
    with duckdb.connect(release / "twintowns.duckdb") as connection:
        rows = [("partnership", pair, newest, "identified"), ("town", town, "gn2939951", "identified")]
        connection.executemany("INSERT INTO redirects VALUES (?, ?, ?, ?)", rows)
    shown = printed(release, capsys, pair)
    assert f"{pair} is now {newest}." in shown
    assert f"{town} is now gn2939951 (identified)" in shown
    assert explain(tmp_path, town, "Cobourg")["partnership"]["partnership_id"] == newest


def test_what_is_suspended_has_not_ended(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(starter, capsys, "Busan", "Fukuoka")
    assert "read as unspecified · suspended · suspended 28 July 2019 (other)" in text
    assert "unknown time" not in text


def test_groups_that_both_belong_to(starter: Path) -> None:
    groups = explain(out_of(starter), "Bochum", "Donetsk")["groups"]
    # One page tells of a ring of three of the four.
    assert [group["kind"] for group in groups] == ["ring", "ring"]


# The real lists: every value leads back to the claim that it came from

PAIRS = """
    SELECT source_id, arg_min(partnership_id, (start_date IS NULL, claim_id)) AS partnership_id
    FROM claims GROUP BY source_id ORDER BY source_id
"""


def record_at(path: Path, locator: str) -> set[str]:
    """Return the cells of the record that begins on a line, without the space around them."""
    number = int(locator.rsplit(maxsplit=1)[-1])
    if path.suffix == ".json":
        record = json.loads(path.read_text("utf-8"))["hromadas"][number - 1]
        return {" ".join(str(text).split()) for part in (record, *record["partners"]) for text in part.values()}
    text = path.read_text("utf-8-sig").splitlines(keepends=True)[number - 1 :]
    stream = io.StringIO("".join(text), newline="")
    tabs = path.suffix == ".tsv"
    delimiter = ";" if path.name == "dyad.hans.csv" else ","
    if tabs:
        reader = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(stream, delimiter=delimiter)
    return {" ".join(cell.split()) for cell in next(reader)}


def labels(declaration: Declaration, raw: Mapping[str, Path]) -> dict[str, str]:
    """Return the names that a source keeps in a second file, by item: the first of each."""
    if declaration.lookup is None:
        return {}
    with raw[declaration.lookup.file].open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {item: label for item, label, *_ in reversed(rows)}


def test_every_statement_stands_where_it_is_said_to_stand(real_lists: Path, full_build: Path) -> None:
    declarations = load_declarations()
    with duckdb.connect(full_build / "twintowns.duckdb", read_only=True) as connection:
        pairs = dict(connection.execute(PAIRS).fetchall())
    assert len(pairs) >= 10
    seen = set()
    for partnership_id in pairs.values():
        for claim in explain(out_of(full_build), partnership_id)["claims"]:
            source, _, rest = claim["snapshot_id"].partition("/")
            file_name, _, digest = rest.partition("@")
            folder = real_lists / "raw" / source
            entries = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
            paths = {entry["file_name"]: folder / entry["path"] for entry in entries}
            [entry] = [e for e in entries if e["file_name"] == file_name and e["sha256"].startswith(digest)]
            cells = record_at(folder / entry["path"], claim["locator"])
            names = labels(declarations[source], paths)
            cells |= {names[cell] for cell in cells if cell in names}
            said = {
                claim[name] for name in ("town_text", "partner_text", "start_text", "end_text", "note", "evidence_url")
            }
            declared = declarations[source]
            constants = {value for file in declared.files for value in declared.constants_of(file).values()}
            said |= {claim[name] for name in ("town_country_text", "partner_country_text", "form_text")} - constants
            assert said - {None} <= cells, (claim["snapshot_id"], claim["locator"])
            seen.add(source)
    assert set(pairs) <= seen


def test_ten_pairs_are_said_to_be_what_they_are(full_build: Path) -> None:
    expected: dict[tuple[str, str], dict[str, Any]] = {
        ("Coburg", "Cobourg"): {"start": "1997", "end": "2022", "status": "ended"},
        ("Schöppingen", "Diepenheim"): {"start": "1978", "end": "2002", "status": "ended"},
        ("Osaka", "San Francisco"): {"start": "1957", "end": "2 October 2018", "status": "ended"},
        ("Heidelberg", "Cambridge"): {"start": "1965", "end": None, "status": "active"},
        ("Celle", "Tavistock"): {"start": "1952", "end": None, "status": "active"},
        ("Erfurt", "Kati"): {"start": "2011", "end": None, "status": "active"},
        ("Frankfurt", "Slubice"): {"start": "1975", "end": None, "status": "active"},
        ("Paderborn", "Le Mans"): {"start": "1967", "end": None, "status": "active"},
        ("Brno", "Vídeň"): {"start": "1998", "end": None, "status": "unknown"},
        ("Praha", "Nürnberg"): {"start": "1990", "end": None, "status": "active"},
    }
    for names, values in expected.items():
        explained = explain(out_of(full_build), *names)
        said = {name: decision["value"] for name, decision in explained["decisions"].items()}
        assert {name: said[name] for name in values} == values, names
        record = explained["partnership"]
        assert (explained["start"], explained["end"], record["status"]) == tuple(values.values()), names


# As many of each kind as there are, so that the rare ones are among them.
OF_EVERY_KIND = """
    (
        SELECT partnership_id
        FROM partnerships
        ORDER BY
            row_number() OVER (
                PARTITION BY status, start_agreement, form_conflict, least(claim_count, 5) ORDER BY partnership_id
            ),
            partnership_id
        LIMIT 80
    )
    UNION SELECT min(partnership_id) FROM decisions GROUP BY decided, decided_by
"""


def test_what_is_said_to_have_won_is_what_the_decisions_say(full_build: Path) -> None:
    columns = ("claim_id", "runner_up_claim_id", "decided_by")
    with open_current(out_of(full_build)) as connection:
        ids = [partnership_id for (partnership_id,) in connection.execute(OF_EVERY_KIND).fetchall()]
        assert len(ids) >= 80
        decisions = connection.sql(f"SELECT partnership_id, decided, {', '.join(columns)} FROM decisions").pl()
        of_these = decisions.filter(pl.col("partnership_id").is_in(ids))
        assert set(of_these["decided_by"]) == set(decisions["decided_by"])
        expected = {(pair, decided): tuple(row) for pair, decided, *row in of_these.iter_rows()}
        for explained in (
            explain_pair(connection, find_pair(connection, partnership_id, None)) for partnership_id in ids
        ):
            record, said = explained["partnership"], explained["decisions"]
            assert set(said) == {"form", "start", "status", "end"}
            for decided, reason in said.items():
                place = record["partnership_id"], decided
                assert tuple(reason[name] for name in columns) == expected.get(place, (None, None, None)), place
            for decided in (*said, "end_cause"):
                place = record["partnership_id"], decided
                assert record[f"{decided}_claim_id"] == expected.get(place, (None,))[0], place
