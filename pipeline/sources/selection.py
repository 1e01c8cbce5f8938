"""Which of the declared sources are on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import DeclarationError
from pipeline.sources import Declaration, nearest
from schemas.vocabularies import SourceKind

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
        enable: sources to turn on besides those that are on; `all` for every list. A gazetteer to download is
            named by itself: it is large, and no list of partnerships.
        only: if any, the sources to turn on and no others, besides the gazetteers that are on.

    Raises:
        DeclarationError: a source that was asked for is not declared, or none is on.
    """
    enable, only = _each_edition(declarations, enable), _each_edition(declarations, only)
    for name in sorted((enable | only) - {"all"}):
        if name not in declarations:
            raise DeclarationError(
                f"no source {name!r} is declared{nearest(name, declarations)} (twintowns sources lists them)"
            )
    chosen = {}
    for name, one in sorted(declarations.items()):
        is_gazetteer = one.kind is SourceKind.GAZETTEER
        asked_for = name in only or ("all" in only and not is_gazetteer)
        on = one.enabled or name in enable or ("all" in enable and not is_gazetteer)
        if only:
            on = asked_for or (is_gazetteer and one.enabled)
        chosen[name] = one.model_copy(update={"enabled": on})
    if not any(one.enabled and one.kind is not SourceKind.GAZETTEER for one in chosen.values()) and not only:
        raise DeclarationError("no source is on; turn some on with --enable or --only")
    return chosen


def _each_edition(declarations: Mapping[str, Declaration], names: frozenset[str]) -> frozenset[str]:
    """Take the name of a source in several languages for all of them."""
    editions: dict[str, set[str]] = {}
    for name, one in declarations.items():
        if one.edition_of:
            editions.setdefault(one.edition_of, set()).add(name)
    return frozenset(member for name in names for member in editions.get(name, {name}))
