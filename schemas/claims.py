"""`claims`: what each source says of two towns, as read and as published."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.model import TableModel, rows_where


class DatedSpan(TableModel):
    """The rules of tables with a start and an end."""

    @pa.dataframe_check(description="An end is not before its start.")
    def end_not_before_start(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("end_date") >= pl.col("start_date").dt.truncate("1y"))

    @pa.dataframe_check(description="A year's date is its 1 January, a month's its first day.")
    def start_fits_precision(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, c.fits_precision("start"))

    @pa.dataframe_check(description="A year's date is its 1 January, a month's its first day.")
    def end_fits_precision(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, c.fits_precision("end"))

    @pa.dataframe_check(description="A date has a precision, and a precision a date.")
    def start_has_precision(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("start_date").is_null() == (pl.col("start_precision") == "unknown"))

    @pa.dataframe_check(description="A date has a precision, and a precision a date.")
    def end_has_precision(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("end_date").is_null() == (pl.col("end_precision") == "unknown"))


class StatedClaim(DatedSpan):
    """The columns of a claim before and after its towns are located."""

    claim_id: pl.String = c.claim_id()
    source_id: pl.String = c.source_id()
    snapshot_id: pl.String = c.snapshot_id()
    locator: pl.String = c.locator()
    as_of_date: pl.Date = pa.Field(description="Day whose state the source describes.")
    publisher: pl.String = c.publisher()
    authority: pl.String = c.authority()
    family: pl.String = c.family()
    town_text: pl.String = c.town_text()
    town_country_text: pl.String = c.text(nullable=True, description="The town's country as the source prints it.")
    town_region_text: pl.String = c.text(nullable=True, description="The town's region as the source prints it.")
    partner_text: pl.String = c.text(description="The partner as the source prints it.")
    partner_country_text: pl.String = c.text(
        nullable=True, description="The partner's country as the source prints it."
    )
    partner_region_text: pl.String = c.text(nullable=True, description="The partner's region as the source prints it.")
    form: pl.String = c.form()
    form_text: pl.String = c.text(nullable=True, description="The form as the source prints or codes it.")
    status: pl.String = c.status()
    status_is_stated: pl.Boolean = c.flag(
        description="Whether the source states the status in words; false if it only follows from being listed."
    )
    start_event: pl.String = c.event(
        nullable=True, description="The event that the start date belongs to; null without a date."
    )
    start_text: pl.String = c.text(nullable=True, description="The start as the source prints it.")
    start_date: pl.Date = c.start_date()
    start_precision: pl.String = c.start_precision()
    end_text: pl.String = c.text(nullable=True, description="The end as the source prints it.")
    end_date: pl.Date = c.end_date()
    end_precision: pl.String = c.end_precision()
    end_cause: pl.String = c.end_cause(nullable=True)
    motive: pl.String = c.category(v.Motive, "Why the two towns found each other, as stated.")(nullable=True)
    claim_rank: pl.String = c.category(v.ClaimRank, "Rank that the source gives the claim.")()
    evidence_url: pl.String = c.evidence_url()
    note: pl.String = c.note()

    @pa.dataframe_check(description="A start is not after the day that the source describes.")
    def start_not_in_future(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("start_date") <= pl.col("as_of_date"))

    @pa.dataframe_check(description="A start event has a date.")
    def start_event_has_date(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("start_event").is_null() | pl.col("start_date").is_not_null())


class ClaimsRead(StatedClaim):
    """A claim of one source as validation hands it on, before its towns are located."""

    town_latitude: pl.Float64 = c.latitude(nullable=True, description="Latitude that the source gives the town.")
    town_longitude: pl.Float64 = c.longitude(nullable=True, description="Longitude that the source gives the town.")
    town_population: pl.Int64 = c.population(nullable=True, description="Inhabitants that the source gives the town.")
    town_wikidata_id: pl.String = c.wikidata_id(description="Wikidata id that the source gives the town.")
    town_geonames_id: pl.Int64 = c.geonames_id(description="GeoNames id that the source gives the town.")
    partner_latitude: pl.Float64 = c.latitude(nullable=True, description="Latitude that the source gives the partner.")
    partner_longitude: pl.Float64 = c.longitude(
        nullable=True, description="Longitude that the source gives the partner."
    )
    partner_population: pl.Int64 = c.population(
        nullable=True, description="Inhabitants that the source gives the partner."
    )
    partner_wikidata_id: pl.String = c.wikidata_id(description="Wikidata id that the source gives the partner.")
    partner_geonames_id: pl.Int64 = c.geonames_id(description="GeoNames id that the source gives the partner.")
    town_country_code: pl.String = c.country_code(description="Country that the town's country text resolves to.")
    partner_country_code: pl.String = c.country_code(description="Country that the partner's country text resolves to.")
    town_kind: pl.String = c.text(nullable=True, description="Kind of body that the source gives the town.")
    partner_kind: pl.String = c.text(nullable=True, description="Kind of body that the source gives the partner.")

    class Config:
        # Ids become unique only when repeats are numbered; the published table is validated for that.
        name = "claims_read"


class Claims(StatedClaim):
    """What one source says of a link between two towns."""

    town_id: pl.String = c.town_id()
    partner_id: pl.String = c.town_id(description="Stable id of the partner town.")
    town_located_by: pl.String = c.located_by()
    town_location_score: pl.Float64 = c.location_score(description="How certain the town's location is.")
    partner_located_by: pl.String = c.located_by(description="The evidence by which the partner was located.")
    partner_location_score: pl.Float64 = c.location_score(description="How certain the partner's location is.")
    partnership_id: pl.String = c.partnership_id()

    class Config:
        name = "claims"
        unique = ["claim_id"]
        # Sorted by town, similar claims are next to each other, which makes the files smaller.
        metadata = {
            "order": ["source_id", "town_id", "partner_id", "claim_id"],
            "references": {
                "source_id": "sources.source_id",
                "snapshot_id": "snapshots.snapshot_id",
                "town_id": "towns.town_id",
                "partner_id": "towns.town_id",
                "partnership_id": "partnerships.partnership_id",
            },
        }

    @pa.dataframe_check(description="A town is not its own partner.")
    def not_its_own_partner(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("town_id") != pl.col("partner_id"))
