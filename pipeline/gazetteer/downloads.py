"""Files of a gazetteer that were fetched: which there are, and their tab-separated rows."""

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
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pipeline.raw_store.snapshots import Snapshot
    from pipeline.sources import Declaration, SourceFile

#: Bytes that are cut into rows at once: many rows for polars, and little memory for a file of many gigabytes.
_BLOCK = 32 << 20
#: Members of GeoNames' archives that hold no rows of the table that the archive is named for.
_BESIDE = {"readme.txt", "iso-languagecodes.txt"}
#: Numbers that a row may lack.
_OPTIONAL = {"population"}
_LARGEST = {"latitude": 90.0, "longitude": 180.0}


@dataclass(frozen=True)
class Download:
    """One file of a gazetteer, read only when its rows are asked for."""

    file: SourceFile
    snapshot: Snapshot
    path: Path

    def rows(self, schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> Iterator[pl.DataFrame]:
        """Yield the rows in batches: `line` and the columns of the schema; what is blank is null.

        The text is UTF-8 with tabs between the columns, no header and no quotes, as it is or in a zip archive.

        Args:
            schema: the type of each column, in the file's order.

        Raises:
            SourceError: the file is altered, no archive, not UTF-8, or a row has too few or too many columns or a
                text where a number belongs; names the file and the line.
        """
        first = 1
        with self._open() as stream:
            for block in _blocks(stream):
                batch = self._parse(block, first, schema)
                first += batch.height
                yield batch

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        content = self._verified()
        if not zipfile.is_zipfile(io.BytesIO(content)):
            if self.path.suffix == ".zip":
                raise SourceError(f"{self.path}: is no zip archive; {self._again}")
            yield io.BytesIO(content)
            return
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(self._member(archive)) as stream:
                yield stream
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise SourceError(f"{self.path}: the archive cannot be unpacked ({error}); {self._again}") from error

    def _verified(self) -> bytes:
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise SourceError(f"{self.path}: cannot be read ({error.strerror}); {self._again}") from error
        verify(content, self.path, self.snapshot)
        return content

    def _member(self, archive: zipfile.ZipFile) -> str:
        texts = [name for name in archive.namelist() if name.endswith(".txt") and name.lower() not in _BESIDE]
        own = f"{self.path.stem}.txt"
        if own in texts:
            return own
        if len(texts) != 1:
            raise SourceError(
                f"{self.path}: the archive should hold {own}, but holds {', '.join(archive.namelist()) or 'nothing'}; "
                f"{self._again}"
            )
        return texts[0]

    @property
    def _again(self) -> str:
        return f"fetch it again with: twintowns fetch {self.snapshot.source_id}"

    def _parse(self, block: bytes, first: int, schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
        lines = block.count(b"\n") + (not block.endswith(b"\n"))
        try:
            rows = pl.read_csv(
                block, has_header=False, separator="\t", quote_char=None, schema=dict.fromkeys(schema, pl.String)
            )
        except pl.exceptions.PolarsError as error:
            raise self._broken(block, first, len(schema)) from error
        # polars refuses a row of too many columns, not one of too few: the tabs tell.
        if rows.height != lines or block.count(b"\t") != lines * (len(schema) - 1):
            raise self._broken(block, first, len(schema))
        rows = rows.with_row_index("line", offset=first)
        numbers = {name: dtype for name, dtype in schema.items() if dtype != pl.String}
        parsed = rows.with_columns(pl.col(name).cast(dtype, strict=False) for name, dtype in numbers.items())
        for name in numbers:
            bad = parsed[name].is_null() & (rows[name].is_not_null() if name in _OPTIONAL else True)
            if name in _LARGEST:
                bad |= ~parsed[name].is_between(-_LARGEST[name], _LARGEST[name]).fill_null(value=True)
            if bad.any():
                line, text = rows.filter(bad).select("line", name).row(0)
                raise SourceError(f"{self.path}, line {line}: {name} is {text!r}; the file was not read; {self._again}")
        return parsed

    def _broken(self, block: bytes, first: int, columns: int) -> SourceError:
        """Say which line is not as it should be."""
        for number, line in enumerate(block.removesuffix(b"\n").split(b"\n"), start=first):
            where = f"{self.path}, line {number}"
            if (found := line.count(b"\t") + 1) != columns:
                return SourceError(f"{where}: {found} columns instead of {columns}; {self._again}")
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return SourceError(f"{where}: is not UTF-8 (byte {error.start + 1} of the line); {self._again}")
        return SourceError(f"{self.path}, after line {first}: cannot be read as a table; {self._again}")


def find_downloads(declaration: Declaration, raw: Path, wanted: frozenset[str] | None = None) -> tuple[Download, ...]:
    """Return the files of a gazetteer that are there; none if it was never fetched.

    A file that lies beside its declaration is taken from there, any other from the raw store.

    Args:
        declaration: the gazetteer.
        raw: the raw store.
        wanted: ids of the snapshots to take instead of the newest ones.

    Raises:
        SourceError: some files were fetched and others, which are not optional, were not, or a pin is not met.
    """
    store, found, missing = RawStore(raw), [], []
    for file in declaration.files:
        beside = declaration.path.parent / file.name
        if file.url is None and beside.exists():
            snapshot = describe(declaration, file, beside.read_bytes())
            if file.sha256 and snapshot.sha256 != file.sha256:
                raise SourceError(f"{beside}: sha256 is {snapshot.sha256}, but {declaration.path} pins {file.sha256}")
            found.append(Download(file, snapshot, beside))
        elif latest := (store.latest(declaration, file) if wanted is None else store.one_of(declaration, file, wanted)):
            found.append(Download(file, latest, store.path_of(latest)))
        elif not file.optional:
            missing.append(file.name)
    if found and missing:
        raise SourceError(
            f"{declaration.id}: {', '.join(missing)} not in {raw / declaration.id}, where its other files are; "
            f"fetch what is missing with: twintowns fetch {declaration.id}"
        )
    return tuple(found)


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Cut a stream behind line breaks."""
    rest: list[bytes] = []
    while chunk := stream.read(_BLOCK):
        end = chunk.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, chunk[:end]])
            rest = []
        rest.append(chunk[end:])
    if whole := b"".join(rest):
        yield whole
