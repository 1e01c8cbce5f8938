"""Wikidata as it is asked: a real SPARQL server with a small Wikidata, from the questions to the partnerships."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
import tomllib
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import requests
from faulty_proxy import PASSING, FaultyProxy
from sparql_server import oxigraph
from wikidata_world import entity, item, statement, triples, world
from wikidata_world import time as wikidata_time

from pipeline.build import build
from pipeline.cli import main
from pipeline.errors import SourceError
from pipeline.extract.http.client import HttpClient
from pipeline.extract.http.errors import TimedOutError
from pipeline.extract.http.settings import HttpSettings
from pipeline.extract.wikidata import fetch as fetching
from pipeline.extract.wikidata.fetch import fetch_wikidata
from pipeline.gazetteer.countries import country_names
from pipeline.raw_store.snapshots import RawStore, describe
from pipeline.readers.raw_files import Received
from pipeline.sources import BUILT_IN, Declaration, load_declarations
from pipeline.sources.settings import Settings
from pipeline.validate import check_source
from schemas import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.extract.http.fetch import FetchResult
    from pipeline.extract.http.responses import Response

ROOT = Path(__file__).parents[2]
TOWNS, PARTNERS = 250, 10


@pytest.fixture(scope="module")
def entities() -> list[dict[str, Any]]:
    return world(TOWNS, PARTNERS)


@pytest.fixture(scope="module")
def endpoint(entities: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with oxigraph(triples(entities), tmp_path_factory.mktemp("oxigraph")) as address:
        yield address


@pytest.fixture(scope="module")
def fetched(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a raw store with what an undisturbed fetch brought."""
    raw = tmp_path_factory.mktemp("raw")
    results = fetch_wikidata(declaration(), raw, HttpClient(), endpoint=endpoint)
    assert [(one.file_name, one.outcome) for one in results] == [("statements.jsonl", "new"), ("towns.jsonl", "new")]
    return raw


def declaration() -> Declaration:
    return load_declarations()["wikidata"]


def received(raw: Path) -> list[Received]:
    store, source = RawStore(raw), declaration()
    latest = [(file, store.latest(source, file)) for file in source.files]
    return [Received(file, snapshot, store.read(snapshot)) for file, snapshot in latest if snapshot]


def contents(raw: Path) -> list[bytes]:
    return [one.content for one in received(raw)]


def claims_of_snapshot(raw: Path) -> pl.DataFrame:
    return check_source(declaration(), received(raw), country_names()).claims


def claims_of_entities(*files: bytes) -> pl.DataFrame:
    """Return the claims of entities under the declaration of the live source, with its columns."""
    declared = tomllib.loads((BUILT_IN / "wikidata.toml").read_text(encoding="utf-8"))
    names = [f"{place}.json" for place in range(len(files))]
    declared |= {"files": [{"name": name, "format": {"type": "wikidata_entities"}} for name in names]}
    own = {key: value for key, value in declared.items() if key not in ("lookup", "live")}
    source = Declaration.model_validate({**own, "id": "wikidata", "path": BUILT_IN / "wikidata.toml"})
    got = [
        Received(file, describe(source, file, content), content)
        for file, content in zip(source.files, files, strict=True)
    ]
    return check_source(source, got, country_names()).claims


def without_origin(claims: pl.DataFrame) -> pl.DataFrame:
    return claims.drop("snapshot_id", "as_of_date").sort("locator")


class Through(HttpClient):
    """The network, with what a test does before each query."""

    def __init__(self, before: Any = None) -> None:
        super().__init__()
        self.before, self.questions = before, list[str]()

    def request(self, url: str, **options: Any) -> Response | None:
        self.questions.append(options["form"]["query"])
        if self.before:
            self.before(self.questions)
        return super().request(url, **options)


def fetch_small(raw: Path, client: HttpClient, endpoint: str, countries: Sequence[str] = ("CZ",)) -> list[FetchResult]:
    return fetch_wikidata(declaration(), raw, client, endpoint=endpoint, countries=countries)


# The same facts both ways


def test_sparql_and_entities_give_the_same_claims(fetched: Path, entities: list[dict[str, Any]]) -> None:
    lines = [json.dumps(one, ensure_ascii=False) for one in entities]
    dump = ("[\n" + ",\n".join(lines) + "\n]\n").encode()
    by_sparql, by_json = without_origin(claims_of_snapshot(fetched)), without_origin(claims_of_entities(dump))
    assert by_sparql.height > 0.95 * TOWNS * PARTNERS
    assert by_sparql.equals(by_json)
    # Every case is among them.
    assert set(by_sparql["start_precision"]) == {"day", "month", "year", "decade", "century", "unknown"}
    assert set(by_sparql["claim_rank"]) == {"preferred", "normal", "deprecated"}
    assert {"war", "unknown"} <= set(by_sparql["end_cause"])
    assert by_sparql["locator"].is_unique().all()


