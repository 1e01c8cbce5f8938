"""`twintowns declare`: the draft of a list that nobody has declared reads what the list says."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import values, workbook

from pipeline.cli import main
from pipeline.declare.known import likely_country
from pipeline.gazetteer.countries import country_names
from pipeline.sources import load_editions
from pipeline.validate.source_reader import read_source

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.validate import Checked


def declare(*arguments: object) -> int:
    return main(["declare", *map(str, arguments)])


def draft(folder: Path, name: str, content: str | bytes, *options: str, encoding: str = "utf-8") -> dict[str, Any]:
    """Return the draft of a list, which is written into a folder of its own."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    declare(path, "--raw", folder / "raw", *options)
    return tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))


def read(folder: Path) -> Checked:
    """Return what the one declaration of a folder reads."""
    (toml,) = folder.glob("*.toml")
    (declaration,) = load_editions(toml)
    checked = read_source(declaration, folder / "raw", country_names()).checked
    assert checked is not None
    return checked


def said(checked: Checked, *columns: str) -> list[Any]:
    return values(checked.claims, "town_text", "partner_text", *columns)


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def feature(point: list[float] | None, **properties: str) -> dict[str, Any]:
    geometry = None if point is None else {"type": "Point", "coordinates": point}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


# Tables


def test_a_german_list_with_semicolons_and_days(tmp_path: Path) -> None:
    made = draft(
        tmp_path, "gemeinden.csv",
        """\
Gemeinde;Partnerstadt;Land;seit
Ulm;New Ulm;USA;1967
Rosenheim;Briançon;Frankreich;1974
Amberg;Périgueux;Frankreich;12.09.1965
Landshut;Compiègne;Frankreich;25.03.1962
""",
    )  # fmt: skip
    assert made["format"] == {"type": "csv", "delimiter": ";", "date_order": "day-month-year"}
    assert (made["language"], made["constants"]) == ("de", {"town_country": "DE"})
    checked = read(tmp_path)
    assert said(checked, "partner_country_code", "start_precision") == [
        ("Amberg", "Périgueux", "FR", "day"), ("Landshut", "Compiègne", "FR", "day"),
        ("Rosenheim", "Briançon", "FR", "year"), ("Ulm", "New Ulm", "US", "year"),
    ]  # fmt: skip
    assert {str(start) for start in checked.claims["start_date"]} >= {"1965-09-12", "1962-03-25"}


def test_day_first_dates_of_a_french_list(tmp_path: Path) -> None:
    rows = "Annecy,Bayreuth,04/07/1966\nRoanne,Reutlingen,12/11/1958\nVoiron,Herford,25/03/1979\n"
    made = draft(tmp_path, "jumelages.csv", f"commune,jumelle,date\n{rows}")
    assert (made["language"], made["format"]["date_order"]) == ("fr", "day-month-year")
    assert sorted(map(str, read(tmp_path).claims["start_date"])) == ["1958-11-12", "1966-07-04", "1979-03-25"]


