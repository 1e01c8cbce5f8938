"""Which of the declared sources are on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.declarations import Declaration, nearest
from pipeline.errors import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Mapping


def choose(
    declarations: Mapping[str, Declaration],
    enable: frozenset[str] = frozenset(),
    only: frozenset[str] = frozenset(),
) -> dict[str, Declaration]:
    """Return all declarations, by id, with those on that were asked for.

    Args:
        declarations: everything that is declared.
        enable: sources to turn on besides those that are on; `all` for every one.
        only: if any, the sources to turn on and no others.

    Raises:
        DeclarationError: a source that was asked for is not declared, or none is on.
    """
    for name in sorted((enable | only) - {"all"}):
        if name not in declarations:
            raise DeclarationError(
                f"no source {name!r} is declared{nearest(name, declarations)} (twintowns sources lists them)"
            )
    chosen = {}
    for name, one in sorted(declarations.items()):
        asked_for = name in only or "all" in only
        on = asked_for if only else one.enabled or name in enable or "all" in enable
        chosen[name] = one.model_copy(update={"enabled": on})
    if not any(one.enabled for one in chosen.values()):
        raise DeclarationError("no source is on; turn some on with --enable or --only")
    return chosen
