"""Checks of a workbook before it is read: the reader makes a cell for every row and column up to the last used ones."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from pipeline.errors import SourceError
from pipeline.readers.limits import EXCEL

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The last cell that Excel has is `XFD1048576`.
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_ROW_NUMBER: Final = re.compile(r"[0-9]{1,7}")
#: Bytes that are unpacked at once.
_PIECE: Final = 1 << 20
#: Bytes of the header of a file in a zip archive, and where the lengths of its name and its extra field stand.
_LOCAL_HEADER, _NAME_LENGTH, _EXTRA_LENGTH = 30, slice(26, 28), slice(28, 30)


def check_workbook(content: bytes, where: str) -> None:
    """Check that a workbook is no larger than the limits, before it is read.

    The sizes are counted while it is unpacked, because those in the archive may be wrong. A file that is no zip
    archive (the older `.xls`) has at most 65,536 rows and 256 columns a sheet.

    Raises:
        SourceError: it is too large, or damaged; names the sheet, and the last row and column.
    """
    if not content.startswith(b"PK"):
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise SourceError(f"{where}: cannot be read as an Excel file: {error}") from error
    stated = sum(file.file_size for file in archive.infolist())
    if stated > EXCEL.unpacked_bytes:
        raise _too_many_bytes(where, f"{stated:,} bytes")
    unpacked = 0
    for file in archive.infolist():
        # A sheet may have any name.
        sheet = _Sheet(f"{where}, {file.filename}") if file.filename.lower().endswith(".xml") else None
        for piece in _unpack(content, file, where):
            unpacked += len(piece)
            if unpacked > EXCEL.unpacked_bytes:
                raise _too_many_bytes(where, f"more than {EXCEL.unpacked_bytes:,} bytes")
            if sheet:
                sheet.feed(piece)


def _too_many_bytes(where: str, size: str) -> SourceError:
    return SourceError(f"{where}: holds {size} when unpacked, at most {EXCEL.unpacked_bytes:,} are read")


def _unpack(content: bytes, file: zipfile.ZipInfo, where: str) -> Iterator[bytes]:
    """Yield the bytes of a file up to the end of its stream, whatever size the archive states."""
    header = content[file.header_offset :][:_LOCAL_HEADER]
    lengths = (int.from_bytes(header[part], "little") for part in (_NAME_LENGTH, _EXTRA_LENGTH))
    start = file.header_offset + _LOCAL_HEADER + sum(lengths)
    packed = memoryview(content)[start : start + file.compress_size]
    if file.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[first : first + _PIECE]) for first in range(0, len(packed), _PIECE))
        return
    if file.compress_type != zipfile.ZIP_DEFLATED:
        raise SourceError(f"{where}, {file.filename}: is compressed in a way that Excel does not use")
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    left: bytes | memoryview = packed
    try:
        while not stream.eof:
            piece = stream.decompress(left, _PIECE)
            left = stream.unconsumed_tail
            if not piece and not left:
                return
            yield piece
    except zlib.error as error:
        raise SourceError(f"{where}, {file.filename}: cannot be unpacked: {error}") from error


class _Sheet:
    """Finds the last used row and column of a sheet, without its cells."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.row = self.column = self.last_row = self.last_column = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start

    def feed(self, piece: bytes) -> None:
        """Read the next bytes of the sheet.

        Raises:
            SourceError: they are no XML, or a cell is too far away; names it.
        """
        try:
            self.parser.Parse(piece)
        except expat.ExpatError as error:
            raise SourceError(f"{self.where}: is not XML: {error}") from error

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        name = element.rpartition(":")[2]
        reference = attributes.get("r")
        if name == "row":
            if reference and not _ROW_NUMBER.fullmatch(reference):
                raise SourceError(f"{self.where}: {reference[:80]!r} is not the number of a row")
            self.row, self.column = int(reference) if reference else self.row + 1, 0
        elif name == "c":
            self._add_cell(reference)

    def _add_cell(self, reference: str | None) -> None:
        self.column += 1
        if reference:
            self._find_place(reference)
        self.last_row, self.last_column = max(self.last_row, self.row), max(self.last_column, self.column)
        if self.last_row * self.last_column > EXCEL.sheet_cells:
            raise SourceError(
                f"{self.where}, row {self.row}, column {self.column}: with this cell the sheet has {self.last_row:,} "
                f"rows of {self.last_column:,} columns, at most {EXCEL.sheet_cells:,} cells are read; delete what "
                "stands beside the list"
            )

    def _find_place(self, reference: str) -> None:
        match = _REFERENCE.fullmatch(reference)
        row, column = int(match[2]) if match else 0, 0
        for letter in match[1].upper() if match else "":
            column = 26 * column + ord(letter) - ord("A") + 1
        if not (1 <= row <= _LAST_ROW and 1 <= column <= _LAST_COLUMN):
            raise SourceError(f"{self.where}, row {self.row}: {reference[:80]!r} is not the place of a cell")
        self.row, self.column = row, column
