"""The frames that earlier stages hand to curation: the columns that it needs. Further columns are allowed."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import columns as c
from schemas.model import TableModel, rows_where


class _Handover(TableModel):
    """A frame with at least these columns, in any order."""

    class Config:
        strict = False
        ordered = False


class LocatedClaims(_Handover):
    """A claim whose towns are located, in compact types: repeated texts are categories."""

    claim_id: pl.String = c.claim_id()
    town_id: pl.Categorical = pa.Field(description="The town.")
    partner_id: pl.Categorical = pa.Field(description="The partner.")
    town_location_score: pl.Float64 = c.location_score()
    partner_location_score: pl.Float64 = c.location_score()

    class Config:
        name = "located_claims"

    @pa.dataframe_check(description="A town is not its own partner.")
    def not_its_own_partner(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("town_id") != pl.col("partner_id"))


class LocatedMentions(_Handover):
    """A mention of a town in the sources, and the town that it means."""

    mention: pl.UInt32 = pa.Field(
        nullable=True, description="Number of the mention; null for a town that was added later."
    )
    text: pl.String = c.text(description="The town as sources print it.")
    country_code: pl.String = c.country_code()
    latitude: pl.Float64 = c.latitude(nullable=True)
    longitude: pl.Float64 = c.longitude(nullable=True)
    population: pl.Int64 = c.population(nullable=True)
    wikidata_id: pl.String = c.wikidata_id()
    kind: pl.String = c.text(description="What kind of body is meant.")
    iso_3166_2: pl.String = c.text(nullable=True, description="ISO 3166-2 code of the division that is meant.")
    town_id: pl.String = c.town_id()
    located_by: pl.String = c.located_by()
    location_score: pl.Float64 = c.location_score()
    is_second_item: pl.Boolean = pa.Field(
        description="Whether the Wikidata item is another one than that of the town's place."
    )

    class Config:
        name = "located_mentions"


class Candidates(_Handover):
    """A place that a mention might mean."""

    town_id: pl.String = c.town_id()
    candidate_id: pl.String = c.town_id(description="Id of the place.")
    rank: pl.Int64 = c.count(description="Rank among the candidates; 1 is the best.")
    score: pl.Float64 = c.location_score(description="How well the candidate fits: 0 to 1.")
    evidence: pl.String = c.text(description="Evidence for the candidate.")

    class Config:
        name = "candidates"


class _Record(_Handover):
    """A row that is not a claim, and where it comes from."""

    source_id: pl.String = c.source_id()
    snapshot_id: pl.String = c.snapshot_id()
    locator: pl.String = c.locator()
    publisher: pl.String = c.publisher()
    evidence_url: pl.String = c.evidence_url()
    note: pl.String = c.note()


class LocatedAwards(_Record):
    """An accepted award whose town is located."""

    town_id: pl.String = c.town_id()
    town: pl.String = c.town_text()
    award: pl.String = c.text(description="The award.")
    award_year: pl.String = c.text(nullable=True, description="Year in which it was given, as text.")

    class Config:
        name = "located_awards"


class LocatedMembers(_Record):
    """An accepted membership whose town is located; a row without a town only states the group."""

    row: pl.Int64 = pa.Field(description="Number of the row in its file.")
    group: pl.String = c.text(description="The group.")
    group_kind: pl.String = c.text(description="What kind of group it is.")
    stated_member_count: pl.String = c.text(nullable=True, description="Number of members, as stated, as text.")
    group_since: pl.String = c.text(nullable=True, description="Year in which it was founded, as text.")
    town: pl.String = c.text(nullable=True, description="The town as the source prints it.")
    town_id: pl.String = c.town_id(nullable=True)
    since: pl.String = c.text(nullable=True, description="Year since which the town is a member, as text.")
    until: pl.String = c.text(nullable=True, description="Year until which the town was a member, as text.")

    class Config:
        name = "located_members"


class StatedFigures(_Record):
    """An accepted figure about twinning as a whole."""

    subject: pl.String = c.text(description="What it counts.")
    value: pl.Float64 = pa.Field(description="The figure.")
    unit: pl.String = c.text(nullable=True, description="Unit of the figure.")
    year: pl.String = c.text(nullable=True, description="Year to which it applies, as text.")
    confirmation: pl.String = c.text(nullable=True, description="How the figure compares with independent references.")

    class Config:
        name = "stated_figures"