def test_month_first_dates_and_dates_of_both_orders(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    rows = "Toledo,Toledo,05/28/1931\nPhoenix,Hermosillo,02/14/1976\n"
    made = draft(tmp_path / "one", "cities.csv", f"city,sister city,since\n{rows}")
    assert made["format"]["date_order"] == "month-day-year"
    (tmp_path / "both").mkdir()
    made = draft(tmp_path / "both", "cities.csv", f"city,sister city,since\n{rows}Austin,Saltillo,28/05/1968\n")
    assert "date_order" not in made.get("format", {})


@pytest.mark.parametrize(
    ("encoding", "declared", "rows", "links"),
    [
        (
            "cp1250", "cp1250",
            "Miasto;Miasto partnerskie;Państwo\nŁomża;Sigulda;Łotwa\nSuwałki;Waren (Müritz);Niemcy\nEłk;Alytus;Litwa\n",
            [("Ełk", "Alytus", "LT"), ("Suwałki", "Waren (Müritz)", "DE"), ("Łomża", "Sigulda", "LV")],
        ),
        (
            "cp1251", "cp1251",
            "Город;Город-побратим;Страна\nСмоленск;Хаген;Германия\nПсков;Нойс;Германия\nКалуга;Зуль;Германия\n",
            [("Калуга", "Зуль", "DE"), ("Псков", "Нойс", "DE"), ("Смоленск", "Хаген", "DE")],
        ),
        (
            "cp932", "cp932",
            "市町村,提携先,国名\n苫小牧市,ネーピア市,ニュージーランド\n札幌市,ポートランド市,アメリカ\n札幌市,ミュンヘン市,ドイツ\n",
            [("札幌市", "ポートランド市", "US"), ("札幌市", "ミュンヘン市", "DE"), ("苫小牧市", "ネーピア市", "NZ")],
        ),
        (
            "utf-16", "utf-16",
            "Město\tPartnerské město\tZemě\nTřebíč\tHorn\tRakousko\nJihlava\tHeidenheim\tNěmecko\n",
            [("Jihlava", "Heidenheim", "DE"), ("Třebíč", "Horn", "AT")],
        ),
    ],
)  # fmt: skip
def test_encodings(tmp_path: Path, encoding: str, declared: str, rows: str, links: list[Any]) -> None:
    made = draft(tmp_path, "list.csv", rows, encoding=encoding)
    assert made["format"]["encoding"] == declared
    assert said(read(tmp_path), "partner_country_code") == links


def test_partners_side_by_side_in_a_spanish_list(tmp_path: Path) -> None:
    made = draft(
        tmp_path, "municipios.csv",
        """\
municipio,hermana_1,pais_1,hermana_2,pais_2
Granada,Aix-en-Provence,Francia,Coral Gables,Estados Unidos
Segovia,Tours,Francia,Marburgo,Alemania
Toledo,Nara,Japón,,
""",
    )  # fmt: skip
    assert made["unpivot"] == {"partner": "hermana_{n}", "partner_country": "pais_{n}"}
    assert made["constants"] == {"town_country": "ES"}
    assert said(read(tmp_path), "partner_country_code") == [
        ("Granada", "Aix-en-Provence", "FR"), ("Granada", "Coral Gables", "US"), ("Segovia", "Marburgo", "DE"),
        ("Segovia", "Tours", "FR"), ("Toledo", "Nara", "JP"),
    ]  # fmt: skip


def test_blank_towns_that_repeat_the_one_above(tmp_path: Path) -> None:
    rows = "Pirna;Longuyon;Frankreich\n;Děčín;Tschechien\n;Bolesławiec;Polen\nHeidenau;Lwówek Śląski;Polen\n"
    made = draft(tmp_path, "staedte.csv", f"Stadt;Partner;Land\n{rows}")
    assert made["format"]["fill_down"] == ["Stadt"]
    assert said(read(tmp_path)) == [
        ("Heidenau", "Lwówek Śląski"), ("Pirna", "Bolesławiec"), ("Pirna", "Děčín"), ("Pirna", "Longuyon"),
    ]  # fmt: skip


def test_a_header_in_two_rows(tmp_path: Path) -> None:
    rows = "Pirna,Longuyon,France,1962\nHeidenau,Lwówek Śląski,Poland,1996\nDresden,Coventry,United Kingdom,1959\n"
    made = draft(tmp_path, "two.csv", f"Town,Partner,,Agreement\n,Name,Country,Year\n{rows}")
    assert made["format"]["header_rows"] == 2
    assert made["columns"]["partner_country"] == "Partner / Country"
    assert said(read(tmp_path), "partner_country_code", "start_text") == [
        ("Dresden", "Coventry", "GB", "1959"), ("Heidenau", "Lwówek Śląski", "PL", "1996"),
        ("Pirna", "Longuyon", "FR", "1962"),
    ]  # fmt: skip


def test_title_lines_above_the_header(tmp_path: Path) -> None:
    rows = "Pirna;Longuyon;Frankreich\nFreital;Oberhausen;Deutschland\n"
    made = draft(tmp_path, "titel.csv", f"Partnerstädte im Landkreis\nStand: Oktober\n\nOrt;Partnerstadt;Land\n{rows}")
    assert made["format"]["skip_lines"] in (2, 3)
    assert said(read(tmp_path)) == [("Freital", "Oberhausen"), ("Pirna", "Longuyon")]


def test_comments_and_no_header(tmp_path: Path) -> None:
    made = draft(
        tmp_path, "towns.tsv", "# links\n# made up\nPirna\tLonguyon\nHeidenau\tLwówek Śląski\nDresden\tCoventry\n"
    )
    assert made["format"] == {"type": "tsv", "comment": ["#"], "header": False}
    assert said(read(tmp_path)) == [("Dresden", "Coventry"), ("Heidenau", "Lwówek Śląski"), ("Pirna", "Longuyon")]


def test_several_names_in_a_cell_of_an_italian_list(tmp_path: Path) -> None:
    rows = 'Bologna;"Lipsia, Coventry, Tolosa"\nParma;"Worms, Bourg-en-Bresse"\nModena;"Linz, Novi Sad"\n'
    made = draft(tmp_path, "gemelle.csv", f"comune;gemellaggi\n{rows}")
    assert (made["language"], made["split"]) == ("it", {"partner": [","]})
    assert said(read(tmp_path)) == [
        ("Bologna", "Coventry"), ("Bologna", "Lipsia"), ("Bologna", "Tolosa"), ("Modena", "Linz"),
        ("Modena", "Novi Sad"), ("Parma", "Bourg-en-Bresse"), ("Parma", "Worms"),
    ]  # fmt: skip


def test_a_sheet_in_finnish(tmp_path: Path) -> None:
    rows = [["Turku", "Kööpenhamina", "Tanska"], ["Vaasa", "Malmö", "Ruotsi"], ["Oulu", "Halle", "Saksa"]]
    made = draft(tmp_path, "kunnat.xlsx", workbook(["Kunta", "Ystävyyskunta", "Maa"], *rows))
    assert made["format"] == {"type": "excel"}
    assert said(read(tmp_path), "partner_country_code") == [
        ("Oulu", "Halle", "DE"), ("Turku", "Kööpenhamina", "DK"), ("Vaasa", "Malmö", "SE"),
    ]  # fmt: skip


def test_ids_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = draft(tmp_path, "ids.csv", "from_id,to_id\nP-001,P-104\nP-002,P-104\n")
    assert made["columns"] == {"town_key": "from_id", "partner_key": "to_id"}
    assert "# [lookup]" in (tmp_path / "ids.toml").read_text("utf-8")
    assert "no column holds names of places" in capsys.readouterr().out
    assert said(read(tmp_path)) == [("P-001", "P-104"), ("P-002", "P-104")]


def test_numbers_are_no_names(tmp_path: Path) -> None:
    made = draft(tmp_path, "edges.txt", "1 2\n1 3\n2 3\n")
    assert made["format"] == {"type": "csv", "delimiter": " ", "header": False}
    assert made["columns"] == {"town_key": "column_1", "partner_key": "column_2"}


def test_the_partners_of_one_town(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = draft(tmp_path, "list.csv", "ville jumelée,pays\nBonn,Allemagne\nTurin,Italie\nPorto,Portugal\n")
    assert made["constants"]["town"] == "…"
    assert "no column holds names of places; write which it is" in capsys.readouterr().out


# Records


def test_records_with_lists_in_swedish(tmp_path: Path) -> None:
    ljungby = {
        "kommun": "Ljungby",
        "land": "Sverige",
        "vänorter": [{"namn": "Paide", "land": "Estland", "sedan": 1991}],
    }
    kalmar = {"kommun": "Kalmar", "land": "Sverige", "vänorter": [{"namn": "Entebbe", "land": "Uganda", "sedan": 2002}]}
    none = {"kommun": "Växjö", "land": "Sverige", "vänorter": []}
    made = draft(tmp_path, "kommuner.json", as_json({"kommuner": [ljungby, kalmar, none]}))
    assert made["format"] == {"type": "json", "records": "kommuner"}
    assert made["columns"]["partner_country"] == "vänorter.land"
    assert said(read(tmp_path), "town_country_code", "partner_country_code", "start_text") == [
        ("Kalmar", "Entebbe", "SE", "UG", "2002"), ("Ljungby", "Paide", "SE", "EE", "1991"),
    ]  # fmt: skip


def test_an_object_whose_keys_are_towns(tmp_path: Path) -> None:
    made = draft(tmp_path, "keyed.json", as_json({"Ljungby": ["Paide", "Kalmar"], "Växjö": ["Lohja"], "Umeå": []}))
    assert made["columns"] == {"town": "key", "partner": "value"}
    assert said(read(tmp_path)) == [("Ljungby", "Kalmar"), ("Ljungby", "Paide"), ("Växjö", "Lohja")]


def test_json_lines(tmp_path: Path) -> None:
    rows = [{"kunta": "Turku", "ystävyyskunta": "Malmö"}, {"kunta": "Oulu", "ystävyyskunta": "Halle"}]
    made = draft(tmp_path, "kunnat.json", "\n".join(map(as_json, rows)))
    assert made["format"] == {"type": "jsonl"}
    assert said(read(tmp_path)) == [("Oulu", "Halle"), ("Turku", "Malmö")]


def test_geojson(tmp_path: Path) -> None:
    features = [
        feature([12.1289, 47.8564], ort="Rosenheim", partner="Briançon"),
        feature([11.8568, 49.4456], ort="Amberg", partner="Périgueux"),
        feature(None, ort="Straubing", partner="Tuam"),
    ]
    made = draft(tmp_path, "punkte.geojson", as_json({"type": "FeatureCollection", "features": features}))
    assert made["columns"] == {"town": "ort", "partner": "partner"}
    assert said(read(tmp_path), "town_latitude") == [
        ("Amberg", "Périgueux", 49.4456), ("Rosenheim", "Briançon", 47.8564), ("Straubing", "Tuam", None),
    ]  # fmt: skip


def test_results_of_a_sparql_service(tmp_path: Path) -> None:
    item = "http://www.wikidata.org/entity/"
    links = [("Q64", "Berlin", "Q90", "Paris"), ("Q1055", "Hamburg", "Q23482", "Marseille")]
    rows = [
        {
            name: {"type": "literal", "value": value}
            for name, value in zip(("a", "aName", "b", "bName"), row, strict=True)
        }
        for row in [(item + town, name, item + partner, label) for town, name, partner, label in links]
    ]
    made = draft(tmp_path, "sparql.json", as_json({"head": {}, "results": {"bindings": rows}}))
    assert (made["columns"]["town_wikidata_id"], made["columns"]["partner_wikidata_id"]) == ("a", "b")
    assert said(read(tmp_path), "town_wikidata_id", "partner_wikidata_id") == [
        ("Berlin", "Paris", "Q64", "Q90"), ("Hamburg", "Marseille", "Q1055", "Q23482"),
    ]  # fmt: skip


# What is guessed


@pytest.mark.parametrize(
    ("towns", "country"),
    [
        (["Segovia", "Granada", "Toledo"], "ES"), (["Stará Ľubovňa", "Košice"], "SK"), (["苫小牧市", "札幌市"], "JP"),
        (["Smolensk", "Pskov"], "RU"),
    ],
)  # fmt: skip
def test_the_country_of_towns(towns: list[str], country: str) -> None:
    found = likely_country(pl.Series(towns))
    assert found is not None
    assert found[0] == country


def test_every_guess_says_what_it_rests_on(tmp_path: Path) -> None:
    draft(tmp_path, "list.csv", "Ort,Partner,Land,Nr\nUlm,Jinja,Uganda,1\nAalen,Kerch,Ukraine,2\n")
    text = (tmp_path / "list.toml").read_text("utf-8")
    columns = text.partition("[columns]\n")[2].partition("\n\n")[0].splitlines()
    assert all("#" in line for line in columns)
    assert "# not used: 'Nr', such as '1'" in columns
    for key in ("title", "publisher", "url", "licence", "as_of"):
        assert re.search(rf"^{key} = .*# fill in", text, re.MULTILINE), key


def test_the_language_may_be_given(tmp_path: Path) -> None:
    made = draft(tmp_path, "list.csv", "Ort,Partner\nBozen,Sterzing\nUlm,Jinja\n", "--language", "de")
    assert made["language"] == "de"


# The command

LIST = "Ort;Partner;seit\nUlm;Jinja [am Nil];1990\nAalen;keine;\nBonn;;1967\n;;\nTrier;Metz;31.2.1957\n"


def test_a_declaration_that_is_there_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.csv").write_text(LIST, "utf-8")
    (tmp_path / "list.toml").write_text("mine", "utf-8")
    assert declare(tmp_path / "list.csv") == 2
    assert "is there already; look at it with --check, or write over it with --force" in capsys.readouterr().err
    assert (tmp_path / "list.toml").read_text("utf-8") == "mine"
    assert declare(tmp_path / "list.csv", "--force") == 0
    assert tomllib.loads((tmp_path / "list.toml").read_text("utf-8"))["columns"]["town"] == "Ort"


def test_a_draft_on_the_console(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.csv").write_text(LIST, "utf-8")
    (tmp_path / "list.toml").write_text("mine", "utf-8")
    assert declare(tmp_path / "list.csv", "--output", "-") == 0
    assert tomllib.loads(capsys.readouterr().out)["columns"] == {"town": "Ort", "partner": "Partner", "start": "seit"}
    assert (tmp_path / "list.toml").read_text("utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.csv", "list.toml"]


def test_a_name_for_the_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Meine Liste 2.csv").write_text(LIST, "utf-8")
    assert declare(tmp_path / "Meine Liste 2.csv", "--raw", tmp_path / "raw") == 0
    assert declare(tmp_path / "Meine Liste 2.csv", "--output", tmp_path / "ort.toml") == 0
    assert sorted(path.name for path in tmp_path.glob("*.toml")) == ["meine_liste_2.toml", "ort.toml"]
    assert declare(tmp_path / "Meine Liste 2.csv", "--output", tmp_path / "elsewhere" / "ort.toml") == 2
    assert "a declaration lies beside its list" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("list.csv", b"", "the file is empty; nothing was read"),
        ("list.csv", b"\x00\x01\xff\xfe\x89", "is it UTF-16, or no text file at all?"),
        ("list.json", b'{"a": 1', "not JSON"),
        ("list.xlsx", b"PK", "cannot be read"),
        ("absent.csv", None, "cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert declare(tmp_path / name) == 3
    assert message in capsys.readouterr().err
    assert not list(tmp_path.glob("*.toml"))


def test_a_check_shows_every_row_that_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.csv").write_text(LIST, "utf-8")
    assert declare(tmp_path / "list.csv", "--output", tmp_path / "list.toml") == 0
    capsys.readouterr()
    assert declare("--check", tmp_path / "list.toml") == 0
    printed = capsys.readouterr().out
    assert "list: 5 rows: 2 used, 1 rejected, 2 ignored; 2 claims" in printed
    assert "Jinja [am Nil]" in printed, "a bracket was taken for markup"
    assert 'rejected: 1 × partner_missing\n  line 4: no partner is named: {"Ort":"Bonn"' in printed
    assert '  line 3: {"Ort":"Aalen","Partner":"keine","seit":""}\n  line 5: {"Ort":""' in printed
    assert "partner: 1 × states_none (kept)\n  line 3: 'keine'" in printed
    assert "start: 1 × date_impossible_day (kept)\n  line 6: '31.2.1957'" in printed
    assert f"build it with: twintowns build --sources {tmp_path} --only list --out trial" in printed


def test_a_check_shows_as_many_rows_as_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"Ort {chr(97 + number)};;\n" for number in range(5)) + "Ulm;Jinja;\n" * 6
    (tmp_path / "list.csv").write_text(f"Ort;Partner;seit\n{rows}", "utf-8")
    (tmp_path / "list.toml").write_text(
        """\
title = "T"
publisher = "P"
url = "https://example.org"
licence = "CC0-1.0"
language = "de"
as_of = 2026-10-01
files = [{ name = "list.csv" }]
format = { delimiter = ";" }
columns = { town = "Ort", partner = "Partner" }
""",
        "utf-8",
    )
    assert declare("--check", tmp_path / "list.toml", "--rows", 2) == 0
    printed = capsys.readouterr().out
    assert "rejected: 5 × partner_missing\n  line 2" in printed
    assert "  … and 3 more (--rows 5)" in printed
    assert printed.count("│ line ") == 2


def test_a_check_shows_why_a_list_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.csv").write_text("Ort;Partner\nUlm;Jinja\nBonn;\nAalen;\n", "utf-8")
    assert declare(tmp_path / "list.csv") == 3
    printed = capsys.readouterr().out
    assert "list: 3 rows: 1 used, 2 rejected, 0 ignored; 1 claims" in printed
    assert 'line 4: no partner is named: {"Ort":"Aalen","Partner":""}' in printed
    assert "not read: list: 2 of 3 rows rejected, at most 50% expected" in printed
    assert "build it with" not in printed


def test_a_check_of_a_wrong_declaration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.toml").write_text('title = "T"\npartnre = 1\n', "utf-8")
    assert declare("--check", tmp_path / "list.toml") == 2
    assert "unknown key 'partnre'" in capsys.readouterr().err
