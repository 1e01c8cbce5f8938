"""Which towns a path joins, and how long the shortest are: for millions of links without a loop over them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Starts whose searches share a number, a bit each.
_BITS = 128
#: Partners times numbers of a search at once: what it keeps in memory is a few times 16 bytes of each.
_AT_ONCE = 2**22


@dataclass(frozen=True)
class Steps:
    """Shortest paths from some towns to all.

    Args:
        counts: how many pairs of a start and another town are how many steps apart.
        of_towns: each town's steps from all starts together.
    """

    counts: Mapping[int, int]
    of_towns: pl.Series


class Twos(NamedTuple):
    """A round in which each town's values are put together by twos, an odd one with itself.

    Args:
        done: how many towns, the first, have only one value.
        one: places of the others' values.
        other: the place of the value with which each is put together.
    """

    done: int
    one: pl.Series
    other: pl.Series


def both_ways(links: pl.DataFrame) -> pl.DataFrame:
    """Return each link from both of its ends, in the order of towns: `town`, `partner`.

    Args:
        links: two columns of numbers.
    """
    one, other = links.columns
    ends = (links.select(town=town, partner=partner) for town, partner in ((one, other), (other, one)))
    return pl.concat(ends).sort("town")


def label_components(partners: pl.DataFrame) -> pl.Series:
    """Return for each town the least number in its component.

    Each town takes the least label around, and hands it on to the town that its own label names; labels of labels are
    then followed (Zhang et al. 2020, "FastSV"). So the rounds grow with the logarithm of the longest path.

    Args:
        partners: as `both_ways` returns them; each number from 0 on has a partner.
    """
    town = partners["town"]
    label = pl.int_range(town.n_unique(), dtype=pl.UInt32, eager=True).alias("label")
    while True:
        around = pl.DataFrame([town, label.gather(partners["partner"])])
        around = around.group_by("town", maintain_order=True).agg(pl.col("label").min())
        handed_on = around.select(label, least="label").group_by("label").agg(pl.col("least").min()).sort("label")
        fresh = around.join(handed_on, left_on="town", right_on="label", how="left", maintain_order="left").select(
            pl.min_horizontal("label", "least", label).alias("label")
        )["label"]
        fresh = fresh.gather(fresh)
        fresh = fresh.gather(fresh)
        if fresh.equals(label):
            return label
        label = fresh


def measure_steps(partners: pl.DataFrame, starts: pl.Series) -> Steps:
    """Count the steps of the shortest paths from some towns of a component to all of it.

    Searches from many starts run at once: a town keeps one bit for each start that has reached it, and a step is an
    `or` with its partners' bits (Then et al. 2014, "The more the merrier").

    Args:
        partners: as `both_ways` returns them, of towns numbered from 0 on by rising number of partners.
        starts: their numbers, each once.
    """
    count = partners["town"].n_unique()
    words = max(1, min(-(-starts.len() // _BITS), _AT_ONCE // max(partners.height, 1)))
    counts: Counter[int] = Counter()
    of_towns = pl.zeros(count, pl.Int64, eager=True)
    # The words of a town stand together, and each is joined with its partners' words of the same place.
    joined = pl.concat(partners.select(pl.all() * words + word) for word in range(words)).sort("town")
    twos = _in_twos(joined["town"])
    for first in range(0, starts.len(), words * _BITS):
        some = starts.slice(first, words * _BITS)
        found, of_words = _search(joined, twos, _first_bits(some, count, words), words)
        counts.update(found)
        of_towns += of_words.reshape((count, words)).arr.sum()
    return Steps(dict(counts), of_towns)


def _first_bits(starts: pl.Series, count: int, words: int) -> pl.Series:
    order = pl.int_range(starts.len(), dtype=pl.UInt32, eager=True)
    bits = pl.Series([1 << place % _BITS for place in range(starts.len())], dtype=pl.UInt128)
    return pl.zeros(count * words, pl.UInt128, eager=True).scatter(starts * words + order // _BITS, bits)


def _search(joined: pl.DataFrame, twos: list[Twos], reached: pl.Series, words: int) -> tuple[dict[int, int], pl.Series]:
    """Return how many bits are first set after how many steps, and for each word the steps of all of its bits.

    Args:
        joined: `town`, `partner`: words that are joined, in order.
        twos: of `town`.
        reached: the bits of each word at first; each bit is set once.
        words: of each town.
    """
    counts: dict[int, int] = {}
    before = reached.bitwise_count_ones()
    place = pl.int_range(pl.len()) % words
    most = before.to_frame("bits").select(pl.col("bits").sum().over(place))["bits"]
    of_words = pl.zeros(reached.len(), pl.Int64, eager=True)
    unfilled = pl.int_range(reached.len(), dtype=pl.UInt32, eager=True)
    while True:
        now = reached.gather(unfilled) | _together(reached.gather(joined["partner"]), twos)
        # To put all in their places costs more than to take them as they are.
        reached = now if now.len() == reached.len() else reached.scatter(unfilled, now)
        bits = now.bitwise_count_ones()
        new = (bits - before).cast(pl.Int64)
        found = int(new.sum())
        if not found:
            return counts, of_words
        steps = len(counts) + 1
        counts[steps] = found
        of_words = of_words.scatter(unfilled, of_words.gather(unfilled) + new * steps)
        is_unfilled = bits < most.gather(unfilled)
        before = bits
        # Half of the rounds are for the last hundredth of the bits: only words that lack some are joined again.
        if is_unfilled.sum() * 2 < unfilled.len():
            unfilled, before = unfilled.filter(is_unfilled), bits.filter(is_unfilled)
            if unfilled.is_empty():
                return counts, of_words
            joined = joined.filter((reached.bitwise_count_ones() < most).gather(joined["town"]))
            twos = _in_twos(joined["town"])


def _in_twos(town: pl.Series) -> list[Twos]:
    """Return how the values of each town are put together by twos until each town has one.

    Args:
        town: a number for each value, in order; a later town has no fewer values.
    """
    rounds = []
    row = pl.int_range(pl.len(), dtype=pl.UInt32)
    is_first = (pl.col("town") != pl.col("town").shift(1)).fill_null(value=True)
    with_next = (pl.col("town") == pl.col("town").shift(-1)).fill_null(value=False)
    since = row - pl.when(is_first).then(row).forward_fill()
    while not town.is_empty():
        pairs = town.to_frame("town").select("town", since=since, one=row, other=row + with_next.cast(pl.UInt32))
        pairs = pairs.filter(pl.col("since") % 2 == 0)
        several = (pairs["one"] != pairs["other"]).arg_true()
        done = town.len() if several.is_empty() else several[0]
        rest = pairs.slice(done)
        rounds.append(Twos(done, rest["one"], rest["other"]))
        town = rest["town"]
    return rounds


def _together(values: pl.Series, twos: list[Twos]) -> pl.Series:
    """Return the bits of each town's values together."""
    done = []
    for two in twos:
        done.append(values.head(two.done))
        values = values.gather(two.one) | values.gather(two.other)
    return pl.concat(done, rechunk=True)
