"""Files to raw rows of text: CSV, TSV, JSON records, JSON lines, Excel, and pages of wikitext."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.rows import LINE, LOCATOR, ROW, RawRows, decode, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.sources import Format

__all__ = ["LOCATOR", "ROW", "RawRows", "read_table"]


def read_table(content: bytes, layout: Format, where: str) -> RawRows:
    """Read a table file.

    Args:
        content: the file's bytes.
        layout: type, delimiter, encoding, header, sheet or path of the records.
        where: what to call the file in messages.

    Raises:
        SourceError: the bytes are not of that type or encoding, or there is no row; says where.
    """
    # Stripping all of a large file would copy it.
    if not content[:1000].strip() and not content.strip():
        raise SourceError(f"{where}: the file is empty; nothing was read")
    return _reader(layout.type)(content, layout, where)


def _reader(kind: str) -> Callable[[bytes, Format, str], RawRows]:
    """Return what reads files of a type; what few sources need is imported when one does."""
    if kind in ("csv", "tsv"):
        from pipeline.readers.delimited import read_delimited

        return read_delimited
    if kind in ("wikitext", "wikipages"):
        from pipeline.readers.wikitext.reader import read_wikipages, read_wikitext

        return read_wikitext if kind == "wikitext" else read_wikipages
    if kind.startswith("wikidata_"):
        from pipeline.readers import wikidata

        readers = {
            "wikidata_statements": wikidata.read_wikidata_statements,
            "wikidata_towns": wikidata.read_wikidata_towns,
            "wikidata_entities": wikidata.read_wikidata_entities,
        }
        return readers[kind]
    return {"json": _read_json, "jsonl": _read_json_lines, "excel": _read_excel}[kind]


def _read_json(content: bytes, layout: Format, where: str) -> RawRows:
    try:
        found = json.loads(decode(content, layout.encoding, where))
    except json.JSONDecodeError as error:
        raise SourceError(f"{where}, line {error.lineno}: not JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise SourceError(f"{where}: cannot be read as JSON: {error}") from error
    for key in (layout.records or "").split("."):
        if key:
            if not isinstance(found, dict) or key not in found:
                raise SourceError(f"{where}: has no {layout.records!r} (declared as format.records)")
            found = found[key]
    if not isinstance(found, list):
        raise SourceError(f'{where}: not a list of records; name the list with records = "…" under [format]')
    return _from_records(found, [f"record {place}" for place in range(1, len(found) + 1)], where)


def _read_json_lines(content: bytes, layout: Format, where: str) -> RawRows:
    records, locators = [], []
    for number, line in enumerate(decode(content, layout.encoding, where).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise SourceError(f"{where}, line {number}: not JSON: {error.msg}") from error
        except (RecursionError, ValueError) as error:
            raise SourceError(f"{where}, line {number}: cannot be read as JSON: {error}") from error
        locators.append(f"line {number}")
    return _from_records(records, locators, where)


def _from_records(records: list[Any], locators: list[str], where: str) -> RawRows:
    good = [(record, locator) for record, locator in zip(records, locators, strict=True) if isinstance(record, dict)]
    bad = [
        (locator, "not a record with named fields", json.dumps(record, ensure_ascii=False))
        for record, locator in zip(records, locators, strict=True)
        if not isinstance(record, dict)
    ]
    names = list(dict.fromkeys(str(name) for record, _ in good for name in record))
    if not names:
        what = f"none of the {len(bad)} records has named fields" if bad else "an empty list: no records"
        raise SourceError(f"{where}: {what}")
    rows = pl.DataFrame(
        {name: [_as_text(record.get(name)) for record, _ in good] for name in names}
        | {LOCATOR: [locator for _, locator in good]},
        schema=dict.fromkeys((*names, LOCATOR), pl.String),
    )
    broken = pl.DataFrame(bad, schema=dict.fromkeys(("locator", "message", "row_json"), pl.String), orient="row")
    return RawRows(rows, broken)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _read_excel(content: bytes, layout: Format, where: str) -> RawRows:
    import fastexcel

    try:
        book = fastexcel.read_excel(content)
        sheet = layout.sheet - 1 if isinstance(layout.sheet, int) else layout.sheet
        # Without a header of its own the reader keeps empty rows, so that a row's number is the sheet's.
        frame = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        why = str(error).splitlines()[0]
        raise SourceError(f"{where}: cannot be read as an Excel sheet ({layout.sheet!r}): {why}") from error
    frame = frame.with_columns(pl.all().cast(pl.String).fill_null(""))
    cells = frame.columns
    frame = frame.with_row_index(LINE, offset=1).filter(~pl.all_horizontal(pl.col(cells) == ""))
    if layout.header is True and frame.height:
        names = [text.strip() for text in frame.select(cells).row(0)]
        frame = frame.slice(1)
    else:
        names = layout.header if isinstance(layout.header, list) else [f"column_{n}" for n in range(1, len(cells) + 1)]
    named = {cell: name for cell, name in zip(cells, names, strict=False) if name}
    repeated = sorted({name for name in named.values() if list(named.values()).count(name) > 1})
    if repeated:
        raise SourceError(f"{where}: the header names {', '.join(map(repr, repeated))} more than once")
    if frame.is_empty():
        raise SourceError(f"{where}: an empty list: a header, but no rows")
    rows = frame.select(
        pl.format("row {}", LINE).alias(LOCATOR), *(pl.col(cell).alias(name) for cell, name in named.items())
    )
    return RawRows(rows, pl.DataFrame(schema=dict.fromkeys(("locator", "message", "row_json"), pl.String)))
