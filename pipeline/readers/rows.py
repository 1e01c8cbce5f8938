"""What every reader of tables gives, and how bytes become text."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import SourceError

if TYPE_CHECKING:
    import polars as pl

#: Names of our own beside the publisher's, which may be any text that is printed.
LOCATOR, ROW, RECORD, LINE, BREAKS = (f"\x1f{name}" for name in ("locator", "row", "record", "line", "breaks"))
#: Between several values of one cell.
SEVERAL = "\x1e"


@dataclass(frozen=True)
class RawRows:
    """What a table file holds.

    Attributes:
        rows: one row a record, every column text ("" where the cell is empty), plus `LOCATOR`.
        broken: records whose number of fields is not the header's: `locator`, `message`, `row_json`.
        several: columns whose cells hold several values, `SEVERAL` between them, as many in each of a row's: the
            row makes as many statements.
    """

    rows: pl.DataFrame
    broken: pl.DataFrame
    several: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Names of the publisher's columns."""
        return [name for name in self.rows.columns if name != LOCATOR]


def whole(text: str) -> str:
    """Return a text of JSON with `?` for halves of characters: JSON can escape them, and no other format hold them."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def decode(content: bytes, encoding: str, where: str) -> str:
    """Return the text of a file.

    Raises:
        SourceError: as `decode_part`, or there is nothing but blanks.
    """
    text = decode_part(content, encoding, where, 1)
    blank = "\ufeff \t\r\n"
    # Stripping all of a large text would copy it.
    if not text[:1000].strip(blank) and not text.strip(blank):
        raise SourceError(f"{where}: the file is empty; nothing was read")
    return text


def decode_part(content: bytes, encoding: str, where: str, first: int) -> str:
    """Return the text of some lines of a file, which may be blank.

    Args:
        content: of these lines.
        encoding: as Python calls it.
        where: what the file is called in messages.
        first: number of the first of the lines.

    Raises:
        SourceError: the bytes are not in that encoding: names line and byte, and the encoding that would fit.
    """
    codec = codecs.lookup(encoding).name
    is_utf8 = codec in ("utf-8", "utf-8-sig")
    # Text in two bytes a letter can happen to be valid UTF-8; it is full of NULs then.
    fits_utf8 = not is_utf8 and not content.isascii() and b"\x00" not in content and _is_utf8(content)
    if fits_utf8:
        raise SourceError(f'{where}: declared as {encoding}, but its bytes are UTF-8; set encoding = "utf-8"')
    try:
        text = content.decode(("utf-8-sig" if first == 1 else "utf-8") if is_utf8 else codec)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + first
        raise SourceError(
            f"{where}, line {line}: byte 0x{content[error.start]:02x} is not {encoding}; if the file is in another "
            f'encoding, say so under [format] (encoding = "cp1250", "cp1252", "utf-16" …)'
        ) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + first
        raise SourceError(f"{where}, line {line}: holds a NUL character; is it UTF-16, or no text file at all?")
    return text


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
