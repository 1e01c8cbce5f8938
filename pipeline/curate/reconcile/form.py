"""What was agreed: the form that wins, and whether the sources disagree on it."""

from __future__ import annotations

import polars as pl

from pipeline.curate.reconcile.numbers import PAIR
from pipeline.curate.reconcile.ranking import FORM, place, winners
from schemas import vocabularies as v

IS_NAMED = pl.col("form") != v.Form.UNSPECIFIED.value


def candidates(claims: pl.DataFrame) -> pl.DataFrame:
    """Return the claims that a partnership's form may come from.

    The best authority that names a form decides. A stronger form that dates from after that authority's day is not
    contradicted by it: a register of 2014 cannot know of a charter of 2025. Claims that name no form count only where
    a pair has no others.
    """
    named = claims.filter(IS_NAMED).with_columns(__authority=place("authority", v.Authority))
    best = named.group_by(PAIR).agg(__best=pl.col("__authority").min())
    ranked = named.join(best, on=PAIR)
    of_best = pl.col("__authority") == pl.col("__best")
    known = ranked.filter(of_best).group_by(PAIR).agg(__known_until=pl.col("as_of_date").max())
    later = ranked.filter(~of_best).join(known, on=PAIR).filter(pl.col("start_date") > pl.col("__known_until"))
    unnamed = claims.filter(~IS_NAMED).join(best, on=PAIR, how="anti")
    return pl.concat([ranked.filter(of_best).select(claims.columns), later.select(claims.columns), unnamed])


def win_form(claims: pl.DataFrame) -> pl.DataFrame:
    """Return `partnership_id`, `form`, `form_claim_id`, `form_conflict` of numbered claims."""
    read = claims.select(PAIR, "claim_id", "form", "authority", "start_date", "as_of_date")
    forms = read.filter(IS_NAMED).select(PAIR, form=place("form", v.Form)).group_by(PAIR)
    varied = forms.agg(varied=pl.col("form").min() < pl.col("form").max()).filter("varied")[PAIR]
    is_varied = pl.col(PAIR).is_in(varied.implode())
    contested = read.filter(is_varied)
    # Where only one form is named, or none, the order alone decides.
    best = pl.concat([winners(candidates(contested), FORM), winners(read.filter(~is_varied), FORM)])
    best = best.with_columns(form=claims["form"].gather(best["claim_id"])).rename({"claim_id": "form_claim_id"})
    conflicts = _conflicts(contested).filter("form_conflict")[PAIR]
    return best.with_columns(form_conflict=pl.col(PAIR).is_in(conflicts.implode()))


def _conflicts(claims: pl.DataFrame) -> pl.DataFrame:
    """Return `partnership_id`, `form_conflict` where a form is named.

    A friendship of 1948 and a partnership of 2025 are history; undated or same-year forms that differ disagree.
    """
    named = claims.filter(IS_NAMED).select(PAIR, "form", year=pl.col("start_date").dt.year())
    since = named.group_by(PAIR, "form").agg(pl.col("year").min())
    of_a_year = since.group_by(PAIR, "year").agg(forms=pl.len())
    several = pl.col("forms").sum() > 1
    unordered = pl.col("year").is_null().any() | (pl.col("forms").max() > 1)
    return of_a_year.group_by(PAIR).agg(form_conflict=several & unordered)
