"""Files beyond all measure: they are refused or rejected with the place, or read, in no time and little memory."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from builders import account, check, declare, receive

from pipeline.errors import SourceError
from pipeline.extract.dumps.search import EntitySearch, PageSearch, UnreadableError
from pipeline.gazetteer.countries import country_names
from pipeline.readers.limits import EXCEL, JSON, TABLE, WIKITEXT
from pipeline.readers.raw_rows import LOCATOR, RawRows
from pipeline.readers.table import read_table
from pipeline.readers.wikitext import load_profile, page_filter
from pipeline.readers.wikitext.page import PageReader
from pipeline.sources import Format
from pipeline.validate import check_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.readers.wikitext.page_state import ParsedLine
    from pipeline.validate import Checked

#: Seconds of processor time that any of these files may take.
MOST_SECONDS = 2.0
COLUMNS = {"town": "town", "partner": "partner"}


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Assert that a test takes little time."""
    started = time.process_time()
    yield
    assert time.process_time() - started < MOST_SECONDS


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Read what is read once a process."""
    check("town,partner\nA,B\n", columns=COLUMNS)
    read("* [[Alba]]")
    read_table(workbook([["town"], ["A"]]), Format(type="excel"), "a.xlsx")


def refusal(content: str | bytes, **layout: Any) -> str:
    raw = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(SourceError) as error:
        read_table(raw, Format(**layout), "list", {"town", "partner"})
    return str(error.value)


def pairs(checked: Checked) -> list[Any]:
    return checked.claims.select("town_text", "partner_text").rows()


# Columns


@pytest.mark.parametrize("count", [20_000, 200_000])
def test_of_a_wide_table_only_the_declared_columns_are_read(count: int) -> None:
    header = ",".join(f"c{number}" for number in range(count))
    cells = ",1" * (count - 2)
    content = f'town,{header},partner\nA,"x\ny",2{cells},B\nC,"x","y"{cells},D\n'
    rows = read_table(content.encode(), Format(), "list.csv", {"town", "partner"}).rows
    assert rows.rows() == [("A", "B", "line 2"), ("C", "D", "line 4")]
    checked = check(content, columns=COLUMNS)
    assert (pairs(checked), checked.claims["locator"].to_list()) == ([("A", "B"), ("C", "D")], ["line 2", "line 4"])


def test_a_ragged_row_of_a_wide_table_is_told() -> None:
    header = ",".join(f"c{number}" for number in range(5_000))
    raw = read_table(
        f"town,partner,{header}\nA,B\nC,D{',' * 5_000}\n".encode(), Format(), "list.csv", {"town", "partner"}
    )
    assert raw.rows.rows() == [("C", "D", "line 3")]
    assert raw.broken["message"].to_list() == [
        (
            "2 fields where the header has 5002: a delimiter inside a field that is not quoted, a cut line, "
            'or a note (name how it begins: comment = ["…"] under [format])'
        )
    ]


def test_more_columns_than_any_table_has() -> None:
    message = refusal("a" + "," * TABLE.columns + "\n1\n")
    assert message == "list, line 1: the header has 1,000,001 columns, at most 1,000,000 are read"


def test_records_with_a_name_each() -> None:
    records = [{f"field {number}": number, "town": "A", "partner": f"B{number}"} for number in range(5_000)]
    rows = read_table(json.dumps(records).encode(), Format(type="json"), "list.json", {"town", "partner"}).rows
    assert (rows.columns, rows.height) == (["town", "partner", LOCATOR], 5_000)


@pytest.mark.parametrize(
    "header",
    [
        ",town,partner",
        "town,partner,",
        "town,,partner",
        " ,town,partner",
        "x,town,x,partner,x",
        "column_1,,town,partner",
    ],
)
def test_a_header_cell_that_is_blank_or_repeated_matters_only_where_it_is_declared(header: str) -> None:
    names = header.split(",")
    row = ",".join({"town": "Köln", "partner": "Oulu"}.get(name, "1") for name in names)
    for kind, content in (("csv", f"{header}\n{row}\n"), ("tsv", f"{header}\n{row}\n".replace(",", "\t"))):
        checked = check_source(
            declaration := declare(columns=COLUMNS, format={"type": kind}),
            receive(declaration, content),
            country_names(),
        )
        assert pairs(checked) == [("Köln", "Oulu")]


def test_a_blank_header_cell_has_the_number_of_its_column() -> None:
    raw = read_table(b",town,,column_3\n1,A,2,3\n", Format(), "list.csv", {"town"})
    assert raw.columns == ["column_1", "town", "column_3_", "column_3"]


def test_a_declared_column_that_is_there_twice_is_refused() -> None:
    assert refusal("town,partner,town\nA,B,C\n").startswith("list, line 1: the header names 'town' more than once")


# Cells


def test_a_cell_that_is_too_long_is_named() -> None:
    with pytest.raises(
        SourceError, match=r"a\.csv@\w+, line 3, column 'partner': a cell of 1,000,000 characters, at most "
    ):
        check(f"town,partner\nA,B\nC,{'x' * 1_000_000}\n", columns=COLUMNS)
    assert pairs(check(f"town,partner,x\nA,B,{'x' * 1_000_000}\n", columns=COLUMNS)) == [("A", "B")]
    longest = "é" * TABLE.cell_characters
    assert check(f"town,partner\nA,B\nC,{longest}\n", columns=COLUMNS).claims.height == 2


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_a_value_that_is_too_long_is_named(kind: str) -> None:
    record = json.dumps({"town": "A", "partner": "x" * 1_000_000})
    declaration = declare(columns=COLUMNS, format={"type": kind})
    with pytest.raises(SourceError, match=r"(record|line) 1, column 'partner': a cell of 1,000,000 characters"):
        check_source(declaration, receive(declaration, f"[{record}]" if kind == "json" else record), country_names())


# Spreadsheets


def workbook(rows: list[list[Any]], stray: tuple[int, int] | None = None) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    if stray:
        book.active.cell(*stray).value = "x"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_sheet(sheet: bytes) -> bytes:
    """Return a workbook with another sheet."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["town"]]))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            new.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return stream.getvalue()


