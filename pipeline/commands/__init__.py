"""One module a command: its options, and what it runs. Each imports what it needs when it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands import (
    adopt,
    build,
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
)  # fmt: skip

if TYPE_CHECKING:
    from types import ModuleType

#: In the order in which `--help` lists them.
COMMANDS: tuple[ModuleType, ...] = (
    refresh, status, diff, releases, rollback, verify,
    build, fetch, adopt, sources, rejects, report, query, export, explain, locate, read, dictionary,
)  # fmt: skip
