"""Files become rows of text, each with the line where it stands, or an error that says what is wrong."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import json
import re
from typing import Any

import polars as pl
import pytest
from builders import check, workbook
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.gazetteer.names import clean_text
from pipeline.readers.raw_rows import LOCATOR, RawRows
from pipeline.readers.statements import _CLEAN
from pipeline.readers.table import read_table
from pipeline.sources import Format

WORDS = "town,partner\nKöln,Liège\nŁódź,Česká Třebová\n"


def read(content: str | bytes, **layout: Any) -> RawRows:
    raw = content if isinstance(content, bytes) else content.encode()
    return read_table(raw, Format(**layout), "list.csv")


def lines(content: str | bytes, **layout: Any) -> dict[str, tuple[str, ...]]:
    """Return each row's cells by its locator."""
    rows = read(content, **layout).rows
    return dict(zip(rows[LOCATOR], rows.drop(LOCATOR).rows(), strict=True))


def refusal(content: str | bytes, **layout: Any) -> str:
    with pytest.raises(SourceError) as error:
        read(content, **layout)
    assert str(error.value).startswith("list.csv")
    return str(error.value)


# Delimited text


def test_cells_are_text_as_printed() -> None:
    assert lines("a,b,c,d\n007, x ,1.50,NULL\n") == {"line 2": ("007", " x ", "1.50", "NULL")}


def test_quoted_cells_hold_delimiters_quotes_and_line_breaks() -> None:
    assert lines('a,b\n"x,y","say ""hi"""\n"one\ntwo",z\n') == {
        "line 2": ("x,y", 'say "hi"'),
        "line 3": ("one\ntwo", "z"),
    }


def test_a_row_is_found_on_the_line_where_it_begins() -> None:
    content = 'a,"b\nc"\n"1\n\n2",x\ny,"3\n4"\n\nz,w\n'
    assert lines(content) == {"line 3": ("1\n\n2", "x"), "line 6": ("y", "3\n4"), "line 9": ("z", "w")}