def test_a_stray_cell_far_away_is_refused_before_anything_is_allocated() -> None:
    message = refusal(workbook([["town", "partner"], ["A", "B"]], (1_048_576, 16_384)), type="excel")
    assert message.startswith(
        "list, xl/worksheets/sheet1.xml, row 1048576, column 16384: with this cell the sheet has 1,048,576 rows of "
        "16,384 columns, at most 20,000,000 cells are read"
    )


@pytest.mark.parametrize("place", ["A" * 20 + "2", "B99999999", "XFE1", "2B"])
def test_a_cell_at_no_place_is_refused(place: str) -> None:
    sheet = f'<worksheet><sheetData><row r="1"><c r="A1"/><c r="{place}"/></row></sheetData></worksheet>'
    assert refusal(with_sheet(sheet.encode()), type="excel").startswith("list, xl/worksheets/sheet1.xml, row 1")
    message = refusal(
        with_sheet(b'<worksheet><sheetData><row r="1e9"><c/></row></sheetData></worksheet>'), type="excel"
    )
    assert message.endswith("'1e9' is not the number of a row")


@pytest.mark.parametrize("stray", [(30_000, 3), (5, 2_000)])
def test_a_stray_cell_that_is_not_far_away_is_read_over(stray: tuple[int, int]) -> None:
    raw = read_table(
        workbook([["town", "partner"], ["A", "B"]], stray), Format(type="excel"), "list", {"town", "partner"}
    )
    assert raw.rows.filter(pl.col("town") != "").select("town", "partner").rows() == [("A", "B")]


@pytest.fixture(scope="module")
def bombs() -> tuple[bytes, bytes]:
    """Return a workbook that grows when it is unpacked, and one whose directory states another size."""
    sheet = b"<worksheet><sheetData>" + b"a" * (EXCEL.unpacked_bytes + 1) + b"</sheetData></worksheet>"
    bomb = with_sheet(sheet)
    return bomb, bomb.replace(len(sheet).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))


