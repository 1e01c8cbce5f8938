"""Chance that is the same for the same seed on every machine: numbers hashed, not drawn in turn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MASK = (1 << 64) - 1


def bits(number: pl.Expr, what: str, seed: int) -> pl.Expr:
    """Give 64 random bits for each number: the mixer of SplitMix64.

    Args:
        number: what the chance belongs to, such as a pair's number: the same number has the same luck.
        what: which of its chances this is; two names are independent of each other.
        seed: of the whole run.

    Returns:
        An expression of `UInt64`.
    """
    start = _mixed(seed)
    for byte in what.encode():
        start = _mixed(start ^ byte)
    mixed = number.cast(pl.UInt64) * _u64(_GOLDEN) + _u64(start)
    for shift, factor in ((30, _FIRST), (27, _SECOND)):
        mixed = (mixed ^ (mixed // _u64(1 << shift))) * _u64(factor)
    return mixed ^ (mixed // _u64(1 << 31))


def chance(number: pl.Expr, what: str, seed: int) -> pl.Expr:
    """Give a number from 0 to below 1 for each number; `bits` says what the arguments mean."""
    return (bits(number, what, seed) // _u64(1 << 11)).cast(pl.Float64) / float(1 << 53)


def pick(luck: pl.Expr, shares: Mapping[str, float], kind: type[pl.DataType] = pl.String) -> pl.Expr:
    """Give one of the keys for each chance, each as often as its share says (shares need not sum to one)."""
    names = list(shares)
    place = _place_of(luck, list(shares.values()))
    return place.replace_strict(list(range(len(names))), pl.Series(names).cast(kind), return_dtype=kind)


def _place_of(luck: pl.Expr, weights: list[float]) -> pl.Expr:
    total, reached, edges = math.fsum(weights), 0.0, []
    for weight in weights[:-1]:
        reached += weight / total
        edges.append(reached)
    return pl.lit(pl.Series(edges, dtype=pl.Float64)).search_sorted(luck, side="right").cast(pl.Int64)


def _u64(value: int) -> pl.Expr:
    return pl.lit(value, pl.UInt64)


def _mixed(value: int) -> int:
    value = (value + _GOLDEN) & _MASK
    value = ((value ^ (value >> 30)) * _FIRST) & _MASK
    value = ((value ^ (value >> 27)) * _SECOND) & _MASK
    return value ^ (value >> 31)
