"""One module a command, with the command's name.

Each has `HELP`, `EXAMPLES`, `add_arguments` and `run`, which returns the exit code. What `run` needs is imported when
it runs, so that `--help` is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands import (
    build,
    declare,
    dictionary,
    diff,
    explain,
    export,
    fetch,
    import_file,
    locate,
    partners,
    query,
    read,
    refresh,
    rejects,
    releases,
    report,
    rollback,
    schema,
    sources,
    status,
    tables,
    towns,
    verify,
)

if TYPE_CHECKING:
    from types import ModuleType

_RELEASES = (refresh, status, diff, releases, rollback, verify)
_STAGES = (declare, build, fetch, import_file, sources, rejects)
_QUESTIONS = (partners, towns, explain, query, tables, schema, report, export)
_INSPECTION = (locate, read, dictionary)
#: In the order of `--help`.
COMMANDS: tuple[ModuleType, ...] = (*_QUESTIONS, *_STAGES, *_RELEASES, *_INSPECTION)


def name_of(command: ModuleType) -> str:
    """Return the name of a command: that of its module, unless it has a `NAME`."""
    return str(getattr(command, "NAME", command.__name__.rpartition(".")[2]))