def test_a_workbook_that_grows_when_it_is_unpacked_is_refused(bombs: tuple[bytes, bytes]) -> None:
    bomb, lying = bombs
    assert len(bomb) < 3_000_000
    message = refusal(bomb, type="excel")
    assert re.fullmatch(r"list: holds 268,\d{3},\d{3} bytes when unpacked, at most 268,435,456 are read", message)
    assert refusal(lying, type="excel").startswith("list: holds more than 268,435,456 bytes when unpacked, at most")


def test_a_damaged_workbook_is_refused() -> None:
    content = workbook([["town", "partner"], ["A", "B"]])
    for damaged in (content[:-30], content[:300], content[:40] + bytes(100) + content[140:], with_sheet(b"<a")):
        assert refusal(damaged, type="excel").startswith("list")


# JSON


def test_lone_surrogates_become_question_marks() -> None:
    content = r'[{"town": "Rosenheim", "partner": "Brian\ud800", "\udfff": 1, "x": {"\ud800": "\ud800"}}, "\ud800"]'
    raw = read_table(content.encode(), Format(type="json"), "list")
    assert raw.rows.rows() == [("Rosenheim", "Brian?", "1", '{"?": "?"}', "record 1")]
    assert raw.columns == ["town", "partner", "?", "x"]
    assert raw.broken.rows() == [("record 2", "not a record with named fields", '"?"')]
    lines = read_table(rb'{"town": "\ud800", "\ud800": {"a": ["\udfff"]}}', Format(type="jsonl"), "list").rows
    assert lines.rows() == [("?", '{"a": ["?"]}', "line 1")]


def test_values_inside_one_another() -> None:
    depth = JSON.nesting
    raw = read_table(b'[{"town": ' + b"[" * depth + b"]" * depth + b"}]", Format(type="json"), "list")
    assert raw.rows["town"][0].count("[") == depth
    for nested in (depth + 1, 900):
        content = '[{"a": 1}, {"town": ' + "[" * nested + "]" * nested + "}]"
        assert refusal(content, type="json") == (
            "list, record 2, 'town': more than 50 lists and objects inside one another"
        )
    assert refusal("[" * 100_000, type="json").startswith("list: cannot be read as JSON: ")


def test_names_of_working_columns_are_no_names_of_a_publisher() -> None:
    content = r'[{"\u001frow": 1, "\u001flocator": 2, "town": "A", "partner": "B"}]'
    declaration = declare(columns=COLUMNS, format={"type": "json"})
    assert pairs(check_source(declaration, receive(declaration, content), country_names())) == [("A", "B")]


# Wikidata


@pytest.mark.parametrize("kind", ["wikidata_statements", "wikidata_towns", "wikidata_entities"])
def test_an_answer_of_wikidata_that_is_nested_too_deeply(kind: str) -> None:
    assert refusal('{"id": "Q1", "town": ' + "[" * 100_000 + "\n", type=kind).startswith("list")


@pytest.mark.parametrize("name", ["claims", "labels", "aliases", "sitelinks"])
@pytest.mark.parametrize("empty", [None, [], {}])
def test_an_item_without_statements(name: str, empty: object) -> None:
    snak = {"snaktype": "value", "datavalue": {"value": {"id": "Q2"}}}
    whole = {
        "type": "item",
        "id": "Q1",
        "labels": {"de": {"language": "de", "value": "Köln"}},
        "claims": {"P190": [{"id": "Q1$a", "rank": "normal", "mainsnak": snak}]},
    }
    other = whole | {"id": "Q3", "claims": {"P190": [{"id": "Q3$a", "rank": "normal", "mainsnak": snak}]}, name: empty}
    lines = "".join(json.dumps(entity) + "\n" for entity in (other, whole))
    rows = read_table(lines.encode(), Format(type="wikidata_entities"), "list").rows
    assert rows["town"].to_list() == ["Q1"] if name == "claims" else ["Q1", "Q3"]
    # A dump may have the property's name anywhere.
    found = list(EntitySearch(("de",)).find(b'{"P190":1,' + lines.encode()[1:]))
    assert len(found) == (1 if name == "claims" else 2)