def test_real_entities_give_the_same_claims_by_sparql(samples: Path, tmp_path: Path) -> None:
    files = [path.read_bytes() for path in sorted((samples / "wikidata_entities").glob("*.json"))]
    found = [one for content in files for one in json.loads(content)["entities"].values()]
    with oxigraph(triples(found), tmp_path) as address:
        fetch_wikidata(declaration(), tmp_path / "raw", HttpClient(), endpoint=address)
    by_sparql, by_json = (
        without_origin(claims_of_snapshot(tmp_path / "raw")),
        without_origin(claims_of_entities(*files)),
    )
    assert by_sparql.equals(by_json)
    assert by_json.height == 11
    # The key of Karlsruhe's answer is the id of a redirect.
    assert set(by_json["town_wikidata_id"]) == {"Q1040", "Q3955"}
    nancy = by_json.filter(pl.col("partner_wikidata_id") == "Q40898").row(0, named=True)
    assert (nancy["town_text"], nancy["start_text"], nancy["start_date"], nancy["start_precision"]) == (
        "Karlsruhe",
        "1955",
        date(1955, 1, 1),
        "year",
    )


# From the endpoint to the release


def test_what_was_fetched_becomes_partnerships(fetched: Path, entities: list[dict[str, Any]], tmp_path: Path) -> None:
    release = build(Settings(raw=fetched, out=tmp_path, only=frozenset({"wikidata"}))).published.path
    tables = {name: pl.read_parquet(release / f"{name}.parquet") for name in MODELS}
    stated = sum(len(one["claims"].get("P190", [])) for one in entities)
    account = tables["ledger"].filter(pl.col("snapshot_id").str.contains("statements")).row(0, named=True)
    assert account["rows_read"] == stated
    assert account["rows_used"] + account["rows_rejected"] == stated
    assert set(tables["rejects"]["rules"]) == {"partner_missing"}
    assert not tables["findings"].filter(pl.col("severity") == "error").height

    towns = {one["wikidata_id"]: one for one in tables["towns"].to_dicts()}
    rome = next(one for one in towns.values() if one["name"] == "Rome")
    assert (rome["town_id"], rome["geonames_id"], rome["located_by"]) == ("gn3169070", 3169070, "identifier")
    # Berlin has no GeoNames id there, but coordinates; another town has neither name nor id.
    berlin = towns["Q7000000"]
    assert (berlin["town_id"], berlin["located_by"]) == ("gn2950159", "name_and_coordinates")
    assert towns["Q7000065"]["town_id"] != "Q7000065" or towns["Q7000065"]["located_by"] == "identifier"
    names = tables["town_names"].filter(pl.col("town_id") == "gn3169070", pl.col("language") == "de")["name"]
    assert {"Rome (de)", "Alias von Rome"} <= set(names)

    claims = tables["claims"]
    ended = claims.filter(pl.col("end_date") == date(2022, 3, 4), pl.col("claim_rank") != "deprecated")
    assert ended.height
    assert set(ended["status"]) == {"ended"}
    partnership = tables["partnerships"].filter(
        pl.col("partnership_id").is_in(ended.filter(pl.col("end_cause") == "war")["partnership_id"].implode())
    )
    assert set(partnership["status"]) == {"ended"}
    assert set(partnership["end_cause"]) == {"war"}
    # A deprecated statement is a claim, and decides nothing where there is another.
    deprecated = claims.filter(pl.col("claim_rank") == "deprecated")
    outranked = deprecated.join(claims, on="partnership_id").filter(pl.col("claim_rank_right") != "deprecated")
    assert outranked.height
    assert not set(outranked["claim_id"]) & set(tables["partnerships"]["start_claim_id"])


def test_the_second_fetch_changes_nothing(endpoint: str, tmp_path: Path) -> None:
    fetch_small(tmp_path, HttpClient(), endpoint)
    manifest = (tmp_path / "wikidata" / "manifest.jsonl").read_bytes()
    before = contents(tmp_path)
    again = fetch_small(tmp_path, HttpClient(), endpoint)
    assert [one.outcome for one in again] == ["unchanged", "unchanged"]
    assert contents(tmp_path) == before
    assert (tmp_path / "wikidata" / "manifest.jsonl").read_bytes() == manifest
    assert not (tmp_path / "wikidata" / ".partial").exists()