@pytest.mark.parametrize(("kind", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_a_blank_line_is_nothing_and_a_row_of_empty_cells_is_a_row(kind: str, delimiter: str) -> None:
    content = "a,b\n\n1,2\n,\n   \n3,4\n".replace(",", delimiter)
    assert lines(content, type=kind) == {"line 3": ("1", "2"), "line 4": ("", ""), "line 6": ("3", "4")}


def test_blank_lines_before_the_header_count() -> None:
    assert lines("\na,b\n1,2\n") == {"line 3": ("1", "2")}


def test_blank_lines_in_one_column() -> None:
    assert lines('a\n\n1\n""\n2\n') == {"line 3": ("1",), "line 4": ("",), "line 5": ("2",)}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems(line_end: str) -> None:
    expected = {"line 2": ("1", "2"), "line 3": ("x\ny", "3"), "line 5": ("4", "5")}
    assert lines('a,b\n1,2\n"x\ny",3\n4,5'.replace("\n", line_end)) == expected


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert read(WORDS.encode("utf-8-sig")).columns == ["town", "partner"]


def test_names_of_columns_are_trimmed() -> None:
    assert read(" town ,partner \n1,2\n").columns == ["town", "partner"]


def test_without_a_header_columns_are_numbered_or_named_in_the_declaration() -> None:
    numbered = read("1,2\n3,4\n", header=False)
    named = read("1,2\n3,4\n", header=["town", "partner"])
    assert (numbered.columns, named.columns) == (["column_1", "column_2"], ["town", "partner"])
    expected = {"line 1": ("1", "2"), "line 2": ("3", "4")}
    assert lines("1,2\n3,4\n", header=False) == lines("1,2\n3,4\n", header=["x", "y"]) == expected


def test_other_delimiters_and_quotes() -> None:
    assert lines("a;b\n1,5;'x;y'\n", delimiter=";", quote="'") == {"line 2": ("1,5", "x;y")}
    assert lines('a\tb\n"1\t2"\n', type="tsv", quote="") == {"line 2": ('"1', '2"')}


def test_another_delimiter_than_declared_is_guessed_at() -> None:
    with pytest.raises(SourceError, match=r"has no column 'town'; the header is one field, 'town;partner'") as error:
        check("town;partner\nA;B\n", columns={"town": "town", "partner": "partner"})
    assert "is the delimiter another?" in str(error.value)


def test_a_missing_column_is_named_with_the_nearest() -> None:
    with pytest.raises(SourceError, match=r"has no column 'partner'; did you mean 'partners'\?") as error:
        check("town,partners\nA,B\n", columns={"town": "town", "partner": "partner"})
    assert "declared in quelle.toml as columns.partner" in str(error.value)


def test_ragged_rows_are_kept_apart_with_their_lines() -> None:
    raw = read('a,b\n1,2\n3\n\n4,5,"6,7"\n,\n')
    assert raw.rows[LOCATOR].to_list() == ["line 2", "line 6"]
    assert raw.broken["locator"].to_list() == ["line 3", "line 5"]
    assert raw.broken["message"][0].startswith("1 fields where the header has 2")
    assert json.loads(raw.broken["row_json"][1]) == {"line": '4,5,"6,7"'}


def test_a_ragged_row_of_several_lines_does_not_move_the_others() -> None:
    raw = read('a,b\n1,"x\ny",3\n5,6\n')
    assert (raw.rows[LOCATOR].to_list(), raw.broken["locator"].to_list()) == (["line 4"], ["line 2"])


def test_a_file_of_ragged_rows_alone_is_not_an_empty_one() -> None:
    raw = read("1,2,3\n4,5,6\n", header=["a", "b"])
    assert (raw.rows.height, raw.broken["locator"].to_list()) == (0, ["line 1", "line 2"])


@pytest.mark.parametrize(
    ("content", "line", "record"),
    [
        pytest.param('a,b\n1,2\n"3,4\n5,6\n', 3, '"3,4', id="first column"),
        pytest.param('a,b\n1,"2\n3,4\n5,6\n', 2, '1,"2', id="last column"),
        pytest.param('a,b\n1,2\n"3,4\n', 3, '"3,4', id="last line"),
        pytest.param('a,b\n"1" x,"2\n3,4\n5,6\n', 2, '"1" x,"2', id="after a mark inside a field"),
        pytest.param('a,"b\n1,2\n', 1, 'a,"b', id="header"),
        pytest.param('a,"b\n' + "1,2\n" * 50_000, 1, 'a,"b', id="header of a long list"),
    ],
)
def test_an_unclosed_quote_is_found_where_it_begins(content: str, line: int, record: str) -> None:
    message = refusal(content)
    assert message.startswith(f"list.csv, line {line}: a quotation mark is opened but never closed")
    assert f"in the record that begins '{record}" in message
    assert 'quote = ""' in message


@pytest.mark.parametrize(
    ("record", "line"), [('1,"x\n2,"y', 2), ('"1" x,"y\nz"', 2)], ids=["two records as one", "a mark inside a field"]
)
def test_a_record_that_quotation_marks_may_have_joined_is_broken(record: str, line: int) -> None:
    raw = read(f'a,b\n{record}\n3,"z\nz"\n')
    assert raw.rows.select("a", "b").rows() == [("3", "z\nz")]
    assert raw.rows[LOCATOR].to_list() == ["line 4"]
    assert raw.broken["locator"].to_list() == [f"line {line}"]
    assert "it may be more than one record" in raw.broken["message"][0]
    assert json.loads(raw.broken["row_json"][0]) == {"line": record}


def test_a_name_twice_in_the_header() -> None:
    message = refusal("town,partner,town\n1,2,3\n")
    assert message.startswith("list.csv, line 1: the header names 'town' more than once; the others are read as town_2")


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n \t\n"])
@pytest.mark.parametrize("kind", ["csv", "tsv", "json", "jsonl", "excel"])
def test_an_empty_file(content: bytes, kind: str) -> None:
    assert refusal(content, type=kind) == "list.csv: the file is empty; nothing was read"


@pytest.mark.parametrize("kind", ["csv", "tsv", "json", "jsonl"])
def test_a_byte_order_mark_alone_is_an_empty_file(kind: str) -> None:
    assert refusal(codecs.BOM_UTF8, type=kind) == "list.csv: the file is empty; nothing was read"


def test_a_header_without_rows() -> None:
    assert "an empty list" in refusal("town,partner\n")
    assert "an empty list" in refusal("town,partner\n\n\n")


def test_publishers_may_name_columns_as_they_like() -> None:
    names = ("row", "index", "locator", "__locator", "__line", "snapshot_id", "source_id", "claim_id", "is_self")
    columns = {"town": "town", "partner": "partner"}
    checked = check(f"{','.join(names)},town,partner\n{'1,' * len(names)}A,B\n", columns=columns)
    assert checked.claims.select("town_text", "partner_text", "locator").rows() == [("A", "B", "line 2")]


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf_8", "utf-16", "utf-16-le", "cp1250", "iso-8859-2"])
def test_declared_encodings(encoding: str) -> None:
    words = WORDS.replace("Liège", "Cheb")
    assert lines(words.encode(encoding), encoding=encoding)["line 3"] == ("Łódź", "Česká Třebová")


def test_plain_text_is_good_in_any_encoding() -> None:
    assert lines(b"a,b\n1,2\n", encoding="cp1252") == {"line 2": ("1", "2")}


def test_bytes_that_could_be_plain_text_are_read_as_declared() -> None:
    content = "a,b\nŁask,x\n".encode("utf-16-le")
    assert content.isascii()
    assert lines(content, encoding="utf-16-le") == {"line 2": ("Łask", "x")}


def test_bytes_that_are_not_the_encoding_declared() -> None:
    message = refusal(WORDS.replace("Łódź", "Köln").replace("Česká Třebová", "Linz").encode("cp1252"))
    assert message.startswith("list.csv, line 2: byte 0xf6 is not utf-8")
    assert "[format]" in message


# In cp1252 the bytes of the one mean other letters, some of the other's mean nothing.
@pytest.mark.parametrize("town", ["Köln", "Łódź"])
def test_utf_8_declared_as_something_else(town: str) -> None:
    assert refusal(f"town,partner\n{town},Liège\n", encoding="cp1252") == (
        'list.csv: declared as cp1252, but its bytes are UTF-8; set encoding = "utf-8"'
    )


def test_utf_16_declared_as_utf_8() -> None:
    assert "byte 0xff is not utf-8" in refusal(WORDS.encode("utf-16"))
    assert "is it UTF-16" in refusal("a,b\nx,y\n".encode("utf-16-le"))


def test_a_nul_is_found_in_its_line() -> None:
    assert refusal(b"a,b\n1,2\n3,\x004\n").startswith("list.csv, line 3: holds a NUL character")


# JSON


def test_json_values_become_text() -> None:
    records = [{"a": 1967.0, "b": 1.5, "c": True, "d": None, "e": ["x", 1], "f": "ö"}, {"g": 2}]
    raw = read(json.dumps(records), type="json")
    assert raw.columns == ["a", "b", "c", "d", "e", "f", "g"]
    assert lines(json.dumps(records), type="json") == {
        "record 1": ("1967", "1.5", "true", "", '["x", 1]', "ö", ""),
        "record 2": ("", "", "", "", "", "", "2"),
    }


def test_json_records_within() -> None:
    content = '{"results": {"bindings": [{"town": "A"}]}}'
    assert lines(content, type="json", records="results.bindings") == {"record 1": ("A",)}
    assert refusal(content, type="json", records="results.rows") == (
        "list.csv: has no 'results.rows' (declared as format.records)"
    )
    assert lines(content, type="json") == {"record 1": ("A",)}  # as a SPARQL service sends it
    assert 'name the list with records = "…"' in refusal('{"rows": [{"town": "A"}]}', type="json")


def test_a_record_without_names_is_broken() -> None:
    raw = read('[{"a": "1"}, "x", [2]]', type="json")
    assert raw.rows.height == 1
    assert raw.broken.rows() == [
        ("record 2", "not a record with named fields", '"x"'),
        ("record 3", "not a record with named fields", "[2]"),
    ]


def test_json_without_records() -> None:
    assert refusal("[]", type="json") == "list.csv: an empty list: no records"
    assert refusal('[1, "x"]', type="json") == "list.csv: none of the 2 records has named fields"


def test_json_lines() -> None:
    assert lines('{"a":"1"}\r\n\r\n{"a":"x\\ny"}\n', type="jsonl") == {"line 1": ("1",), "line 3": ("x\ny",)}
    # JSON may hold the line separators of Unicode as they are.
    assert lines('{"a":"x\u2028y"}\n{"a":"z"}\n', type="jsonl") == {"line 1": ("x\u2028y",), "line 2": ("z",)}


def test_what_is_not_json_is_found_in_its_line() -> None:
    assert refusal('[{"a": 1},\n {"a" 2}]', type="json").startswith("list.csv, line 2: not JSON: ")
    assert refusal('{"a": 1}\n\n{"a": \n', type="jsonl").startswith("list.csv, line 3: not JSON: ")


@pytest.mark.parametrize(("kind", "place"), [("json", "list.csv"), ("jsonl", "list.csv, line 1")])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param("[" * 100_000, id="too deep"),
        pytest.param('[{"a":' + "1" * 5000 + "}]", id="a number too long"),
    ],
)
def test_json_that_is_beyond_all_measure(content: str, kind: str, place: str) -> None:
    assert refusal(content, type=kind).startswith(f"{place}: cannot be read as JSON: ")


