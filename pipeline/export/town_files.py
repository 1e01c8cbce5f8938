"""One JSON file a town, with an index: what a static site is built from."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.curate.sql import read_sql
from pipeline.errors import TwintownsError, UsageError
from pipeline.export.release import SQL, read_credits
from pipeline.export.town_schema import town_schema
from pipeline.report.current import read_release_id

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

#: In `release.json`: how a folder is told from others, which are never replaced.
MADE_BY: Final = "twintowns export towns"
_RELEASE, _INDEX, _SCHEMA, _TOWNS = "release.json", "index.json", "town.schema.json", "towns"
#: Documents that are in memory at once.
_BATCH_ROWS: Final = 2_000


def write_towns(connection: DuckDBPyConnection, directory: Path, where: str | None) -> str:
    """Write a folder completely or not at all, and return a summary in one sentence.

    It has `towns/<town_id>.json`, each with the members of `town_schema`; `index.json`, a list of all towns with their
    files; `town.schema.json`, a JSON Schema of these files; and `release.json`, the release and its sources. A folder
    that an earlier run has written is replaced.

    Args:
        connection: the open release.
        directory: where; it is new, empty or from an earlier run.
        where: the condition that the release was opened with. With a condition, only towns of the selected partnerships
            are written, each with these alone.

    Raises:
        UsageError: the folder has something else in it.
        TwintownsError: it cannot be written; what was there before is still there.
    """
    directory = directory.resolve()
    part, old = (directory.with_name(f"{directory.name}.{end}") for end in ("part", "old"))
    for folder in (directory, part, old):
        _refuse_others(folder)
    try:
        shutil.rmtree(part, ignore_errors=True)
        towns = _write(connection, part, is_all=where is None)
        _replace(directory, part, old)
    except OSError as error:
        raise TwintownsError(
            f"{directory}: cannot be written ({error.strerror or error}); nothing was kept, nothing was replaced"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return f"{towns:,} towns, each a file of {_TOWNS}/, listed in {_INDEX}"


def _refuse_others(folder: Path) -> None:
    """Check that a folder may be replaced.

    Raises:
        UsageError: it has something in it that this command has not written.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder}: is a file, which stays as it is; name a new folder with --directory")
    names = {path.name for path in folder.iterdir()}
    if names and _made_by(folder) != MADE_BY:
        raise UsageError(
            f"{folder}: is not empty, and was not written by this command; it stays as it is. "
            "Name a new or an empty folder with --directory"
        )
    others = sorted(names - {_RELEASE, _INDEX, _SCHEMA, _TOWNS})
    if others:
        raise UsageError(
            f"{folder}: would be replaced, and {', '.join(others[:5])} in it with it, which this command has not "
            "written; nothing was changed. Move that elsewhere, or name another folder with --directory"
        )


def _made_by(folder: Path) -> object:
    try:
        content: dict[str, Any] = json.loads((folder / _RELEASE).read_text(encoding="utf-8"))
        return content["made_by"]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _write(connection: DuckDBPyConnection, folder: Path, *, is_all: bool) -> int:
    """Write the files into a new folder, and return the number of towns."""
    index: pl.DataFrame = connection.sql(read_sql(SQL, "town_index"), params={"is_all": is_all}).pl()
    about: dict[str, object] = {
        "made_by": MADE_BY,
        "release_id": read_release_id(connection),
        "town_count": index.height,
    }
    about["credits"] = read_credits(connection)
    folder.mkdir(parents=True)
    # First what tells the folder from others: a run that is killed leaves it, and the next one may remove it.
    _write_text(folder / _RELEASE, json.dumps(about, ensure_ascii=False, indent=1))
    (folder / _TOWNS).mkdir()
    _write_text(folder / _SCHEMA, json.dumps(town_schema(), ensure_ascii=False, indent=1))
    lines = index.select(pl.struct(pl.all()).struct.json_encode()).to_series()
    _write_text(folder / _INDEX, "[\n" + ",\n".join(lines) + "\n]")
    documents = f"SELECT town_id, to_json(document)::VARCHAR FROM ({read_sql(SQL, 'town_documents')}) AS document"
    for batch in connection.sql(documents, params={"is_all": is_all}).to_arrow_reader(_BATCH_ROWS):
        for town_id, text in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            _write_text(folder / _TOWNS / f"{town_id}.json", text)
    return index.height


def _write_text(path: Path, text: str) -> None:
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _replace(directory: Path, part: Path, old: Path) -> None:
    """Put the new folder where the old one is; if that fails, the old one stays."""
    shutil.rmtree(old, ignore_errors=True)
    if directory.exists():
        directory.rename(old)
    try:
        part.rename(directory)
    except OSError:
        if old.exists():
            old.rename(directory)
        raise
    shutil.rmtree(old, ignore_errors=True)
