"""Which of the declared sources are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import DeclarationError
from pipeline.sources import Declaration, did_you_mean
from schemas.vocabularies import SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping


def select_sources(
    declarations: Mapping[str, Declaration],
    enable: frozenset[str] = frozenset(),
    only: frozenset[str] = frozenset(),
) -> dict[str, Declaration]:
    """Return all declarations, by id, with `enabled` set as the options say.

    Args:
        declarations: all declared sources.
        enable: sources to enable in addition; `all` for every list. A gazetteer to download has to be named: it is
            large, and no list of partnerships.
        only: if not empty, the only sources to enable, with the gazetteers that are enabled anyway.

    Raises:
        DeclarationError: a named source is not declared, or none is enabled.
    """
    enable, only = _with_editions(declarations, enable), _with_editions(declarations, only)
    for name in sorted((enable | only) - {"all"}):
        if name not in declarations:
            raise DeclarationError(
                f"no source {name!r} is declared{did_you_mean(name, declarations)} (twintowns sources lists them)"
            )
    selected = {}
    for name, declaration in sorted(declarations.items()):
        is_gazetteer = declaration.kind is SourceKind.GAZETTEER
        is_named = name in (only or enable) or ("all" in (only or enable) and not is_gazetteer)
        is_default = declaration.enabled and (is_gazetteer or not only)
        selected[name] = declaration.model_copy(update={"enabled": is_named or is_default})
    lists = [source for source in selected.values() if source.enabled and source.kind is not SourceKind.GAZETTEER]
    if not lists and not only:
        raise DeclarationError("no source is on; turn some on with --enable or --only")
    return selected


def _with_editions(declarations: Mapping[str, Declaration], names: frozenset[str]) -> frozenset[str]:
    """Return the names, with all editions of a source instead of its common name."""
    editions: dict[str, set[str]] = {}
    for name, declaration in declarations.items():
        if declaration.edition_of:
            editions.setdefault(declaration.edition_of, set()).add(name)
    return frozenset(edition for name in names for edition in editions.get(name, {name}))
