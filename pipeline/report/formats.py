"""The formats of results, and which one is meant. It loads no library: the command line lists them in its help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

#: The formats, each with the endings of its files.
FORMATS: Final[dict[str, tuple[str, ...]]] = {
    "table": (".txt",),
    "csv": (".csv",),
    "json": (".json",),
    "jsonl": (".jsonl", ".ndjson"),
    "parquet": (".parquet",),
    "xlsx": (".xlsx",),
}
_BINARY: Final = ("parquet", "xlsx")


def format_of(path: Path | None, form: str | None) -> str:
    """Return the format in which a result is written: the named one, else that of the file's ending, else `table`.

    Raises:
        UsageError: the ending is of no format; or a binary format is to be printed.
    """
    if path is None:
        if form in _BINARY:
            raise UsageError(f"{form} is no text to print; say where to write it with: --output FILE")
        return form or "table"
    if form:
        return form
    for name, endings in FORMATS.items():
        if path.suffix.lower() in endings:
            return name
    known = ", ".join(ending for endings in FORMATS.values() for ending in endings)
    raise UsageError(f"{path}: no format ends like that ({known}); name one with: --format csv")
