"""`partnerships`: the conclusion, one row a link."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.table import Column, ForeignKey, Rule, Table

PARTNERSHIPS = Table(
    name="partnerships",
    row="One link between two towns, whoever stated it.",
    key=("partnership_id",),
    columns=(
        c.partnership_id,
        c.town_id.named("town_a_id", "The town whose id sorts first."),
        c.town_id.named("town_b_id", "The town whose id sorts second."),
        c.form,
        c.status,
        c.start_date,
        c.start_precision,
        c.start_year,
        c.end_date,
        c.end_precision,
        c.end_year,
        c.end_cause,
        c.count("claim_count", "Statements about the link."),
        c.count("source_count", "Sources that state it."),
        c.count("family_count", "Independent families of sources that state it."),
        c.flag(
            "stated_by_both",
            "Whether both towns state it; null unless a source that keeps both directions covers both towns.",
            nullable=True,
        ),
        Column(
            "start_agreement",
            pl.String,
            "Whether the sources agree on the start.",
            vocabulary=v.StartAgreement,
        ),
        c.flag("form_conflict", "Whether sources differ on what was agreed."),
        c.distance_km,
        c.flag("is_domestic", "Whether both towns are in one country today; null if unknown.", nullable=True),
        c.state_at_start.named("state_a_at_start"),
        c.state_at_start.named("state_b_at_start"),
        c.claim_id.named("start_claim_id", "The statement that the start was taken from.").optional(),
        c.claim_id.named("form_claim_id", "The statement that the form was taken from.").optional(),
        c.claim_id.named("status_claim_id", "The statement that the status was taken from.").optional(),
        c.claim_id.named("end_claim_id", "The statement that the end was taken from.").optional(),
        c.claim_id.named("end_cause_claim_id", "The statement that the end's cause was taken from.").optional(),
    ),
    foreign_keys=(
        ForeignKey("town_a_id", "towns", "town_id"),
        ForeignKey("town_b_id", "towns", "town_id"),
        ForeignKey("start_claim_id", "claims", "claim_id"),
        ForeignKey("form_claim_id", "claims", "claim_id"),
        ForeignKey("status_claim_id", "claims", "claim_id"),
        ForeignKey("end_claim_id", "claims", "claim_id"),
        ForeignKey("end_cause_claim_id", "claims", "claim_id"),
    ),
    rules=(
        Rule("ids_sorted", pl.col("town_a_id") < pl.col("town_b_id"), "The two ids differ and are in order."),
        Rule(
            "end_not_before_start",
            pl.col("end_date") >= pl.col("start_date").dt.truncate("1y"),
            "An end is not before its start.",
        ),
        Rule("start_fits_precision", c.fits_precision("start"), "A year's date is its 1 January."),
        Rule("end_fits_precision", c.fits_precision("end"), "A year's date is its 1 January."),
        Rule(
            "start_names_its_claim",
            pl.col("start_date").is_null() == pl.col("start_claim_id").is_null(),
            "A start leads back to the statement that it came from.",
        ),
        Rule(
            "end_names_its_claim",
            (pl.col("end_date").is_null() == pl.col("end_claim_id").is_null())
            & (pl.col("end_cause").is_null() == pl.col("end_cause_claim_id").is_null()),
            "An end and its cause lead back to the statements that they came from.",
        ),
        Rule(
            "families_within_sources",
            pl.col("family_count") <= pl.col("source_count"),
            "Families count at most as often as sources.",
        ),
    ),
)
