"""A statement that all partnerships of a town are over ends each of those that others state: one claim for each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.locate.sides import OPPOSITE
from schemas import Ledger
from schemas.ids import mint

if TYPE_CHECKING:
    from pipeline.validate import Checked

#: Working column: when the statement says that they ended, or when it was made.
_OVER: Final = "over_date"


def add_town_ends(checked: Checked) -> Checked:
    """Return the same with a claim for each partner of a town whose partnerships are all over, counted in the ledger.

    A partnership that began later is another one. A statement that names a country is about the partners there.

    Args:
        checked: its claims and statements about towns are located, and have the columns of mentions.
    """
    claims, town_ends = checked.claims, checked.town_ends
    if town_ends.is_empty() or claims.is_empty():
        return checked
    partner_columns = [name for name in claims.columns if name.startswith("partner_")]
    stated = town_ends.drop(name for name in town_ends.columns if name.startswith("partner_")).with_columns(
        pl.col("town_id").cast(claims.schema["town_id"]),
        pl.coalesce("end_date", "start_date", "as_of_date").alias(_OVER),
        country=town_ends["partner_country_code"].cast(pl.String),
    )
    partners = pl.concat(
        claims.select(
            pl.col(f"{side}_id").alias("town_id"),
            pl.col("start_date").alias("since"),
            *(
                pl.col(name.replace("partner_", f"{other}_", 1)).cast(claims.schema[name]).alias(name)
                for name in partner_columns
            ),
        )
        for side, other in OPPOSITE.items()
    )
    code = pl.col("partner_country_code").cast(pl.String)
    found = (
        stated.join(partners, on="town_id")
        .filter(pl.col("country").is_null() | (pl.col("country") == code))
        .filter((pl.col("since") <= pl.col(_OVER)).fill_null(value=True))
        .sort("claim_id", "partner_id", "partner_text")
        .unique(["claim_id", "partner_id"], keep="first", maintain_order=True)
    )
    if found.is_empty():
        return checked
    ids = mint("c", found.select(pl.format("{}\x1f{}", "claim_id", pl.col("partner_id").cast(pl.String))).to_series())
    new = found.with_columns(ids.alias("claim_id")).select(claims.columns).cast(claims.schema)
    counts = new.group_by(pl.col("snapshot_id").cast(pl.String)).agg(added=pl.len())
    ledger = checked.ledger.join(counts, on="snapshot_id", how="left").with_columns(
        claims_made=pl.col("claims_made") + pl.col("added").fill_null(0)
    )
    return replace(checked, claims=pl.concat([claims, new]), ledger=Ledger.coerce(ledger.drop("added")))
