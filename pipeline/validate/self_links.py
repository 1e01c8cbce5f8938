"""Self links: claims whose two names turn out to be one town once they are located."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

from pipeline.gazetteer.names import search_key
from pipeline.readers.raw_rows import LOCATOR
from schemas import Findings, Ledger, Rejects
from schemas import vocabularies as v
from schemas.ids import mint, town_identity

if TYPE_CHECKING:
    from pipeline.validate.checked import Checked


def reject_self_links(checked: Checked) -> Checked:
    """Return the same without claims that join a town with itself.

    If the two names differ, one of them was located wrongly: the partner gets an id of its own, because a town that is
    not located is better than a wrong town. If the names are equal, the row is rejected, and the ledger follows.

    Args:
        checked: its claims have `town_id`, `partner_id` and how the partner was located.
    """
    claims = checked.claims
    self_links = claims[(claims["town_id"] == claims["partner_id"]).arg_true()]
    if self_links.is_empty():
        return checked
    self_links = self_links.cast({cs.categorical() | cs.enum(): pl.String})
    equal_names = search_key(pl.col("town_text")) == search_key(pl.col("partner_text"))
    rejected, separated = self_links.filter(equal_names), self_links.filter(~equal_names)
    findings = separated.select(
        "source_id",
        "snapshot_id",
        "locator",
        column_name=pl.lit("partner"),
        rule=pl.lit("located_on_own_partner"),
        severity=pl.lit(v.Severity.WARNING.value),
        raw_value="partner_text",
        action=pl.lit(v.Action.KEPT.value),
    )
    checked = replace(
        checked,
        claims=_separate(claims.join(rejected, on="claim_id", how="anti", maintain_order="left"), separated),
        findings=pl.concat([checked.findings, Findings.coerce(findings)]),
    )
    return _reject(checked, rejected) if rejected.height else checked


def _separate(claims: pl.DataFrame, separated: pl.DataFrame) -> pl.DataFrame:
    """Return all claims, those of `separated` with a partner that is not located."""
    identity = town_identity(pl.col("partner_text"), pl.col("partner_country_code"), pl.format("not {}", "town_id"))
    ids = mint("x", separated.select(identity).to_series()).cast(claims.schema["partner_id"])
    is_separated = pl.col("new_id").is_not_null()
    not_located = pl.lit(v.LocatedBy.NOT_LOCATED.value)
    return (
        claims.join(separated.select("claim_id", new_id=ids), on="claim_id", how="left", maintain_order="left")
        .with_columns(
            partner_id=pl.coalesce("new_id", "partner_id"),
            partner_located_by=pl.when(is_separated).then(not_located).otherwise("partner_located_by"),
            partner_location_score=pl.when(is_separated).then(0.0).otherwise("partner_location_score"),
        )
        .drop("new_id")
        .cast({name: claims.schema[name] for name in ("partner_id", "partner_located_by")})
    )


def _reject(checked: Checked, rejected: pl.DataFrame) -> Checked:
    """Return the same with the rows of rejected claims as rejects; a row that has other claims stays used."""
    row = ["snapshot_id", "locator"]
    others = checked.claims.select(row).filter(pl.col("locator").is_in(rejected["locator"].implode()))
    rejected_rows = rejected.join(others.cast(pl.String), on=row, how="anti").select(row).unique()
    wanted = pl.col(LOCATOR).is_in(rejected_rows["locator"].implode())
    rejects = (
        pl.concat(file.to_json(wanted) for file in checked.raw)
        .join(rejected_rows, on=row)
        .with_columns(rules=pl.lit("self_twinned"), message=pl.lit("both names lead to the same town"))
    )
    rows = rejected_rows.group_by("snapshot_id").agg(rows=pl.len())
    claims = rejected.group_by("snapshot_id").agg(claims=pl.len())
    ledger = (
        checked.ledger.join(rows, on="snapshot_id", how="left")
        .join(claims, on="snapshot_id", how="left")
        .with_columns(pl.col("rows", "claims").fill_null(0))
        .with_columns(
            rows_used=pl.col("rows_used") - pl.col("rows"),
            rows_rejected=pl.col("rows_rejected") + pl.col("rows"),
            claims_made=pl.col("claims_made") - pl.col("claims"),
        )
    )
    return replace(
        checked,
        rejects=pl.concat([checked.rejects, Rejects.coerce(rejects)]),
        ledger=Ledger.coerce(ledger),
    )
