"""Downloaded files of a gazetteer, and their tab-separated rows."""

from __future__ import annotations

import io
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import polars as pl

from pipeline.errors import SourceError
from pipeline.raw_store.snapshots import RawStore, describe, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.raw_store.manifest import Snapshot
    from pipeline.sources import Declaration, SourceFile

#: Bytes that are split into rows at once: many rows for polars, and little memory for a file of many gigabytes.
_BLOCK = 32 << 20
#: Members of GeoNames' archives without rows of the table that the archive is named for.
_OTHER_MEMBERS = {"readme.txt", "iso-languagecodes.txt"}
#: Numbers that a row may lack.
_OPTIONAL = {"population"}
_LARGEST = {"latitude": 90.0, "longitude": 180.0}


@dataclass(frozen=True)
class Download:
    """One file of a gazetteer, read only when its rows are needed."""

    file: SourceFile
    snapshot: Snapshot
    path: Path

    def rows(self, schema: pl.Schema) -> Iterator[pl.DataFrame]:
        """Yield the rows in batches: `line` and the columns of the schema; what is blank is null.

        The text is UTF-8 with tabs between the columns, no header and no quotes, plain or in a zip archive.

        Args:
            schema: the type of each column, in the file's order.

        Raises:
            SourceError: the file is altered, no archive, not UTF-8, or a row has too few or too many columns or a
                text where a number belongs; names the file and the line.
        """
        first_line = 1
        with self._open() as stream:
            for block in _split_at_lines(stream):
                batch = self._parse(block, first_line, schema)
                first_line += batch.height
                yield batch

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise SourceError(f"{self.path}: cannot be read ({error.strerror}); {self._advice}") from error
        verify(content, self.path, self.snapshot)
        if not zipfile.is_zipfile(io.BytesIO(content)):
            if self.path.suffix == ".zip":
                raise SourceError(f"{self.path}: is no zip archive; {self._advice}")
            yield io.BytesIO(content)
            return
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(self._member(archive)) as stream:
                yield stream
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise SourceError(f"{self.path}: the archive cannot be unpacked ({error}); {self._advice}") from error

    def _member(self, archive: zipfile.ZipFile) -> str:
        """Return the name of the table in an archive: it is called like the archive, or the only one."""
        tables = [name for name in archive.namelist() if name.endswith(".txt") and name.lower() not in _OTHER_MEMBERS]
        expected = f"{self.path.stem}.txt"
        if expected in tables:
            return expected
        if len(tables) != 1:
            members = ", ".join(archive.namelist()) or "nothing"
            raise SourceError(f"{self.path}: the archive should hold {expected}, but holds {members}; {self._advice}")
        return tables[0]

    @property
    def _advice(self) -> str:
        return f"fetch it again with: twintowns fetch {self.snapshot.source_id}"

    def _parse(self, block: bytes, first_line: int, schema: pl.Schema) -> pl.DataFrame:
        line_count = block.count(b"\n") + (not block.endswith(b"\n"))
        texts = dict.fromkeys(schema, pl.String)
        try:
            rows = pl.read_csv(block, has_header=False, separator="\t", quote_char=None, schema=texts)
        except pl.exceptions.PolarsError as error:
            raise self._find_broken_line(block, first_line, len(schema)) from error
        # polars raises for a row of too many columns, not of too few: the number of tabs shows it.
        if rows.height != line_count or block.count(b"\t") != line_count * (len(schema) - 1):
            raise self._find_broken_line(block, first_line, len(schema))
        rows = rows.with_row_index("line", offset=first_line)
        numbers = {name: dtype for name, dtype in schema.items() if dtype != pl.String}
        parsed = rows.with_columns(pl.col(name).cast(dtype, strict=False) for name, dtype in numbers.items())
        for name in numbers:
            is_bad = parsed[name].is_null() & (rows[name].is_not_null() if name in _OPTIONAL else True)
            if name in _LARGEST:
                is_bad |= ~parsed[name].is_between(-_LARGEST[name], _LARGEST[name]).fill_null(value=True)
            if is_bad.any():
                line, text = rows.filter(is_bad).select("line", name).row(0)
                raise SourceError(
                    f"{self.path}, line {line}: {name} is {text!r}; the file was not read; {self._advice}"
                )
        return parsed

    def _find_broken_line(self, block: bytes, first_line: int, column_count: int) -> SourceError:
        """Return the error that names the first line that is not as it should be."""
        for number, line in enumerate(block.removesuffix(b"\n").split(b"\n"), start=first_line):
            where = f"{self.path}, line {number}"
            columns = line.count(b"\t") + 1
            if columns != column_count:
                return SourceError(f"{where}: {columns} columns instead of {column_count}; {self._advice}")
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return SourceError(f"{where}: is not UTF-8 (byte {error.start + 1} of the line); {self._advice}")
        return SourceError(f"{self.path}, after line {first_line}: cannot be read as a table; {self._advice}")


def find_downloads(declaration: Declaration, raw: Path, wanted: frozenset[str] | None = None) -> tuple[Download, ...]:
    """Return the files of a gazetteer in the raw store; none if it was never fetched.

    A file next to its declaration is read there, any other in the raw store.

    Args:
        declaration: the gazetteer.
        raw: the raw store.
        wanted: ids of the snapshots to read instead of the newest ones.

    Raises:
        SourceError: some files were fetched and others, which are not optional, were not, or a file has not the
            checksum that the declaration pins.
    """
    store, downloads, missing = RawStore(raw), [], []
    for file in declaration.files:
        shipped = declaration.path.parent / file.name
        if file.url is None and shipped.exists():
            snapshot = describe(declaration, file, shipped.read_bytes())
            if file.sha256 and snapshot.sha256 != file.sha256:
                raise SourceError(f"{shipped}: sha256 is {snapshot.sha256}, but {declaration.path} pins {file.sha256}")
            downloads.append(Download(file, snapshot, shipped))
        elif latest := store.latest(declaration, file, wanted):
            downloads.append(Download(file, latest, store.path_of(latest)))
        elif not file.optional:
            missing.append(file.name)
    if downloads and missing:
        raise SourceError(
            f"{declaration.id}: {', '.join(missing)} not in {raw / declaration.id}, where its other files are; "
            f"fetch what is missing with: twintowns fetch {declaration.id}"
        )
    return tuple(downloads)


def _split_at_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a stream in blocks that end with a line break."""
    rest: list[bytes] = []
    while chunk := stream.read(_BLOCK):
        end = chunk.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, chunk[:end]])
            rest = []
        rest.append(chunk[end:])
    if last := b"".join(rest):
        yield last
