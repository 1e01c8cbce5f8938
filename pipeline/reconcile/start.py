"""When it began: the formal beginning of the winning form, and whether the sources agree on it."""

from __future__ import annotations

import polars as pl

from pipeline.check.values import EVENT_OF_FORM
from pipeline.reconcile.numbers import PAIR
from pipeline.reconcile.ranking import START, winners
from schemas import vocabularies as v

_EVENTS = {form.value: event.value for form, event in EVENT_OF_FORM.items()}


def last_day(side: str) -> pl.Expr:
    """Return the last day of the interval that `{side}_date` and `{side}_precision` name."""
    date, precision = pl.col(f"{side}_date"), pl.col(f"{side}_precision")
    length = (
        pl.when(precision == "month").then(pl.lit("1mo"))
        .when(precision == "year").then(pl.lit("1y"))
        .when(precision == "decade").then(pl.lit("10y"))
        .when(precision == "century").then(pl.lit("100y"))
        .otherwise(pl.lit("1d"))
    )  # fmt: skip
    return date.dt.offset_by(length).dt.offset_by("-1d")


def candidates(claims: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Return the claims that date the formal beginning of the winning form.

    Args:
        claims: all that count.
        forms: `partnership_id` and the winning `form`.

    Returns:
        The columns of `claims`, `last_day` of the start and `supporting_families`: how many independent families
        state a date that meets this one, the claim's own among them.
    """
    winning = forms.select("partnership_id", winning_form="form")
    event = pl.col("winning_form").replace_strict(_EVENTS, return_dtype=pl.String)
    is_unsaid = pl.col("form") == v.Form.UNSPECIFIED.value
    formal = (
        claims.filter(pl.col("start_date").is_not_null())
        .join(winning, on="partnership_id")
        .filter(
            ((pl.col("start_event") == event) & ((pl.col("form") == pl.col("winning_form")) | is_unsaid))
            # A source that does not say what was agreed dates whatever was.
            | (is_unsaid & (pl.col("start_event") == v.Event.CHARTER_SIGNED.value))
        )
        .with_columns(last_day=last_day("start"))
    )
    # The pairs of dates within one partnership are few.
    dated = formal.select("partnership_id", "family", "start_date", "last_day").unique()
    support = (
        formal.select("partnership_id", "claim_id", "start_date", "last_day")
        .join(dated, on="partnership_id", suffix="_other")
        .filter((pl.col("start_date") <= pl.col("last_day_other")) & (pl.col("start_date_other") <= pl.col("last_day")))
        .group_by("claim_id")
        .agg(supporting_families=pl.col("family").n_unique())
    )
    return formal.join(support, on="claim_id", how="left")


def win_start(claims: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Return `partnership_id`, `start_date`, `start_precision`, `start_claim_id`, `start_agreement` of dated pairs."""
    read = claims.select(
        PAIR, "claim_id", "family", "authority", "form", "start_event", "start_date", "start_precision"
    )
    dating = candidates(read, forms)
    best = winners(dating, START)
    best = best.select(
        PAIR,
        claims["start_date"].gather(best["claim_id"]),
        claims["start_precision"].gather(best["claim_id"]),
        start_claim_id="claim_id",
    )
    meeting = dating.group_by(PAIR).agg(
        several=pl.col("family").min() < pl.col("family").max(),
        # Intervals on a line all meet one another if the latest beginning is not after the earliest end.
        meet=pl.col("start_date").max() <= pl.col("last_day").min(),
    )
    agreement = (
        pl.when(~pl.col("meet")).then(pl.lit(v.StartAgreement.CONFLICT.value))
        .when("several").then(pl.lit(v.StartAgreement.AGREE.value))
        .otherwise(pl.lit(v.StartAgreement.SINGLE.value))
    )  # fmt: skip
    return best.join(meeting.select(PAIR, start_agreement=agreement), on=PAIR)
