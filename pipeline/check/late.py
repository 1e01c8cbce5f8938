"""Rows that turn out to be no statement only when their towns are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.ids import mint, town_ids
from pipeline.locate.names import search_key
from schemas import FINDINGS, LEDGER, REJECTS
from schemas import vocabularies as v

if TYPE_CHECKING:
    from pipeline.check import Checked


def refuse_self_located(checked: Checked, claims: pl.DataFrame) -> pl.DataFrame:
    """Part the claims whose two names led to one town, and return the claims that are left.

    Where the names differ, the partner is given an id of its own: one of the two was read wrongly, and a wrong town is
    worse than an unplaced one. Where they do not, the row is rejected after all, and the ledger follows.

    Args:
        checked: its rejects, findings and ledger are brought up to date.
        claims: with `town_id`, `partner_id` and how the partner was located.
    """
    same = pl.col("town_id") == pl.col("partner_id")
    if not claims.select(same.any()).item():
        return claims
    # Named apart from the town it was taken for, so that the id differs even where the names are one.
    apart = town_ids(pl.col("partner_text"), pl.col("partner_country_code"), pl.format("not {}", "town_id"))
    claims = claims.with_columns(__apart=pl.when(same).then(apart))
    claims = claims.with_columns(__own=mint("x", claims["__apart"])).drop("__apart")
    one_name = search_key(pl.col("town_text")) == search_key(pl.col("partner_text"))
    parted = same & ~one_name
    noted = claims.filter(parted).select(
        "source_id", "snapshot_id", "locator", column_name=pl.lit("partner"), rule=pl.lit("located_on_own_partner"),
        severity=pl.lit(v.Severity.WARNING.value), raw_value="partner_text", action=pl.lit(v.Action.KEPT.value),
    )  # fmt: skip
    checked.findings = FINDINGS.conform(pl.concat([checked.findings, FINDINGS.conform(noted)]))
    refused, claims = claims.filter(same & one_name), claims.filter(~(same & one_name))
    _refuse(checked, refused, claims)
    return claims.with_columns(
        partner_id=pl.when(parted).then("__own").otherwise("partner_id"),
        partner_located_by=pl.when(parted).then(pl.lit(v.LocatedBy.NOT_LOCATED.value)).otherwise("partner_located_by"),
        partner_location_score=pl.when(parted).then(0.0).otherwise("partner_location_score"),
    ).drop("__own")


def _refuse(checked: Checked, refused: pl.DataFrame, claims: pl.DataFrame) -> None:
    """Move claims that turned out to be none to the rejects; a row with other claims stays used."""
    if refused.is_empty():
        return
    place = ["snapshot_id", "locator"]
    gone = refused.join(claims, on=place, how="anti").select(place).unique()
    rejects = (
        pl.concat(checked.raw)
        .join(gone.lazy(), on=place)
        .collect()
        .with_columns(rules=pl.lit("self_twinned"), message=pl.lit("both names lead to the same town"))
    )
    checked.rejects = REJECTS.conform(pl.concat([checked.rejects, REJECTS.conform(rejects)]))
    fewer = gone.group_by("snapshot_id").agg(rows=pl.len())
    made = refused.group_by("snapshot_id").agg(claims=pl.len())
    ledger = checked.ledger.join(fewer, on="snapshot_id", how="left").join(made, on="snapshot_id", how="left")
    checked.ledger = LEDGER.validate(
        LEDGER.conform(
            ledger.with_columns(
                rows_used=pl.col("rows_used") - pl.col("rows").fill_null(0),
                rows_rejected=pl.col("rows_rejected") + pl.col("rows").fill_null(0),
                claims_made=pl.col("claims_made") - pl.col("claims").fill_null(0),
            )
        )
    )
