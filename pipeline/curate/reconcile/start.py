"""When it began: the formal beginning of the winning form, and whether the sources agree on it."""

from __future__ import annotations

import polars as pl

from pipeline.curate.reconcile.numbers import PAIR
from pipeline.curate.reconcile.ranking import START, winners
from pipeline.dates import intervals_agree
from schemas import vocabularies as v

#: What may happen several times: its dates do not contradict one another.
REPEATED = (v.Event.RENEWED, v.Event.SUSPENDED, v.Event.RESUMED, v.Event.PRECURSOR)


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
        claims: all that count, published or numbered.
        forms: `partnership_id` and the winning `form`.

    Returns:
        The columns of `claims`, `last_day` of the start and `supporting_families`: how many independent families
        state a date that agrees with this one, the claim's own among them.
    """
    return _with_support(_formal(_dated(claims, forms)))


def win_start(claims: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Return when each dated partnership began, and whether the sources agree.

    Args:
        claims: numbered ones.
        forms: `partnership_id` and the winning `form`.

    Returns:
        `partnership_id`, `start_date`, `start_precision`, `start_claim_id`, `start_agreement`; the last
        alone where only dates of other events conflict.
    """
    read = claims.select(
        PAIR, "claim_id", "family", "authority", "form", "start_event", "start_date", "start_precision"
    )
    dated = _dated(read, forms)
    formal = _formal(dated)
    best = winners(_with_support(formal), START)
    best = best.select(
        PAIR,
        claims["start_date"].gather(best["claim_id"]),
        claims["start_precision"].gather(best["claim_id"]),
        start_claim_id="claim_id",
    )
    families = formal.group_by(PAIR).agg(several=pl.col("family").min() < pl.col("family").max())
    clashes = _clashes(dated)
    agreement = (
        pl.when(pl.col(PAIR).is_in(clashes.implode())).then(pl.lit(v.StartAgreement.CONFLICT.value))
        .when("several").then(pl.lit(v.StartAgreement.AGREE.value))
        .otherwise(pl.lit(v.StartAgreement.SINGLE.value))
    )  # fmt: skip
    pairs = pl.concat([families[PAIR], clashes]).unique().to_frame()
    told = pairs.join(families, on=PAIR, how="left").select(PAIR, start_agreement=agreement)
    return told.join(best, on=PAIR, how="left")


def _dated(claims: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Add to each claim with a start the form and the event that it dates, and the winning form and its event.

    A source that does not say what was agreed dates whatever was, and with a signing its formal beginning.
    """
    is_unsaid = pl.col("form") == v.Form.UNSPECIFIED.value
    winning = pl.col("winning_form")
    event = pl.coalesce(
        pl.when(winning == form.value).then(pl.lit(event.value)) for form, event in v.EVENT_OF_FORM.items()
    )
    is_signing = pl.col("start_event") == v.Event.CHARTER_SIGNED.value
    return (
        claims.filter(pl.col("start_date").is_not_null())
        .join(forms.select(PAIR, winning_form="form"), on=PAIR)
        .with_columns(
            winning_event=event,
            last_day=last_day("start"),
            dated_form=pl.when(is_unsaid).then(winning).otherwise("form"),
        )
        .with_columns(
            dated_event=pl.when(is_unsaid & is_signing)
            .then("winning_event")
            .otherwise(pl.col("start_event").cast(pl.String))
        )
    )


def _formal(dated: pl.DataFrame) -> pl.DataFrame:
    """Return the dates of the formal beginning of the winning form."""
    is_formal = (pl.col("dated_form") == pl.col("winning_form")) & (pl.col("dated_event") == pl.col("winning_event"))
    return dated.filter(is_formal).drop("winning_form", "winning_event", "dated_form", "dated_event")


def _with_support(formal: pl.DataFrame) -> pl.DataFrame:
    """Add `supporting_families`; joins the distinct dates of each partnership, which are few, with each other."""
    interval = [PAIR, "start_date", "last_day"]
    by_family = formal.select(*interval, "family").unique()
    agree = intervals_agree("start_date", "last_day", "start_date_other", "last_day_other")
    support = (
        formal.select(interval)
        .unique()
        .join(by_family, on=PAIR, suffix="_other")
        .filter(agree)
        .select(*interval, "family")
        .unique()
        .group_by(interval)
        .agg(supporting_families=pl.len())
    )
    return formal.join(support, on=interval, how="left")


def _clashes(dated: pl.DataFrame) -> pl.Series:
    """Return the partnerships that have incompatible dates for one event of one form.

    Dates on a line all meet one another if the latest beginning is not after the earliest end. Those that meet are
    nested, except a decade that reaches beyond its century: 2000 to 2009 and 1901 to 2000.
    """
    decade, century = (pl.col("start_precision") == one.value for one in (v.Precision.DECADE, v.Precision.CENTURY))
    bounds = dated.filter(~pl.col("dated_event").is_in([one.value for one in REPEATED])).group_by(
        PAIR, "dated_event", "dated_form"
    ).agg(
        meet=pl.col("start_date").max() <= pl.col("last_day").min(),
        decade=pl.col("start_date").filter(decade).max(), decade_end=pl.col("last_day").filter(decade).max(),
        century=pl.col("start_date").filter(century).max(), century_end=pl.col("last_day").filter(century).max(),
    )  # fmt: skip
    nested = intervals_agree("decade", "decade_end", "century", "century_end").fill_null(value=True)
    return bounds.filter(~(pl.col("meet") & nested))[PAIR].unique()