@pytest.mark.parametrize(
    "record", ['["P190":', '{"P190":1, "claims": "P190"}', '["P190":1]', '[{"P190": 1}, "claims"]']
)
def test_a_record_of_a_dump_that_is_no_item(record: str) -> None:
    with pytest.raises(UnreadableError, match="in the record that begins"):
        list(EntitySearch(("de",)).find(record.replace('": 1', '":1').encode() + b"\n"))


def test_a_page_of_a_dump_with_a_number_that_is_none() -> None:
    page = (
        "<page><title>A</title><ns>0</ns><id>x</id><revision><id>1</id><text>== Twin towns ==</text></revision></page>"
    )
    with pytest.raises(UnreadableError, match="invalid literal"):
        list(PageSearch(page_filter("en")).find(page.encode()))
    assert list(PageSearch(page_filter("en")).find(b"== Twin towns ==\n" * 30_000)) == []


# Wikitext

HEAD, TAIL = "== Twin towns ==\n* [[Cahors]], France (1967)\n", "\n* [[Alba]], Italy (1971)\n"


def read(line: str) -> list[ParsedLine]:
    return PageReader("Foo", HEAD + line + TAIL, load_profile("en")).read()


def partners(lines: list[ParsedLine]) -> list[tuple[str, str]]:
    return [(partner.name, partner.country) for line in lines for partner in line.partners]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("* " + "a" * 1_000_000, id="letters"),
        pytest.param("* " + "a" * 24_000 + ", France (1988)", id="fewer letters"),
        pytest.param("The town is twinned with " + "Ab and " * 6_000 + "France.", id="prose"),
        pytest.param("* " + "Ab " * 300_000, id="words"),
        pytest.param("* " + "{{a|" * 60_000 + "x" + "}}" * 60_000, id="nested templates"),
        pytest.param("* " + "{{a|" * 10_000 + "x" + "}}" * 10_000, id="fewer nested templates"),
        pytest.param("* " + "{{a|" * 20_000, id="open templates"),
        pytest.param("* " + "[[a|" * 20_000, id="open links"),
        pytest.param("* [http://" + "[http://a " * 9_000, id="open addresses"),
        pytest.param("* " + "1" * 90_000, id="digits"),
    ],
)
def test_a_line_that_is_too_long_is_rejected_and_the_others_are_read(line: str) -> None:
    lines = read(line)
    assert partners(lines) == [("Cahors", "France"), ("Alba", "Italy")]
    assert [(parsed.kind, parsed.partners) for parsed in lines if parsed.number == 3] == [("partner", [])]


def test_what_is_rejected_of_a_page_is_counted_and_named() -> None:
    declaration = declare(
        columns={"town": "town", "partner": "partner"},
        format={"type": "wikitext", "language": "en", "title": "Foo"},
        ignore=[{"column": "note", "pattern": "x", "reason": "no such note"}],
        expect={"max_rejected_share": 1.0},
    )
    checked = check_source(declaration, receive(declaration, HEAD + "* " + "a" * 1_000_000 + TAIL), country_names())
    rejects = checked.rejects.filter(pl.col("locator") == "Foo, line 3")
    assert rejects.height == 1
    assert len(rejects["row_json"][0]) < 40_000
    assert account(checked)[1] == 2


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("* [[Figeac]], France" + "<ref>a</ref>" * 30_000, id="references of several lines' length"),
        pytest.param("\n".join("* [[Figeac]], France" + "<ref>a</ref>" * 300 for _ in range(100)), id="references"),
    ],
)
def test_many_references(line: str) -> None:
    found = partners(read(line))
    assert (found[0], found[-1]) == (("Cahors", "France"), ("Alba", "Italy"))
    assert set(found[1:-1]) <= {("Figeac", "France")}


