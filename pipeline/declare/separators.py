"""What parts several names in one cell."""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.declare.known import is_place, load_names, share
from pipeline.gazetteer.countries import is_country
from pipeline.readers.raw_rows import VALUE_SEPARATOR

#: What may part names in one cell; a comma late, since it parts a name from its country as well.
SEPARATORS: Final = ("\n", ";", " | ", "|", " / ", "、", "，", ",", "/", " - ", " und ", " et ", " and ")
#: Signs that stand in few names: a single cell tells.
_SURE: Final = frozenset(("\n", ";", " | ", "|", "、"))
#: A sign parts names where so many more of its pieces are places than of the cells as they are.
_GAIN: Final = 0.15
#: It stands in this share of the cells.
_LEAST, _FAIR = 0.02, 0.1
_HALF: Final = 0.5
_BEHIND: Final = r"\s*[(\[,].*$"


def find_separators(cells: pl.Series) -> tuple[str, ...]:
    """Return the signs with which far more of the pieces of a column's cells are places than of the cells.

    Args:
        cells: that are not empty.
    """
    pieces = cells.unique(maintain_order=True)
    chosen: tuple[str, ...] = ()
    for sign in SEPARATORS:
        having = pieces.filter(pieces.str.contains(sign, literal=True))
        if not _is_frequent(having, pieces, sign) or (sign == "," and _are_addresses(having)):
            continue
        parts = split_cells(having, (sign,))
        if sign == "\n" and share(is_place(parts.str.replace(_BEHIND, ""))) >= _HALF:
            # What other signs part in a line belongs to its name.
            return (sign,)
        if share(is_place(parts)) >= share(is_place(having)) + _GAIN:
            chosen = (*chosen, sign)
            pieces = split_cells(pieces, (sign,))
    return chosen


def split_cells(cells: pl.Series, signs: tuple[str, ...]) -> pl.Series:
    """Return the different pieces of cells."""
    text = cells
    for sign in signs:
        text = text.str.replace_all(sign, VALUE_SEPARATOR, literal=True)
    pieces = text.str.split(VALUE_SEPARATOR).explode().str.strip_chars().unique(maintain_order=True)
    return pieces.filter(pieces != "")


def _is_frequent(having: pl.Series, pieces: pl.Series, sign: str) -> bool:
    if having.is_empty():
        return False
    return having.len() / pieces.len() > (_LEAST if sign in _SURE else _FAIR)


def _are_addresses(cells: pl.Series) -> bool:
    """Return whether cells are one place with what it lies in: `Arlington, 76014, Texas, United States`."""
    parts = cells.str.split(",")
    last = parts.list.last().str.strip_chars()
    is_land = is_country(last, load_names().countries) & ~last.str.contains(r"[(\[]")
    has_number = parts.list.eval(pl.element().str.strip_chars().str.contains(r"^[\d -]+$")).list.any()
    return share((is_land | has_number).fill_null(value=False)) >= _HALF
