"""The result of every table reader, and bytes to text."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.limits import TABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Working columns; the control character keeps them apart from the publisher's columns, which may have any name.
LOCATOR, ROW, RECORD, LINE, LINE_BREAKS, NOTHING = (
    f"\x1f{name}" for name in ("locator", "row", "record", "line", "breaks", "nothing")
)
#: Derived column of nested records: whether a list from which a statement would be made is empty; "" or "yes".
EMPTY_LIST = "\x1fempty list"
#: Derived columns of GeoJSON: the geometry of a record as well-known text, and the same if it is a line.
GEOMETRY, GEOMETRY_LINE = "\x1fgeometry", "\x1fgeometry line"
#: Separates the values of a cell that has several.
VALUE_SEPARATOR = "\x1e"
_BLANK = "\ufeff \t\r\n"
BROKEN_ROWS = pl.Schema({"locator": pl.String(), "message": pl.String(), "row_json": pl.String()})


@dataclass(frozen=True)
class RawRows:
    """The rows of a table file.

    Attributes:
        rows: one row a record, every column text ("" where the cell is empty), plus `LOCATOR`; and `NOTHING` once it
            is told which rows name nobody.
        broken: records that do not fit the columns, as `BROKEN_ROWS`.
        multi_value_columns: columns whose cells can have several values, separated by `VALUE_SEPARATOR`. All of them
            have the same number of values in a row, which makes that many statements.
        derived: columns that are made of others, and are not shown with a rejected row.
        header: names of all columns of the file in its order, those that were not read too; by default `columns`.
    """

    rows: pl.DataFrame
    broken: pl.DataFrame = field(default_factory=BROKEN_ROWS.to_frame)
    multi_value_columns: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    header: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Names of the publisher's columns that were read."""
        return [name for name in self.rows.columns if name not in (LOCATOR, NOTHING)]


def check_cells(rows: pl.DataFrame, columns: Sequence[str], where: str) -> None:
    """Check that no cell of these columns is too long.

    Raises:
        SourceError: one is; names its row and column.
    """
    for name in columns:
        cells = rows[name]
        if (cells.str.len_bytes().max() or 0) <= TABLE.cell_characters:  # type: ignore[operator]
            continue
        lengths = cells.str.len_chars()
        index = (lengths > TABLE.cell_characters).arg_max()
        if index is not None and lengths[index] > TABLE.cell_characters:
            raise SourceError(
                f"{where}, {rows[LOCATOR][index]}, column {name!r}: a cell of {lengths[index]:,} characters, at most "
                f"{TABLE.cell_characters:,} are read; is a quotation mark or a delimiter missing?"
            )


def replace_surrogates(text: str) -> str:
    """Return a text of JSON with `?` for lone surrogates, which only JSON can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def decode(content: bytes, encoding: str, where: str, first_line: int | None = None) -> str:
    """Return the text of a file, or of some lines of it.

    Args:
        content: all bytes, or those of some lines.
        encoding: a name that Python knows.
        where: the file's name in messages.
        first_line: number of the first line, if these are only some lines; they may be blank.

    Raises:
        SourceError: the file is blank, or not in that encoding; names line, byte and the encoding that would fit.
    """
    codec = codecs.lookup(encoding).name
    is_utf8 = codec in ("utf-8", "utf-8-sig")
    # UTF-16 can be valid UTF-8 by chance, but it is full of NULs then.
    if not is_utf8 and not content.isascii() and b"\x00" not in content and _is_utf8(content):
        raise SourceError(f'{where}: declared as {encoding}, but its bytes are UTF-8; set encoding = "utf-8"')
    if is_utf8:
        # Only the first bytes of a file can be a byte order mark.
        codec = "utf-8" if first_line and first_line > 1 else "utf-8-sig"
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + (first_line or 1)
        raise SourceError(
            f"{where}, line {line}: byte 0x{content[error.start]:02x} is not {encoding}; if the file is in another "
            f"encoding, say so under [format] ({_fitting(content)})"
        ) from error
    except UnicodeError as error:
        raise SourceError(f"{where}: its bytes are not {encoding}: {error}") from error
    # Such encodings as utf-7 can hold lone surrogates.
    text = text if is_utf8 else replace_surrogates(text)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + (first_line or 1)
        raise SourceError(f"{where}, line {line}: holds a NUL character; is it UTF-16, or no text file at all?")
    # Stripping a large text would copy it: most texts need only their beginning.
    if first_line is None and not text[:1000].strip(_BLANK) and not text.strip(_BLANK):
        raise SourceError(f"{where}: the file is empty; nothing was read")
    return text


def _fitting(content: bytes) -> str:
    """Return the key with the encoding that fits, or with those that are common."""
    # What only an error needs is imported there.
    from pipeline.readers.encodings import guess_encoding

    guess = guess_encoding(content)
    return f'encoding = "{guess}" fits' if guess else 'encoding = "cp1250", "cp1252", "utf-16" …'


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
