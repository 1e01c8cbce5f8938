"""Wikidata's facts: what is read from them, and that an answer that is not whole is no answer."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dates import parse_dates
from pipeline.errors import SourceError
from pipeline.extract.http.body import parse_content
from pipeline.extract.http.client import HttpClient
from pipeline.extract.http.errors import TooLargeError
from pipeline.extract.http.responses import Response
from pipeline.extract.partial import PartialFetch, make_batches
from pipeline.extract.wikidata import terms as t
from pipeline.extract.wikidata.fetch import fetch_wikidata
from pipeline.readers import chunks
from pipeline.readers.wikidata.bindings import read_statement_facts, read_town_facts
from pipeline.readers.wikidata.entities import facts_of_entities, read_entities, read_entity_facts
from pipeline.readers.wikidata.rows import TOWN_FACTS, statement_rows, town_rows
from pipeline.readers.wikidata.times import format_time, to_rdf_time
from pipeline.sources import load_declarations

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

GREGORIAN, JULIAN = "http://www.wikidata.org/entity/Q1985727", "http://www.wikidata.org/entity/Q1985786"


# Times


def written(text: str, precision: int, calendar: str = GREGORIAN) -> str:
    value = to_rdf_time({"time": text, "precision": precision, "calendarmodel": calendar})
    frame = pl.DataFrame({"value": [value], "precision": [str(precision)], "calendar": [calendar.rpartition("/")[2]]})
    return str(frame.select(format_time()).item())


@pytest.mark.parametrize(
    ("text", "precision", "expected"),
    [
        ("+1955-00-00T00:00:00Z", 9, "1955"),
        ("+1955-06-17T00:00:00Z", 9, "1955"),  # the month and day of a year mean nothing
        ("+1955-03-00T00:00:00Z", 10, "1955-03"),
        ("+1955-03-26T00:00:00Z", 11, "1955-03-26"),
        ("+1955-03-26T12:30:00Z", 13, "1955-03-26"),
        ("+1955-00-00T00:00:00Z", 8, "1950s"),
        ("+1900-00-00T00:00:00Z", 8, "decade 1900"),
        ("+1900-00-00T00:00:00Z", 7, "19th century"),
        ("+1901-00-00T00:00:00Z", 7, "20th century"),
        ("+2000-00-00T00:00:00Z", 7, "20th century"),
        ("+2001-00-00T00:00:00Z", 7, "21st century"),
        ("+0836-00-00T00:00:00Z", 9, "0836"),
        ("+2000-00-00T00:00:00Z", 6, "unreadable (precision 6)"),
        ("-0050-00-00T00:00:00Z", 9, "50 BC"),
        ("+37546-00-00T00:00:00Z", 9, "the year 37546"),  # five digits alone would be a day of Excel
        ("nonsense", 9, "unreadable (nonsense)"),
    ],
)
def test_a_time_says_no_more_than_its_precision(text: str, precision: int, expected: str) -> None:
    assert written(text, precision) == expected


@pytest.mark.parametrize(
    ("text", "precision", "expected", "note"),
    [
        ("1955-03-26", "day", date(1955, 3, 26), None),
        ("1955-03", "month", date(1955, 3, 1), None),
        ("1950s", "decade", date(1950, 1, 1), None),
        ("decade 1900", "decade", date(1900, 1, 1), None),
        ("20th century", "century", date(1901, 1, 1), None),
        ("1836-02-29 (Julian calendar, converted)", "day", date(1836, 2, 29), "julian"),
        ("1836 (Julian calendar)", "year", date(1836, 1, 1), "julian"),
        ("unreadable (precision 6)", None, None, None),
        ("50 BC", None, None, None),
        ("the year 37546", None, None, None),
    ],
)
def test_what_is_written_is_read_as_it_is_meant(
    text: str, precision: str | None, expected: date | None, note: str | None
) -> None:
    read = parse_dates(pl.Series([text]), "en").row(0, named=True)
    assert (read["precision"], read["date"], read["date_note"]) == (precision, expected, note)


@settings(deadline=None, max_examples=30)
@given(st.dates(date(1000, 1, 1), date(2199, 12, 31)), st.integers(7, 14))
def test_reading_what_was_written_gives_the_interval_back(day: date, precision: int) -> None:
    text = written(f"+{day.isoformat()}T00:00:00Z", precision)
    read = parse_dates(pl.Series([text]), "en").row(0, named=True)
    names = {7: "century", 8: "decade", 9: "year", 10: "month"}
    assert read["precision"] == names.get(precision, "day")
    assert read["date"] <= day <= read["last_date"]


@settings(deadline=None)
@given(st.dates(date(500, 3, 1), date(2190, 12, 31)))
def test_a_julian_day_is_converted(day: date) -> None:
    # Days that the Julian calendar is behind: the leap days of whole centuries that the Gregorian one leaves out.
    century = (day.year - (day.month < 3)) // 100
    behind = century - century // 4 - 2
    value = {"time": f"+{day.isoformat()}T00:00:00Z", "precision": 11, "calendarmodel": JULIAN}
    assert to_rdf_time(value)[:10] == (day + timedelta(days=behind)).isoformat()
    # Less than a day cannot be converted, and is not.
    assert to_rdf_time(value | {"precision": 9})[:4] == f"{day.year:04d}"


def test_a_day_that_never_was_is_the_last_of_its_month() -> None:
    assert written("+1977-02-31T00:00:00Z", 11) == "1977-02-28"


# Towns


def read_town(*facts: tuple[str, ...]) -> dict[str, Any]:
    """Return the row of an item with these facts: property, value, and language or time."""
    rows = [
        (
            "Q1",
            of,
            value,
            *(rest if of in ("label", "alias") else ()),
            *((None, rest[0]) if of == t.POPULATION and rest else ()),
        )
        for of, value, *rest in facts
    ]
    padded = [(*row, *(None,) * (5 - len(row))) for row in rows]
    (row,) = town_rows(pl.DataFrame(padded, schema=TOWN_FACTS, orient="row")).to_dicts()
    return row


def test_a_town_is_called_by_its_label_in_the_first_language_that_has_one() -> None:
    assert read_town(("label", "Ostrau", "de"), ("label", "Ostrava", "en"))["name"] == "Ostrava"
    assert read_town(("label", "Ostrau", "de"), ("label", "Ostrava", "mul"))["name"] == "Ostrava"
    assert read_town(("label", "Ostrau", "de"), ("label", "Ostrava", "xx"), ("alias", "A", "en"))["name"] == "Ostrau"
    assert read_town((t.COUNTRY, "Q213"))["name"] is None


def test_of_two_countries_or_geonames_ids_none_is_taken() -> None:
    assert read_town((t.COUNTRY, "Q183"), (t.COUNTRY, "Q183"))["country"] == "DE"
    assert read_town((t.COUNTRY, "Q183"), (t.COUNTRY, "Q142"))["country"] is None
    assert read_town((t.COUNTRY, "Q55"), (t.COUNTRY, "Q29999"))["country"] == "NL"
    assert read_town((t.COUNTRY, "Q987654321"))["country"] == "Q987654321"  # it becomes a finding
    assert read_town((t.GEONAMES, "7"))["geonames_id"] == "7"
    assert read_town((t.GEONAMES, "7"), (t.GEONAMES, "8"))["geonames_id"] is None


def test_the_latest_population_and_a_place_on_earth() -> None:
    town = read_town((t.POPULATION, "+900", "2020-01-01T00:00:00Z"), (t.POPULATION, "+1000", "1990-01-01T00:00:00Z"))
    assert town["population"] == "900"
    assert read_town((t.POPULATION, "5"), (t.POPULATION, "7"))["population"] == "7"
    town = read_town(
        (t.COORDINATES, "<http://www.wikidata.org/entity/Q405> Point(1 2)"), (t.COORDINATES, "Point(8.5 49)")
    )
    assert (town["longitude"], town["latitude"]) == ("8.5", "49.0")


def test_a_city_that_is_a_state_is_a_municipality() -> None:
    assert read_town((t.INSTANCE_OF, "Q1221156"), (t.INSTANCE_OF, "Q515"))["kind"] == "municipality"
    assert read_town((t.INSTANCE_OF, "Q106658"))["kind"] == "county"
    assert read_town((t.INSTANCE_OF, "Q1"))["kind"] is None


def test_a_redirect_has_what_its_target_has() -> None:
    rows = [("Q5", "same", "Q9", None, None), ("Q9", "label", "Ulm", "de", None), ("Q9", t.COUNTRY, "Q183", None, None)]
    facts = town_rows(pl.DataFrame(rows, schema=TOWN_FACTS, orient="row"))
    assert facts.select("item", "same_as", "name", "country").rows() == [
        ("Q5", "Q9", "Ulm", "DE"),
        ("Q9", "Q9", "Ulm", "DE"),
    ]


def test_countries_are_ones_that_are_known() -> None:
    from pipeline.gazetteer.countries import country_names, resolve_countries

    texts = pl.Series(sorted(set(t.countries().values())))
    countries = resolve_countries(texts, country_names())
    known_ones = countries.filter(pl.col("country_code").is_not_null() | pl.col("historic_name").is_not_null())
    assert set(texts) == set(known_ones["country_text"])


# Files that are not what they should be


def test_a_line_that_is_no_binding_is_named() -> None:
    row = b'{"town":{"type":"uri","value":"http://www.wikidata.org/entity/Q1"}}\n'
    with pytest.raises(SourceError, match=r"x, line 2: not a JSON object: b'java\.lang"):
        read_statement_facts(row + b"java.lang.Exception\n", "x")
    with pytest.raises(SourceError, match="x, line 2"):
        read_town_facts(row + row[:30], "x")


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"entities":{"Q1":{"id":"Q1","missing":""}}}', b"null"])
def test_json_without_entities_is_refused(content: bytes) -> None:
    with pytest.raises(SourceError, match="holds no entity"):
        read_entities(content, "x")


def test_lines_of_a_dump_are_entities() -> None:
    entity = json.dumps({"id": "Q1", "claims": []}).encode()
    assert [record["id"] for _, record in read_entities(b"[\n" + entity + b",\n" + entity + b"\n]\n", "x")] == [
        "Q1",
        "Q1",
    ]
    with pytest.raises(SourceError, match="x, line 3: not JSON"):
        read_entities(b"[\n" + entity + b',\n{"id":\n]\n', "x")


@pytest.mark.long
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"claims": {"P190": [{"rank": "normal"}]}}, "something in it has no 'id'"),
        ({"claims": {"P17": [{"rank": "normal"}]}}, "something in it has no 'mainsnak'"),
        ({"claims": {"P190": None}}, "something in it is of another kind"),
        ({"claims": "x"}, "something in it is of another kind"),
        ({"labels": ["a"]}, "something in it is of another kind"),
        ({"aliases": {"en": [3]}}, "something in it is of another kind"),
        ({"redirects": "Q2"}, "something in it is of another kind"),
    ],
)
def test_an_entity_of_another_shape_is_named(fields: dict[str, Any], why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, sound = (
        json.dumps({"id": "Q77"} | fields).encode(),
        b"\n".join(json.dumps(entity).encode() for entity in entities(50)),
    )
    message = f"Q77 is not as Wikibase writes it: {why}"
    with pytest.raises(SourceError, match=f"^x: {message}"):
        read_entity_facts(bad, "x")
    with pytest.raises(SourceError, match=f"^x, line 51: {message}"):
        read_entity_facts(sound + b"\n" + bad, "x")
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 2_000)
    with pytest.raises(SourceError, match=f"^x, line 51: {message}"):
        read_entity_facts(sound + b"\n" + bad, "x")


@pytest.mark.parametrize("size", [chunks.CHUNK_SIZE, 2_000])
def test_json_nested_too_deep_is_refused(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SIZE", size)
    with pytest.raises(SourceError, match=r"^x: not JSON as Wikibase writes it: maximum recursion depth"):
        read_entity_facts(b"[" * 200_000, "x")
    lines = b",\n".join(json.dumps(entity).encode() for entity in entities(50))
    deep = b'{"id":"Q77","claims":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(SourceError, match=r"^x, line 52: not JSON as Wikibase writes it: maximum recursion depth"):
        read_entity_facts(b"[\n" + lines + b",\n" + deep + b"\n]\n", "x")


def test_a_large_file_of_blanks_has_no_entity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 2_000)
    with pytest.raises(SourceError, match=r"^x: holds no entity"):
        read_entity_facts(b"[\n" + b" " * 10_000, "x")


# Halves of characters, which JSON can escape


@pytest.mark.parametrize("size", [chunks.CHUNK_SIZE, 2_000])
def test_half_a_character_in_an_entity_is_a_question_mark(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    label = {"en": {"language": "en", "value": "Zürich\ud83d"}, "de": {"language": "de", "value": "Zürich"}}
    records = [*entities(50), {"id": "Q77", "labels": label}]
    monkeypatch.setattr(chunks, "CHUNK_SIZE", size)
    _, town_facts = read_entity_facts(b"\n".join(json.dumps(record).encode() for record in records), "x")
    assert town_facts.filter(pl.col("town") == "Q77")["value"].to_list() == ["Zürich?", "Zürich"]


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (rb"A\ud83d", "A?"),
        (rb"A\uDE00\ud83d", "A??"),
        (rb"A\ud83d\u0041", "A?A"),
        (rb"A\ud83d\ud83d\ude00", "A?😀"),
        (rb"A\\ud83d", r"A\ud83d"),
        (rb"A\\\ud83d", "A\\?"),
        (rb"\ud55c", "한"),
        (rb"A\"\ud83d", 'A"?'),
    ],
)
def test_half_a_character_in_a_binding_is_a_question_mark(escaped: bytes, text: str) -> None:
    row = json.dumps({"town": uri("wd:Q1"), "property": uri("rdfs:label"), "value": {"type": "literal", "value": "@"}})
    assert read_town_facts(row.encode().replace(b"@", escaped), "x")["value"].item() == text


def test_half_a_character_in_an_answer_does_not_end_the_fetch(tmp_path: Path) -> None:
    def halved(query: str, rows: list[Any]) -> list[Any]:
        return [row | {"value": {"type": "literal", "value": "A\ud83d"}} for row in rows] if "label" in query else rows

    assert fetched(tmp_path, Endpoint(halved)) == ["Q1", "Q2", "Q10"]
    (path,) = (tmp_path / "wikidata").glob("*/towns.jsonl")
    assert '"value":"A?"' in path.read_text(encoding="utf-8")


def entities(count: int) -> list[dict[str, Any]]:
    def twinning(town: int, partner: int) -> dict[str, Any]:
        value = {"type": "wikibase-entityid", "value": {"id": f"Q{partner}"}}
        mainsnak = {"snaktype": "value", "property": "P190", "datavalue": value}
        return {"id": f"Q{town}${partner}", "rank": "normal", "mainsnak": mainsnak}

    labels = {"en": {"language": "en", "value": "Town"}}
    return [
        {"id": f"Q{town}", "labels": labels, "claims": {"P190": [twinning(town, town + step) for step in range(1, 3)]}}
        for town in range(1, count + 1)
    ]


def test_a_large_dump_is_read_in_chunks_to_the_same_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = b",\n".join(json.dumps(entity).encode() for entity in entities(50))
    for content in (b"[\n" + lines + b"\n]\n", lines.replace(b",\n", b"\n")):
        statement_facts, town_facts = read_entity_facts(content, "x")
        assert (statement_facts.height, town_facts.height) == (100, 50)
        with monkeypatch.context() as patched:
            patched.setattr(chunks, "CHUNK_SIZE", 2_000)
            in_chunks = read_entity_facts(content, "x")
            assert in_chunks[0].equals(statement_facts)
            assert in_chunks[1].equals(town_facts)
            with pytest.raises(SourceError, match=f"x, line {len(content.splitlines()) + 1}: not JSON"):
                read_entity_facts(content.rstrip() + b"\n{", "x")


@pytest.mark.parametrize("indent", [None, 2])
def test_a_large_answer_is_not_cut(monkeypatch: pytest.MonkeyPatch, indent: int | None) -> None:
    document = {"entities": {entity["id"]: entity for entity in entities(50)}}
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 2_000)
    assert read_entity_facts(json.dumps(document, indent=indent).encode(), "x")[0].height == 100
    assert read_entity_facts(json.dumps(entities(50), indent=indent).encode(), "x")[0].height == 100


def test_no_value_names_nobody_and_dates_nothing() -> None:
    nothing = {"snaktype": "novalue", "property": "P190"}
    some_value = {"snaktype": "somevalue", "property": "P582"}
    claim = {
        "id": "Q1$A",
        "rank": "normal",
        "mainsnak": nothing,
        "qualifiers": {"P582": [some_value], "P580": [nothing]},
    }
    (row,) = statement_rows(facts_of_entities([("x", {"id": "Q1", "claims": {"P190": [claim]}})])[0]).to_dicts()
    assert (row["partner"], row["start"], row["end"], row["status"]) == (None, None, None, "ended")


# Parts


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1), st.integers(1, 5), st.integers(1, 12))
def test_batches_hold_everything_once_and_no_more_than_they_should(weights: list[int], most: int, weight: int) -> None:
    by_item = {f"Q{place}": weight_of_item for place, weight_of_item in enumerate(weights)}
    batches = make_batches(by_item, most, by_item, weight)
    assert [item for batch in batches for item in batch] == list(by_item)
    assert all(0 < len(batch) <= most for batch in batches)
    assert all(len(batch) == 1 or sum(by_item[item] for item in batch) <= weight for batch in batches)
    assert all(len(batch) == most for batch in make_batches(by_item, most)[:-1])


def test_a_part_that_is_too_much_is_halved_and_stays_so(tmp_path: Path) -> None:
    items, requests = [f"Q{number}" for number in range(1, 8)], list[list[str]]()

    def fetch(batch: list[str]) -> list[bytes]:
        requests.append(batch)
        if len(batch) > 2:
            raise TooLargeError("too large")
        return [f"{item}\n".encode() for item in batch]

    def fetch_all() -> list[bytes]:
        return [path.read_bytes() for path in PartialFetch(tmp_path, {"job": 1}).fetch_batches("x", [items], fetch)]

    first = fetch_all()
    assert b"".join(first).decode().split() == items
    count = len(requests)
    assert fetch_all() == first
    assert len(requests) == count
    assert not [*(PartialFetch(tmp_path, {"job": 2}).folder.glob("x-*"))]


def test_a_batch_that_is_too_old_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(text: bytes) -> list[bytes]:
        partial = PartialFetch(tmp_path, {"job": 1})
        return [path.read_bytes() for path in partial.fetch_batches("x", [["Q1"]], lambda _: [text])]

    assert fetch(b"old") == fetch(b"new") == [b"old"]
    monkeypatch.setattr("pipeline.extract.partial.STALE_AFTER", timedelta(0))
    assert fetch(b"new") == [b"new"]


# Answers that are not whole


COUNTED = "COUNT(DISTINCT"


class Endpoint(HttpClient):
    """Answers each sort of query with rows; `spoil` may alter a response before it is sent."""

    def __init__(self, spoil: Any = None) -> None:
        super().__init__()
        self.spoil, self.queries = spoil, list[str]()

    def request(self, url: str, *, form: Any = None, **_: Any) -> Response:
        query = form["query"]
        self.queries.append(query)
        rows = list(self._rows(query))
        if self.spoil:
            rows = self.spoil(query, rows)
        content = rows if isinstance(rows, bytes) else json.dumps({"results": {"bindings": rows}}).encode()
        return Response(content, None, url, parse_content(content, "application/json", url))

    def _rows(self, query: str) -> Iterable[dict[str, Any]]:
        items = [word for word in query.partition("}")[0].split() if word.startswith("wd:Q")]
        if COUNTED in query and "GROUP BY" in query:
            yield from ({"town": uri(f"wd:Q{n}"), "count": {"type": "literal", "value": "1"}} for n in (2, 1, 10))
        elif COUNTED in query:
            yield {"count": {"type": "literal", "value": str(len(items))}}
        elif "wikibase:rank" in query:
            for item in items:
                number = item.partition("Q")[2]
                yield {
                    "town": uri(item),
                    "statement": uri(f"wds:Q{number}-A"),
                    "property": uri("ps:P190"),
                    "value": uri("wd:Q1"),
                    "rank": uri("wikibase:NormalRank"),
                }
        else:
            for item in items:
                yield {"town": uri(item), "property": uri("rdfs:label"), "value": {"type": "literal", "value": item}}


def uri(name: str) -> dict[str, str]:
    return {"type": "uri", "value": t.iri(name)}


def fetched(raw: Path, endpoint: Endpoint) -> list[str]:
    fetch_wikidata(load_declarations()["wikidata"], raw, endpoint, endpoint="https://example.org/sparql")
    (path,) = (raw / "wikidata").glob("*/statements.jsonl")
    return [json.loads(line)["town"]["value"].rpartition("/")[2] for line in path.read_text().splitlines()]


def test_rows_are_ordered_by_the_number_of_the_item(tmp_path: Path) -> None:
    assert fetched(tmp_path, Endpoint()) == ["Q1", "Q2", "Q10"]


def test_an_answer_with_fewer_statements_than_were_counted_is_asked_for_in_halves(tmp_path: Path) -> None:
    def cut(query: str, rows: list[Any]) -> list[Any]:
        return rows[:2] if "wikibase:rank" in query else rows

    endpoint = Endpoint(cut)
    assert fetched(tmp_path, endpoint) == ["Q1", "Q2", "Q10"]
    assert sum("wikibase:rank" in query for query in endpoint.queries) == 3


def test_statements_that_came_since_they_were_counted_are_taken(tmp_path: Path) -> None:
    def edited(query: str, rows: list[Any]) -> list[Any]:
        if COUNTED in query and "GROUP" not in query:
            return [{"count": {"type": "literal", "value": "2"}}]
        return rows[:2] if "wikibase:rank" in query else rows

    assert fetched(tmp_path, Endpoint(edited)) == ["Q1", "Q2"]


@pytest.mark.parametrize("content", [b'{"results":{"bindings":[{"town":', b"{}", b"[]", b"java.lang.Exception", b""])
def test_what_is_no_whole_answer_ends_the_fetch_and_leaves_nothing_in_the_manifest(
    content: bytes, tmp_path: Path
) -> None:
    def broken(query: str, rows: list[Any]) -> Any:
        return content if "rdfs:label" in query else rows

    with pytest.raises(SourceError, match=r"^https://example\.org/sparql: .*not (valid|the) JSON"):
        fetched(tmp_path, Endpoint(broken))
    assert not (tmp_path / "wikidata" / "manifest.jsonl").exists()


def test_a_round_number_of_rows_is_counted_again(tmp_path: Path) -> None:
    def cut(query: str, rows: list[Any]) -> list[Any]:
        if "COUNT(*)" in query:
            return [{"count": {"type": "literal", "value": "1234"}}]
        return rows[:1] * 1000 if "rdfs:label" in query else rows

    with pytest.raises(SourceError, match="1000 rows came of 1234: the result was truncated"):
        fetched(tmp_path, Endpoint(cut))


def test_an_endpoint_that_cannot_count_is_asked_a_few_times_only(tmp_path: Path) -> None:
    def too_large(query: str, rows: list[Any]) -> list[Any]:
        if COUNTED in query:
            raise TooLargeError("too large")
        return rows

    endpoint = Endpoint(too_large)
    with pytest.raises(TooLargeError):
        fetched(tmp_path, endpoint)
    assert len(endpoint.queries) < 10
