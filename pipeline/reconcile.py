"""Claims to partnerships: one record a pair, which value wins and from which claim, and whether sources disagree.

Everything is a sort by a total order and a group-by, so the order of claims and sources never matters.
"""

from __future__ import annotations

import polars as pl

from pipeline.check.values import EVENT_OF_FORM
from schemas import PARTNERSHIP_EVENTS, PARTNERSHIP_MOTIVES
from schemas import vocabularies as v

#: What merely being listed says is weaker than any stated change.
_STATUS_RANK = {
    v.Status.ENDED: 0, v.Status.SUSPENDED: 1, v.Status.DORMANT: 2, v.Status.ACTIVE: 3, v.Status.UNKNOWN: 4,
}  # fmt: skip
_PAIR = "partnership_id"


def reconcile(claims: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Make one row a pair of towns.

    Args:
        claims: located claims (`CLAIMS` columns).
        sources: `source_id`, `directions`.

    Returns:
        The columns of `PARTNERSHIPS` but `distance_km` and `is_domestic`, which need the towns.
    """
    ranked = _ranked(claims)
    forms = _win_form(ranked)
    starts = _win_start(ranked.join(forms.select(_PAIR, winning_form="form"), on=_PAIR))
    statuses = _win_status(ranked)
    counts = ranked.group_by(_PAIR).agg(
        town_a_id=pl.min_horizontal("town_id", "partner_id").first(),
        town_b_id=pl.max_horizontal("town_id", "partner_id").first(),
        claim_count=pl.len(),
        source_count=pl.col("source_id").n_unique(),
        family_count=pl.col("family").n_unique(),
    )
    result = counts
    for part in (forms, starts, statuses, _both_sides(ranked, sources)):
        result = result.join(part, on=_PAIR, how="left")
    coarse = ["decade", "century"]
    years = [
        pl.when(~pl.col(f"{side}_precision").is_in(coarse)).then(pl.col(f"{side}_date").dt.year()).alias(f"{side}_year")
        for side in ("start", "end")
    ]
    unknown = pl.lit(v.Precision.UNKNOWN.value)
    # Two sources can be right about a start and an end of different things; the end then stays a claim.
    backwards = pl.col("end_date") < pl.col("start_date").dt.truncate("1y")
    kept = ~backwards.fill_null(value=False)
    return (
        result.with_columns(
            pl.col("start_precision").fill_null(unknown),
            end_date=pl.when(kept).then("end_date"),
            end_precision=pl.when(kept).then(pl.col("end_precision")).fill_null(unknown),
            end_cause=pl.when(kept).then("end_cause"),
            start_agreement=pl.col("start_agreement").fill_null(v.StartAgreement.NONE.value),
        )
        .with_columns(years)
        .sort(_PAIR)
    )


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


def _ranked(claims: pl.DataFrame) -> pl.DataFrame:
    """Add the numbers to sort by; smaller wins. Deprecated claims count only where a pair has no others."""
    deprecated = pl.col("claim_rank") == v.ClaimRank.DEPRECATED.value
    return claims.filter(~deprecated | deprecated.all().over(_PAIR)).with_columns(
        _order("authority", v.rank_of(v.Authority)).alias("__authority"),
        _order("form", v.rank_of(v.Form)).alias("__form"),
        _order("status", {status.value: rank for status, rank in _STATUS_RANK.items()}).alias("__status"),
        _order("start_precision", v.rank_of(v.Precision)).alias("__precision"),
        last_day("start").alias("__last_day"),
    )


def _order(column: str, ranks: dict[str, int]) -> pl.Expr:
    return pl.col(column).replace_strict(list(ranks), list(ranks.values()), return_dtype=pl.Int8)


def _win_form(ranked: pl.DataFrame) -> pl.DataFrame:
    """Take the strongest form that the best authority which names one states.

    A stronger form that dates from after that authority's day is not contradicted by it: a register of 2014 cannot
    know of a charter of 2025.
    """
    named = ranked.filter(pl.col("form") != v.Form.UNSPECIFIED.value)
    best_known = named.group_by(_PAIR).agg(
        __best=pl.col("__authority").min(),
        __known_until=pl.col("as_of_date").filter(pl.col("__authority") == pl.col("__authority").min()).max(),
    )
    speaks = (pl.col("__authority") == pl.col("__best")) | (pl.col("start_date") > pl.col("__known_until"))
    strongest = named.join(best_known, on=_PAIR).filter(speaks)
    unnamed = ranked.join(named, on=_PAIR, how="anti")
    best = (
        pl.concat([strongest.select(ranked.columns), unnamed])
        .sort("__form", "__authority", "claim_id")
        .group_by(_PAIR, maintain_order=True)
        .agg(pl.col("form").first(), form_claim_id=pl.col("claim_id").first())
    )
    said = ranked.filter(pl.col("form") != v.Form.UNSPECIFIED.value)
    # A friendship of 1948 and a partnership of 2025 are history; undated or same-year forms that differ disagree.
    conflict = (
        said.with_columns(year=pl.col("start_date").dt.year())
        .group_by(_PAIR, "form").agg(pl.col("year").min())
        .group_by(_PAIR).agg(
            form_conflict=(pl.col("form").n_unique() > 1)
            & ((pl.col("year").null_count() > 0) | (pl.col("year").n_unique() < pl.len()))
        )
    )  # fmt: skip
    return best.join(conflict, on=_PAIR, how="left").with_columns(pl.col("form_conflict").fill_null(value=False))


def _win_start(ranked: pl.DataFrame) -> pl.DataFrame:
    """Take the formal beginning of the winning form, and say whether the sources agree on it.

    In the design's order: authority, then families that agree, then precision, then the earlier date.
    """
    event = pl.col("winning_form").replace_strict(
        {form.value: event.value for form, event in EVENT_OF_FORM.items()}, return_dtype=pl.String
    )
    is_unsaid = pl.col("form") == v.Form.UNSPECIFIED.value
    formal = ranked.filter(
        pl.col("start_date").is_not_null()
        & (
            ((pl.col("start_event") == event) & ((pl.col("form") == pl.col("winning_form")) | is_unsaid))
            # A source that does not say what was agreed dates whatever was.
            | (is_unsaid & (pl.col("start_event") == v.Event.CHARTER_SIGNED.value))
        )
    )
    # Families whose interval meets this one: the pairs within one partnership are few.
    dated = formal.select(_PAIR, "family", "start_date", "__last_day").unique()
    support = (
        formal.select(_PAIR, "claim_id", "start_date", "__last_day")
        .join(dated, on=_PAIR, suffix="_other")
        .filter(
            (pl.col("start_date") <= pl.col("__last_day_other")) & (pl.col("start_date_other") <= pl.col("__last_day"))
        )
        .group_by("claim_id")
        .agg(__support=pl.col("family").n_unique())
    )
    best = (
        formal.join(support, on="claim_id", how="left")
        .sort(
            "__authority", "__support", "__precision", "start_date", "claim_id",
            descending=[False, True, False, False, False],
        )
        .group_by(_PAIR, maintain_order=True)
        .agg(
            pl.col("start_date").first(),
            pl.col("start_precision").first(),
            start_claim_id=pl.col("claim_id").first(),
            families=pl.col("family").n_unique(),
            # Intervals on a line all meet one another if the latest beginning is not after the earliest end.
            meet=pl.col("start_date").max() <= pl.col("__last_day").min(),
        )
    )  # fmt: skip
    agreement = (
        pl.when(~pl.col("meet")).then(pl.lit(v.StartAgreement.CONFLICT.value))
        .when(pl.col("families") > 1).then(pl.lit(v.StartAgreement.AGREE.value))
        .otherwise(pl.lit(v.StartAgreement.SINGLE.value))
    )  # fmt: skip
    return best.with_columns(start_agreement=agreement).drop("families", "meet")


def _win_status(ranked: pl.DataFrame) -> pl.DataFrame:
    """Take the status that is stated in words before one that merely being listed asserts: lists outlive links.

    Then the best authority that knows one; where it says several, what was said last, then the farthest change.
    """
    unknown = pl.col("status") == v.Status.UNKNOWN.value
    best = (
        ranked.sort(
            unknown, "status_is_stated", "__authority", "as_of_date", "__status", "claim_id",
            descending=[False, True, False, True, False, False],
        )
        .group_by(_PAIR, maintain_order=True)
        .agg(pl.col("status").first(), status_claim_id=pl.col("claim_id").first())
    )  # fmt: skip
    ended = (
        ranked.filter(pl.col("status") == v.Status.ENDED.value)
        .sort(
            pl.col("end_date").is_null(), "__authority", _order("end_precision", v.rank_of(v.Precision)), "end_date",
            "claim_id",
        )
        .group_by(_PAIR, maintain_order=True)
        .agg(
            pl.col("end_date").first(), pl.col("end_precision").first(), pl.col("end_cause").drop_nulls().first(),
        )
    )  # fmt: skip
    is_ended = pl.col("status") == v.Status.ENDED.value
    return best.join(ended, on=_PAIR, how="left").with_columns(
        pl.when(is_ended).then(column).alias(column) for column in ("end_date", "end_precision", "end_cause")
    )


def _both_sides(ranked: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Tell whether both towns state the link, where a source that keeps both directions covers both towns."""
    both = sources.filter(pl.col("directions") == v.Directions.BOTH.value).select("source_id")
    kept = ranked.join(both, on="source_id", how="semi")
    covered = kept.select("source_id", "town_id").unique()
    return (
        kept.group_by(_PAIR, "source_id")
        .agg(
            sides=pl.col("town_id").n_unique(),
            a=pl.min_horizontal("town_id", "partner_id").first(),
            b=pl.max_horizontal("town_id", "partner_id").first(),
        )
        .join(covered.rename({"town_id": "a"}), on=["source_id", "a"], how="semi")
        .join(covered.rename({"town_id": "b"}), on=["source_id", "b"], how="semi")
        .group_by(_PAIR)
        .agg(stated_by_both=(pl.col("sides") > 1).any())
    )


def list_events(claims: pl.DataFrame) -> pl.DataFrame:
    """Return everything dated that the claims tell, each from the best claim that tells it."""
    claims = claims.filter(pl.col("claim_rank") != v.ClaimRank.DEPRECATED.value)
    starts = claims.filter(pl.col("start_date").is_not_null()).select(
        _PAIR, "form", "claim_id", "authority",
        event="start_event", event_date="start_date", event_precision="start_precision",
        cause=pl.lit(None, pl.String),
    )  # fmt: skip
    ends = claims.filter(pl.col("end_date").is_not_null()).select(
        _PAIR, "form", "claim_id", "authority",
        event=pl.lit(v.Event.ENDED.value), event_date="end_date", event_precision="end_precision", cause="end_cause",
    )  # fmt: skip
    events = (
        pl.concat([starts, ends])
        .sort(_order("authority", v.rank_of(v.Authority)), "claim_id")
        .unique(list(PARTNERSHIP_EVENTS.key), keep="first", maintain_order=True)
    )
    return PARTNERSHIP_EVENTS.conform(events)


def list_motives(claims: pl.DataFrame) -> pl.DataFrame:
    """Return the motives that claims state."""
    stated = claims.filter(pl.col("motive").is_not_null()).select(
        _PAIR, "motive", basis=pl.lit(v.MotiveBasis.STATED.value), evidence="claim_id"
    )
    return PARTNERSHIP_MOTIVES.conform(stated.unique())
