"""One module a command: its options, and what it runs. Each imports what it needs when it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands import adopt, build, dictionary, explain, fetch, locate, query, read, rejects, sources

if TYPE_CHECKING:
    from types import ModuleType

#: In the order in which `--help` lists them.
COMMANDS: tuple[ModuleType, ...] = (build, fetch, adopt, sources, rejects, query, explain, locate, read, dictionary)