@pytest.mark.parametrize(
    "line", ["<!---->" * 14_000 + "x", "-" * 90_000 + "x", "|" + " " * 90_000 + "x", "'''a'''" + " " * 90_000 + "x"]
)
def test_markup_alone(line: str) -> None:
    assert partners(read(line)) == [("Cahors", "France"), ("Alba", "Italy")]


@pytest.mark.parametrize("unit", [" ", "=", "== ", "<ref ", "== <!--", "{{a|"])
def test_a_heading_that_is_too_long_is_none(unit: str) -> None:
    line = "== Twin " + unit * (900_000 // len(unit)) + " =="
    assert [parsed.kind for parsed in read(line) if parsed.number == 3] != ["heading"]


def test_lines_that_leave_something_open() -> None:
    assert partners(read("\n".join(["{{aaaaaaaa"] * 5_000)))[0] == ("Cahors", "France")


def test_a_cell_that_is_too_long_is_rejected() -> None:
    lines = read(f"{{|\n! Town !! Country\n|-\n| [[Melle]] || Belgium\n|-\n| {'a ' * 4_000} || France\n|}}")
    assert partners(lines) == [("Cahors", "France"), ("Melle", "Belgium"), ("Alba", "Italy")]
    assert [parsed.number for parsed in lines if parsed.kind == "partner" and not parsed.partners] == [8]


def test_a_row_of_very_many_cells() -> None:
    lines = read("{|\n! Town !! Country\n|-\n| [[Melle]] || Belgium" + " || a" * 15_000 + "\n|}")
    assert ("Melle", "Belgium") in partners(lines)
    read("{|\n" + "|a\n" * 20_000 + "|}")


@pytest.mark.parametrize("end", ["|}\n", ""])
def test_a_table_that_is_never_closed_ends_at_the_next_heading(end: str) -> None:
    table = "{|\n! City !! Sister cities\n|-\n| [[Linz]] || [[Alba]]\n|-\n| [[Graz]] || [[Pau]]\n"
    for heading in ("=== More ===\n", "== Twin towns ==\n", "== Economy ==\n== Sister cities ==\n"):
        text = f"== Sister cities ==\n{table}{end}{heading}* [[Oulu]], Finland\n"
        lines = PageReader("Foo", text, load_profile("en")).read()
        named = [(line.town, partner.name) for line in lines for partner in line.partners]
        assert named == [("Linz", "Alba"), ("Graz", "Pau"), ("Foo", "Oulu")]


def pages(*texts: str, title: str = "A") -> RawRows:
    content = "".join(json.dumps({"title": title, "text": text}) + "\n" for text in texts)
    return read_table(content.encode(), Format(type="wikipages", language="en"), "pages.jsonl")


def test_a_page_that_is_too_long_is_rejected_and_the_others_are_read() -> None:
    rows = pages(HEAD + "x\n" * WIKITEXT.page_characters, HEAD).rows
    assert rows.filter(pl.col("partner") != "")["partner"].to_list() == ["Cahors"]
    assert rows["raw"][0] == "A: a page of 4,194,349 characters, at most 2,097,152 are read"
    assert (rows["line_kind"][0], rows[LOCATOR][0]) == ("partner", "A, line 1")
    assert "a title of more than 500 characters" in pages(HEAD, title="A" * 1_000_000).rows["raw"][0]


def test_a_page_that_no_reader_can_read_is_rejected_and_the_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read_page = PageReader.read

    def fail(reader: PageReader) -> list[ParsedLine]:
        if "Oulu" in reader.text:
            raise RecursionError("too deep")
        return read_page(reader)

    monkeypatch.setattr(PageReader, "read", fail)
    rows = pages(HEAD, HEAD + "* [[Oulu]]\n").rows
    assert rows.filter(pl.col("partner") != "")["partner"].to_list() == ["Cahors"]
    assert rows.filter(pl.col("raw") == "A: cannot be read: RecursionError: too deep")[LOCATOR].to_list() == [
        "A (2), line 1"
    ]
