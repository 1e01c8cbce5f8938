"""Table files to raw rows of text, by the reader of their format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipeline.readers.raw_rows import RawRows
    from pipeline.sources import Format
    from pipeline.sources.values import ColumnName


def read_table(content: bytes, layout: Format, where: str, needed: Collection[ColumnName] | None = None) -> RawRows:
    """Read a table file.

    Args:
        content: the file's bytes.
        layout: type, delimiter, encoding, header, sheet or path of the records.
        where: the file's name in messages.
        needed: the columns that the declaration names; of a wide table only these are read. All by default.

    Raises:
        SourceError: the bytes are not of that type or encoding, or there is no row; says where.
    """
    # Stripping a large file would copy it: most files need only their beginning.
    if not content[:1000].strip() and not content.strip():
        raise SourceError(f"{where}: the file is empty; nothing was read")
    # What only some sources need is imported when one of them is read.
    match layout.type:
        case "csv" | "tsv":
            from pipeline.readers.delimited import read_delimited

            return read_delimited(content, layout, where, needed)
        case "json" | "jsonl":
            from pipeline.readers.json_records import read_json

            return read_json(content, layout, where, needed)
        case "excel":
            from pipeline.readers.excel import read_excel

            return read_excel(content, layout, where, needed)
        case "wikitext":
            from pipeline.readers.wikitext.reader import read_wikitext as read
        case "wikipages":
            from pipeline.readers.wikitext.reader import read_wikipages as read
        case "wikidata_statements" | "wikidata_towns" | "wikidata_entities":
            from pipeline.readers.wikidata import read_wikidata as read
    return read(content, layout, where)
