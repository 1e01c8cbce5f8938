"""What was agreed: the form that wins, and whether the sources disagree on it."""

from __future__ import annotations

import polars as pl

from pipeline.reconcile.ranking import FORM, best_first, place
from schemas import vocabularies as v

IS_NAMED = pl.col("form") != v.Form.UNSPECIFIED.value


def candidates(claims: pl.DataFrame) -> pl.DataFrame:
    """Return the claims that a partnership's form may come from.

    The best authority that names a form decides. A stronger form that dates from after that authority's day is not
    contradicted by it: a register of 2014 cannot know of a charter of 2025. Claims that name no form count only where
    a pair has no others.
    """
    named = claims.filter(IS_NAMED).with_columns(__authority=place("authority", v.Authority))
    best = pl.col("__authority").min()
    best_known = named.group_by("partnership_id").agg(
        __best=best, __known_until=pl.col("as_of_date").filter(pl.col("__authority") == best).max()
    )
    speaks = (pl.col("__authority") == pl.col("__best")) | (pl.col("start_date") > pl.col("__known_until"))
    strongest = named.join(best_known, on="partnership_id").filter(speaks)
    unnamed = claims.join(named, on="partnership_id", how="anti")
    return pl.concat([strongest.select(claims.columns), unnamed])


def win_form(claims: pl.DataFrame) -> pl.DataFrame:
    """Return `partnership_id`, `form`, `form_claim_id`, `form_conflict`."""
    best = (
        best_first(candidates(claims), FORM)
        .group_by("partnership_id", maintain_order=True)
        .agg(pl.col("form").first(), form_claim_id=pl.col("claim_id").first())
    )
    # A friendship of 1948 and a partnership of 2025 are history; undated or same-year forms that differ disagree.
    conflict = (
        claims.filter(IS_NAMED)
        .with_columns(year=pl.col("start_date").dt.year())
        .group_by("partnership_id", "form").agg(pl.col("year").min())
        .group_by("partnership_id").agg(
            form_conflict=(pl.col("form").n_unique() > 1)
            & ((pl.col("year").null_count() > 0) | (pl.col("year").n_unique() < pl.len()))
        )
    )  # fmt: skip
    return best.join(conflict, on="partnership_id", how="left").with_columns(
        pl.col("form_conflict").fill_null(value=False)
    )