def test_only_the_countries_asked_for(endpoint: str, tmp_path: Path) -> None:
    fetch_small(tmp_path, HttpClient(), endpoint, ["CZ", "pl"])
    claims = claims_of_snapshot(tmp_path)
    assert set(claims["town_country_text"]) == {"CZ", "PL"}
    assert {"DE", "FR", "IT"} <= set(claims["partner_country_text"])


# What goes wrong on the way


def test_a_fetch_that_was_stopped_asks_for_nothing_twice(
    endpoint: str, undisturbed: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "BATCH_STATEMENTS", 20)
    whole = Through()
    fetch_small(tmp_path / "whole", whole, endpoint)

    def stop(questions: list[str]) -> None:
        if len(questions) == 5:
            raise KeyboardInterrupt

    first, second = Through(stop), Through()
    with pytest.raises(KeyboardInterrupt):
        fetch_small(tmp_path / "stopped", first, endpoint)
    fetch_small(tmp_path / "stopped", second, endpoint)
    assert first.questions[:4] + second.questions == whole.questions
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole") == undisturbed


def test_a_killed_process_goes_on_where_it_was(endpoint: str, undisturbed: list[bytes], tmp_path: Path) -> None:
    with slow_proxy(endpoint) as proxy:
        fetch = [sys.executable, "-m", "pipeline", "fetch", "wikidata", "--endpoint", proxy.address]
        fetch += ["--countries", "CZ", "--raw", str(tmp_path)]
        running = subprocess.Popen(fetch, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        partial = tmp_path / "wikidata" / ".partial"
        until = time.monotonic() + 120
        while not [*partial.glob("statements-*.jsonl")]:
            assert running.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
        running.wait()
        kept = {path.name: path.read_bytes() for path in partial.glob("statements-*.jsonl")}
        assert not (tmp_path / "wikidata" / "manifest.jsonl").exists()
        proxy.delay = 0.0
        asked = len(proxy.asked)
        assert subprocess.run(fetch, cwd=ROOT, check=False, capture_output=True).returncode == 0
    again = "\n".join(proxy.asked[asked:])
    assert kept
    assert "COUNT%28DISTINCT" not in again  # the items were counted before
    assert contents(tmp_path) == undisturbed


class Proxy:
    address = ""
    delay = 0.5

    def __init__(self) -> None:
        self.asked: list[str] = []


class slow_proxy:  # noqa: N801 - a context
    """A server that hands on each question after a while."""

    def __init__(self, endpoint: str) -> None:
        proxy = self.proxy = Proxy()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"]))
                proxy.asked.append(form.decode())
                time.sleep(proxy.delay)
                kinds = {name: self.headers[name] for name in ("Content-Type", "Accept")}
                answer = requests.post(endpoint, data=form, headers=kinds, timeout=60)
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers["Content-Type"])
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(answer.content)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        proxy.address = f"http://127.0.0.1:{self.server.server_port}/sparql"

    def __enter__(self) -> Proxy:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self.proxy

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


#: Impatient, so that a server which stalls does not hold the tests up.
HASTY = HttpSettings(backoff=0.01, backoff_max=0.02, jitter=0.01, read_timeout=2, deadline=3)


