"""Rows that turn out to be no statement only when their towns are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

from pipeline.gazetteer.names import search_key
from pipeline.readers.table import LOCATOR
from schemas import FINDINGS, LEDGER, REJECTS
from schemas import vocabularies as v
from schemas.ids import mint, town_ids

if TYPE_CHECKING:
    from pipeline.validate import Checked


def refuse_self_located(checked: Checked, claims: pl.DataFrame) -> pl.DataFrame:
    """Part the claims whose two names led to one town, and return the claims that are left.

    Where the names differ, the partner is given an id of its own: one of the two was read wrongly, and a wrong town is
    worse than an unplaced one. Where they do not, the row is rejected after all, and the ledger follows.

    Args:
        checked: its rejects, findings and ledger are brought up to date.
        claims: with `town_id`, `partner_id` and how the partner was located.
    """
    same = claims[(claims["town_id"] == claims["partner_id"]).arg_true()]
    if same.is_empty():
        return claims
    types = claims.schema
    same = same.cast({cs.categorical() | cs.enum(): pl.String})
    one_name = search_key(pl.col("town_text")) == search_key(pl.col("partner_text"))
    refused, parted = same.filter(one_name), same.filter(~one_name)
    noted = parted.select(
        "source_id", "snapshot_id", "locator", column_name=pl.lit("partner"), rule=pl.lit("located_on_own_partner"),
        severity=pl.lit(v.Severity.WARNING.value), raw_value="partner_text", action=pl.lit(v.Action.KEPT.value),
    )  # fmt: skip
    checked.findings = FINDINGS.conform(pl.concat([checked.findings, FINDINGS.conform(noted)]))
    if refused.height:
        claims = claims.join(refused, on="claim_id", how="anti", maintain_order="left")
        _refuse(checked, refused, claims)
    # Named apart from the town that it was taken for, so that the id differs from any other's.
    apart = town_ids(pl.col("partner_text"), pl.col("partner_country_code"), pl.format("not {}", "town_id"))
    own = parted.select("claim_id", __own=mint("x", parted.select(apart).to_series()).cast(types["partner_id"]))
    is_parted = pl.col("__own").is_not_null()
    return (
        claims.join(own, on="claim_id", how="left", maintain_order="left")
        .with_columns(
            partner_id=pl.coalesce("__own", "partner_id"),
            partner_located_by=pl.when(is_parted)
            .then(pl.lit(v.LocatedBy.NOT_LOCATED.value))
            .otherwise("partner_located_by"),
            partner_location_score=pl.when(is_parted).then(0.0).otherwise("partner_location_score"),
        )
        .drop("__own")
        .cast({name: types[name] for name in ("partner_id", "partner_located_by")})
    )


def _refuse(checked: Checked, refused: pl.DataFrame, claims: pl.DataFrame) -> None:
    """Move claims that turned out to be none to the rejects; a row with other claims stays used."""
    place = ["snapshot_id", "locator"]
    beside = claims.select(place).filter(pl.col("locator").is_in(refused["locator"].implode())).cast(pl.String)
    gone = refused.join(beside, on=place, how="anti").select(place).unique()
    wanted = pl.col(LOCATOR).is_in(gone["locator"].implode())
    rejects = pl.concat(file.as_json(wanted) for file in checked.raw).join(gone, on=place)
    rejects = rejects.with_columns(rules=pl.lit("self_twinned"), message=pl.lit("both names lead to the same town"))
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
