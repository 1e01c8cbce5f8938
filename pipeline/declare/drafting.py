"""A list to the draft of its declaration, on the disk or on the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.declare.draft import identifier, write_draft
from pipeline.declare.layout import find_layout
from pipeline.declare.profile import profile_columns
from pipeline.declare.roles import find_roles
from pipeline.declare.sample import read_sample
from pipeline.errors import SourceError, UsageError
from pipeline.raw_store.atomic import read_regular
from pipeline.report.console import open_console

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.declare.roles import Roles


def draft_declaration(path: Path, output: Path | None, language: str | None, *, force: bool) -> Path | None:
    """Look at a list, write the draft of its declaration, and print what it rests on.

    Args:
        path: of the list.
        output: of the declaration; beside the list by default, `-` for the console.
        language: of the list, if it is known.
        force: whether to write over a declaration that is there.

    Returns:
        The declaration that was written; None for the console.

    Raises:
        SourceError: the list cannot be read.
        UsageError: there is a declaration already.
    """
    is_shown = str(output) == "-"
    toml = path.with_name(f"{identifier(path)}.toml") if output is None or is_shown else output
    if toml.parent.resolve() != path.parent.resolve():
        raise UsageError(f"{output}: a declaration lies beside its list, in {path.parent}")
    try:
        content = read_regular(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    if toml.exists() and not force and not is_shown:
        raise UsageError(f"{toml}: is there already; look at it with --check, or write over it with --force")
    layout = find_layout(path, content)
    roles = find_roles(profile_columns(read_sample(content, layout, path.name)))
    text = write_draft(path, toml, layout, roles, language)
    if is_shown:
        open_console().out(text, end="")
        return None
    toml.write_text(text, encoding="utf-8")
    _print_roles(roles, toml)
    if layout.sheets:
        open_console().out(f"other sheets, which are not read: {', '.join(layout.sheets)}\n")
    return toml


def _print_roles(roles: Roles, toml: Path) -> None:
    console = open_console()
    for ours, column, reason in roles.found:
        console.out(f"  {ours:20} {column.name!r}: {reason}")
    for side in ("town", "partner"):
        names = (f"{side}{suffix}" for suffix in ("", "_wikidata_id"))
        if not any(roles.column(name) for name in names):
            console.out(f"  {side:20} no column holds names of places; write which it is into {toml}")
    for column in roles.unused:
        console.out(f"  {'not used':20} {column.name!r}, such as {column.cells[0][:60]!r}")
    console.out(f"wrote {toml}: each line says what it rests on; fill in what is marked\n")