# Excel


def test_excel_cells_become_text_in_their_rows() -> None:
    content = workbook(["town ", "since"], ["Köln", 1967], [None, None], ["Łódź", dt.date(1967, 6, 3)], [None, 1.5])
    assert read(content, type="excel").columns == ["town", "since"]
    rows = lines(content, type="excel")
    assert list(rows) == ["row 2", "row 4", "row 5"]
    assert (rows["row 2"], rows["row 5"]) == (("Köln", "1967"), ("", "1.5"))
    assert rows["row 4"][1].startswith("1967-06-03")


def test_excel_rows_before_the_header_count() -> None:
    assert lines(workbook([], ["a", "b"], ["x", 1]), type="excel") == {"row 3": ("x", "1")}


@pytest.mark.parametrize("again", ["a", "a "])
def test_a_name_twice_in_an_excel_header(again: str) -> None:
    message = refusal(workbook(["a", again], ["x", 1]), type="excel")
    assert message.startswith("list.csv: the header names 'a' more than once; the others are read as a_2")


def test_excel_sheets_by_name_and_headers_from_the_declaration() -> None:
    content = workbook(["A", "B"], ["C", "D"], title="Liste")
    assert lines(content, type="excel", sheet="Liste", header=False) == {"row 1": ("A", "B"), "row 2": ("C", "D")}
    assert read(content, type="excel", header=["town", "partner"]).columns == ["town", "partner"]
    assert "cannot be read as an Excel sheet ('Lste')" in refusal(content, type="excel", sheet="Lste")
    assert "cannot be read as an Excel sheet (7)" in refusal(content, type="excel", sheet=7)