@pytest.fixture(scope="module")
def undisturbed(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return what a fetch of one country brings where nothing goes wrong."""
    raw = tmp_path_factory.mktemp("undisturbed")
    fetch_small(raw, HttpClient(), endpoint)
    return contents(raw)


@pytest.mark.long
def test_faults_that_pass_leave_no_trace(
    endpoint: str, undisturbed: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "BATCH_ITEMS", 2)
    faults = [fault for fault in PASSING if fault not in ("maxlag", "readonly")]
    with FaultyProxy(endpoint) as proxy:
        proxy.breaks(answer for fault in faults for answer in (fault, ""))
        fetch_small(tmp_path, HttpClient(HASTY), f"{proxy.url}/query")
        assert not proxy.faults
    assert contents(tmp_path) == undisturbed


@pytest.mark.long
@pytest.mark.parametrize("fault", ["503", "reset", "cut_json", "error_text", "gzip_bomb", "404", "redirect_private"])
def test_after_the_server_recovers_a_fetch_completes_from_where_it_was(
    fault: str, endpoint: str, undisturbed: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "BATCH_STATEMENTS", 20)
    with FaultyProxy(endpoint) as proxy:
        proxy.breaks([*[""] * 4, *[fault] * 100])
        with pytest.raises(SourceError, match=re.escape(proxy.url)):
            fetch_small(tmp_path, HttpClient(HASTY), f"{proxy.url}/query")
        assert RawStore(tmp_path).manifest("wikidata") == []
        proxy.faults.clear()
        proxy.asked.clear()
        fetch_small(tmp_path, HttpClient(HASTY), f"{proxy.url}/query")
        # The items were counted before, and some of their statements are there.
        assert not [one for one in proxy.asked if b"COUNT%28DISTINCT" in one.body]
    assert contents(tmp_path) == undisturbed


def test_a_server_that_runs_out_of_time_is_asked_for_less(
    endpoint: str, undisturbed: list[bytes], tmp_path: Path
) -> None:
    def out_of_time(questions: list[str]) -> None:
        if questions[-1].partition("}")[0].count("wd:Q") > 3:
            raise TimedOutError("too slow")

    fetch_small(tmp_path, Through(out_of_time), endpoint)
    assert contents(tmp_path) == undisturbed


def test_too_many_items_to_count_at_once_are_counted_by_their_ids(
    endpoint: str, undisturbed: list[bytes], tmp_path: Path
) -> None:
    def cannot_count(questions: list[str]) -> None:
        if "COUNT(DISTINCT" in questions[-1] and not re.search(r"entity/Q\d\d|VALUES \?town", questions[-1]):
            raise TimedOutError("too slow")

    fetch_small(tmp_path, Through(cannot_count), endpoint)
    assert contents(tmp_path) == undisturbed


def test_a_server_that_never_has_the_time_is_named_and_what_came_is_kept(endpoint: str, tmp_path: Path) -> None:
    def no_towns(questions: list[str]) -> None:
        if "rdfs:label" in questions[-1]:
            raise TimedOutError("http://example.org/sparql: too slow")

    with pytest.raises(SourceError, match=r"example\.org.*too slow\nEven Q7\d+ alone is too much"):
        fetch_small(tmp_path, Through(no_towns), endpoint)
    assert [*(tmp_path / "wikidata" / ".partial").glob("statements-*.jsonl")]
    assert RawStore(tmp_path).manifest("wikidata") == []


def test_parts_of_another_job_are_not_used(endpoint: str, tmp_path: Path) -> None:
    def stop(questions: list[str]) -> None:
        if "rdfs:label" in questions[-1]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_small(tmp_path, Through(stop), endpoint, ["CZ", "PL"])
    fetch_small(tmp_path, HttpClient(), endpoint)
    assert set(claims_of_snapshot(tmp_path)["town_country_text"]) == {"CZ"}


def test_qualifiers_that_go_together_are_one_row(tmp_path: Path) -> None:
    """Several of everything: still one row, and the same one in both forms."""
    full = statement(
        "P190",
        item("Q2"),
        of="Q1",
        P580=[wikidata_time("+1962-00-00T00:00:00Z", 9), wikidata_time("+1961-05-00T00:00:00Z", 10)],
        P582=[wikidata_time("+1999-00-00T00:00:00Z", 9), ...],
        P1534=[item("Q198"), item("Q424242")],
        references=[
            {"P854": ["https://b.example", "https://a.example"]},
            {"P854": ["https://0.example"], "P248": [item("Q5")]},
        ],
    )
    known = entity("Q1", {"en": "A"}, full)
    with oxigraph(triples([known]), tmp_path) as address:
        fetch_wikidata(declaration(), tmp_path / "raw", HttpClient(), endpoint=address)
    by_sparql = claims_of_snapshot(tmp_path / "raw")
    assert without_origin(by_sparql).equals(without_origin(claims_of_entities(json.dumps(known).encode())))
    (row,) = by_sparql.to_dicts()
    assert (row["start_text"], row["start_date"]) == ("1961-05; 1962", date(1961, 5, 1))
    assert (row["end_text"], row["status"], row["evidence_url"]) == ("1999", "ended", "https://0.example")


# The command


def test_a_build_without_the_live_source_says_how_to_fetch_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--only", "wikidata", "--raw", str(tmp_path / "raw"), "--out", str(tmp_path / "out")]) == 3
    assert "twintowns fetch wikidata" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--endpoint", "http://127.0.0.1:1/sparql"], "go with a live source"),
        (["wikidata", "--countries", "Germany"], "not a code of ISO 3166-1"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_asked(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fetch", *arguments, "--raw", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []


def test_an_endpoint_without_statements_is_an_error(endpoint: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"has no statement of twinning \(P190\) of XX"):
        fetch_small(tmp_path, HttpClient(), endpoint, ["XX"])
