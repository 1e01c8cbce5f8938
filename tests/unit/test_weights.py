"""Weights of evidence to probabilities."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.locate.evidence import COMPARISONS, NAME, NOT_PRINTED, SIZE
from pipeline.locate.weights import THRESHOLD, load_weights, weigh

WEIGHTS = load_weights()
LEVELS = st.fixed_dictionaries({name: st.sampled_from(sorted(WEIGHTS["comparisons"][name])) for name in COMPARISONS})


def candidates(levels: list[dict[str, str]], *, has_country: bool = True) -> pl.DataFrame:
    return pl.DataFrame(levels).with_columns(mention=pl.lit(1), has_country=pl.lit(has_country))


@given(st.lists(LEVELS, min_size=1, max_size=6), st.booleans())
def test_probabilities_are_shares(levels: list[dict[str, str]], has_country: bool) -> None:
    weighed = weigh(candidates(levels, has_country=has_country), WEIGHTS | {"calibration": [(0.0, 0.0), (1.0, 1.0)]})
    assert weighed["probability"].is_between(0, 1).all()
    # More weight is more likely, before and after calibration.
    for probabilities in (weighed["probability"], weigh(candidates(levels, has_country=has_country))["probability"]):
        assert probabilities.sum() <= 1 + 1e-9
        in_order = probabilities.gather(weighed["weight"].round(6).arg_sort())
        assert (in_order.diff().drop_nulls() >= -1e-9).all()


def test_a_calibration_never_falls() -> None:
    stated, right = zip(*WEIGHTS["calibration"], strict=True)
    assert list(stated) == sorted(stated)
    assert list(right) == sorted(right)
    assert (stated[0], right[0], stated[-1], right[-1]) == (0, 0, 1, 1)
    assert 0.5 < THRESHOLD < 1


def test_what_is_not_printed_weighs_nothing() -> None:
    for name in COMPARISONS:
        assert WEIGHTS["comparisons"][name].get(NOT_PRINTED, {"weight": 0})["weight"] == 0


def test_an_unknown_level_weighs_nothing() -> None:
    known = dict.fromkeys(COMPARISONS, NOT_PRINTED) | {NAME: "whole, usual name", SIZE: "no such level"}
    assert weigh(candidates([known]))["weight"].item() == WEIGHTS["comparisons"][NAME]["whole, usual name"]["weight"]


def test_what_contradicts_outweighs_size() -> None:
    level = dict.fromkeys(COMPARISONS, NOT_PRINTED) | {NAME: "whole, usual name"}
    large = level | {SIZE: "300 times or more", "inhabitants": "500,000 or more", "region": "contradicts"}
    small = level | {SIZE: "the only one", "inhabitants": "under 5,000", "region": "agrees"}
    probabilities = weigh(candidates([large, small]))["probability"]
    assert probabilities[1] >= THRESHOLD
    assert probabilities[0] < 0.01