def test_excel_that_is_none_or_holds_nothing() -> None:
    assert "cannot be read as an Excel file" in refusal(WORDS, type="excel")
    assert "an empty list" in refusal(workbook(["town", "partner"]), type="excel")
    assert "an empty list" in refusal(workbook(), type="excel")


# Any table

cell = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    st.text("a ,;\"'\n\r\t\ufeff", max_size=6),
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=6))


@settings(deadline=None, max_examples=50)
@given(tables(), st.sampled_from([",", ";", "|"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_any_table_comes_back_with_its_lines(rows: list[list[str]], delimiter: str, quoting: Any) -> None:
    stream = io.StringIO()
    header = [f"column {place}" for place in range(len(rows[0]))]
    csv.writer(stream, delimiter=delimiter, quoting=quoting).writerows([header, *rows])
    expected, line = {}, 2
    for row in rows:
        # Line ends of any system are one line break.
        cells = tuple(text.replace("\r\n", "\n").replace("\r", "\n") for text in row)
        expected[f"line {line}"] = cells
        line += 1 + sum(text.count("\n") for text in cells)
    assert lines(stream.getvalue(), delimiter=delimiter) == expected
    assert read(stream.getvalue(), delimiter=delimiter).broken.is_empty()


one_line = st.text("ab '", max_size=4)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(one_line, min_size=1, max_size=4), min_size=1, max_size=8))
def test_no_record_of_any_width_is_lost(records: list[list[str]]) -> None:
    text = "\n".join(["x,y", *(",".join(record) for record in records), "last,row"])
    raw = read(text)
    blank = [record for record in records if not ",".join(record).strip()]
    assert raw.rows.height + raw.broken.height == len(records) + 1 - len(blank)
    printed = text.split("\n")
    for locator, row in lines(text).items():
        assert ",".join(row) == printed[int(locator.removeprefix("line ")) - 1]
    for locator, row_json in raw.broken.select("locator", "row_json").iter_rows():
        assert json.loads(row_json)["line"] == printed[int(locator.removeprefix("line ")) - 1]


@pytest.mark.parametrize("first", [chr(place) for place in range(0x21, 0x500) if re.match(_CLEAN, chr(place))])
def test_what_is_taken_for_clean_is_clean(first: str) -> None:
    others = pl.Series("text", [first + chr(place) for place in range(0x20, 0x500)])
    taken = others.filter(others.str.contains(_CLEAN))
    assert taken.to_frame().select(clean_text(pl.col("text"))).to_series().to_list() == taken.to_list()
