"""One module a command, with the command's name.

Each has `HELP`, `add_arguments` and `run`, which returns the exit code. What `run` needs is imported when it runs, so
that `--help` is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands import (
    adopt,
    build,
    declare,
    dictionary,
    diff,
    explain,
    export,
    fetch,
    locate,
    query,
    read,
    refresh,
    rejects,
    releases,
    report,
    rollback,
    sources,
    status,
    verify,
)

if TYPE_CHECKING:
    from types import ModuleType

_RELEASES = (refresh, status, diff, releases, rollback, verify)
_STAGES = (declare, build, fetch, adopt, sources, rejects)
_QUESTIONS = (report, query, export, explain, locate, read, dictionary)
#: In the order of `--help`.
COMMANDS: tuple[ModuleType, ...] = (*_RELEASES, *_STAGES, *_QUESTIONS)
