"""`claims`: what each source said, as read and as published."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.table import Column, ForeignKey, Rule, Table

_STATED = (
    c.claim_id,
    c.source_id,
    c.snapshot_id,
    c.locator,
    Column("as_of_date", pl.Date, "Day whose state the source describes."),
    c.publisher,
    c.authority,
    c.family,
    c.town_text,
    c.country_text.named("town_country_text"),
    c.region_text.named("town_region_text"),
    c.partner_text,
    c.country_text.named("partner_country_text"),
    c.region_text.named("partner_region_text"),
    c.form,
    c.text("form_text", "The form as the source prints or codes it.", nullable=True),
    c.status,
    c.flag("status_is_stated", "Whether the source says so in words; false where merely being listed asserts it."),
    c.start_event,
    c.start_text,
    c.start_date,
    c.start_precision,
    c.end_text,
    c.end_date,
    c.end_precision,
    c.end_cause,
    Column("motive", pl.String, "Why they found each other, as stated.", nullable=True, vocabulary=v.Motive),
    Column("claim_rank", pl.String, "Rank that the source gives the statement.", vocabulary=v.ClaimRank),
    c.evidence_url,
    c.note,
)

_RULES = (
    Rule(
        "end_not_before_start",
        pl.col("end_date") >= pl.col("start_date").dt.truncate("1y"),
        "An end is not before its start.",
    ),
    Rule(
        "start_not_in_future",
        pl.col("start_date") <= pl.col("as_of_date"),
        "A start is not after the day that the source describes.",
    ),
    Rule(
        "start_has_precision",
        pl.col("start_date").is_null() == (pl.col("start_precision") == "unknown"),
        "A date has a precision, and a precision a date.",
    ),
    Rule(
        "end_has_precision",
        pl.col("end_date").is_null() == (pl.col("end_precision") == "unknown"),
        "A date has a precision, and a precision a date.",
    ),
    Rule(
        "start_fits_precision",
        c.fits_precision("start"),
        "A year's date is its 1 January, a month's its first day.",
    ),
    Rule(
        "end_fits_precision",
        c.fits_precision("end"),
        "A year's date is its 1 January, a month's its first day.",
    ),
    Rule(
        "start_event_has_date",
        pl.col("start_event").is_null() | pl.col("start_date").is_not_null(),
        "An event that is claimed has its date.",
    ),
)

#: Claims as check passes them on: nobody has yet asked which town is meant. The rest are working columns
#: that locating needs and publishing drops.
CLAIMS_READ = Table(
    name="claims_read",
    row="A statement of one source, as read.",
    key=("claim_id",),
    columns=(
        *_STATED,
        *(
            column
            for side in ("town", "partner")
            for column in (
                c.latitude.named(f"{side}_latitude", "Latitude that the source gives."),
                c.longitude.named(f"{side}_longitude", "Longitude that the source gives."),
                c.population.named(f"{side}_population", "Inhabitants that the source gives."),
                c.wikidata_id.named(f"{side}_wikidata_id", "Wikidata id that the source gives."),
                c.geonames_id.named(f"{side}_geonames_id", "GeoNames id that the source gives."),
            )
        ),
    ),
    rules=_RULES,
)

CLAIMS = Table(
    name="claims",
    row="One statement of one source that two towns are or were linked.",
    key=("claim_id",),
    sort=("source_id",),
    ties=(
        "as the source states them, row after row of file after file. An id is a hash: in its order no claim would lie "
        "beside its like, and files would be larger."
    ),
    columns=(
        *_STATED,
        c.town_id,
        c.partner_id,
        c.located_by.named("town_located_by", "Which evidence told which town is meant."),
        c.location_score.named("town_location_score", "How certain the town's identification is."),
        c.located_by.named("partner_located_by", "Which evidence told which partner is meant."),
        c.location_score.named("partner_location_score", "How certain the partner's identification is."),
        c.partnership_id,
    ),
    foreign_keys=(
        ForeignKey("source_id", "sources", "source_id"),
        ForeignKey("snapshot_id", "snapshots", "snapshot_id"),
        ForeignKey("town_id", "towns", "town_id"),
        ForeignKey("partner_id", "towns", "town_id"),
        ForeignKey("partnership_id", "partnerships", "partnership_id"),
    ),
    rules=(
        *_RULES,
        Rule("not_its_own_partner", pl.col("town_id") != pl.col("partner_id"), "A town is not its own partner."),
    ),
)
