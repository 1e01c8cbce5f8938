"""`partnerships`: the reconciled links, their decisions, events and motives."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.claims import DatedSpan
from schemas.model import TableModel, rows_where


class Partnerships(DatedSpan):
    """A link between two towns, whoever states it."""

    partnership_id: pl.String = c.partnership_id()
    town_a_id: pl.String = c.town_id(description="The town whose id sorts first.")
    town_b_id: pl.String = c.town_id(description="The town whose id sorts second.")
    form: pl.String = c.form()
    status: pl.String = c.status()
    start_date: pl.Date = c.start_date()
    start_precision: pl.String = c.start_precision()
    start_year: pl.Int32 = c.year(description="Year of the start; null for a decade or coarser.")
    end_date: pl.Date = c.end_date()
    end_precision: pl.String = c.end_precision()
    end_year: pl.Int32 = c.year(description="Year of the end; null for a decade or coarser.")
    end_cause: pl.String = c.end_cause(nullable=True)
    claim_count: pl.Int64 = c.count(description="Number of claims about the link.")
    source_count: pl.Int64 = c.count(description="Number of sources that state it.")
    family_count: pl.Int64 = c.count(description="Number of independent families of sources that state it.")
    stated_by_both: pl.Boolean = c.flag(
        nullable=True,
        description="Whether both towns state it; null unless a source that keeps both directions covers both towns.",
    )
    start_agreement: pl.String = c.category(
        v.StartAgreement,
        "Whether the sources agree on the start: none dates it, a single family does, independent families agree, or "
        "they conflict.",
    )()
    may_be_of_district: pl.Boolean = c.flag(
        description="Whether it may be a district's: all sources that state it print a large town for its districts."
    )
    form_conflict: pl.Boolean = c.flag(description="Whether sources differ on what was agreed.")
    distance_km: pl.Float64 = c.measure(
        "km", "Great-circle distance between the two towns; null if either has no coordinates.", 0, 20040
    )(nullable=True)
    is_domestic: pl.Boolean = c.flag(
        nullable=True, description="Whether both towns are in one country today; null if unknown."
    )
    state_a_at_start: pl.String = c.state_at_start()
    state_b_at_start: pl.String = c.state_at_start()
    start_claim_id: pl.String = c.claim_id(nullable=True, description="The claim that the start was taken from.")
    form_claim_id: pl.String = c.claim_id(nullable=True, description="The claim that the form was taken from.")
    status_claim_id: pl.String = c.claim_id(nullable=True, description="The claim that the status was taken from.")
    end_claim_id: pl.String = c.claim_id(nullable=True, description="The claim that the end was taken from.")
    end_cause_claim_id: pl.String = c.claim_id(
        nullable=True, description="The claim that the end's cause was taken from."
    )

    class Config:
        name = "partnerships"
        unique = ["partnership_id"]
        metadata = {
            "references": {
                "town_a_id": "towns.town_id",
                "town_b_id": "towns.town_id",
                "start_claim_id": "claims.claim_id",
                "form_claim_id": "claims.claim_id",
                "status_claim_id": "claims.claim_id",
                "end_claim_id": "claims.claim_id",
                "end_cause_claim_id": "claims.claim_id",
            }
        }

    @pa.dataframe_check(description="The two ids differ and are sorted.")
    def ids_sorted(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("town_a_id") < pl.col("town_b_id"))

    @pa.dataframe_check(description="A start names the claim that it was taken from.")
    def start_names_its_claim(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("start_date").is_null() == pl.col("start_claim_id").is_null())

    @pa.dataframe_check(description="An end and its cause name the claims that they were taken from.")
    def end_names_its_claim(cls, data: pa.PolarsData) -> pl.LazyFrame:
        dated = pl.col("end_date").is_null() == pl.col("end_claim_id").is_null()
        caused = pl.col("end_cause").is_null() == pl.col("end_cause_claim_id").is_null()
        return rows_where(data, dated & caused)

    @pa.dataframe_check(description="There are at most as many families as sources.")
    def families_within_sources(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("family_count") <= pl.col("source_count"))


class Decisions(TableModel):
    """A decision about one value of a partnership: the claim that it was taken from, and why."""

    partnership_id: pl.String = c.partnership_id()
    decided: pl.String = c.category(v.Decided, "Which value was decided.")()
    claim_id: pl.String = c.claim_id(description="The claim that the value was taken from.")
    runner_up_claim_id: pl.String = c.claim_id(
        nullable=True, description="The second-best claim for the value; null if there is none."
    )
    decided_by: pl.String = c.category(
        v.DecidedBy, "The first criterion in which the two claims differ; `only_claim` if there is no other claim."
    )()

    class Config:
        name = "decisions"
        unique = ["partnership_id", "decided"]
        metadata = {
            "references": {
                "partnership_id": "partnerships.partnership_id",
                "claim_id": "claims.claim_id",
                "runner_up_claim_id": "claims.claim_id",
            }
        }

    @pa.dataframe_check(description="Only a decision by `only_claim` has no runner-up.")
    def only_claim_has_no_rival(cls, data: pa.PolarsData) -> pl.LazyFrame:
        is_alone = pl.col("decided_by") == v.DecidedBy.ONLY_CLAIM.value
        return rows_where(data, is_alone == pl.col("runner_up_claim_id").is_null())


class PartnershipEvents(TableModel):
    """A dated event of a partnership, as the best claim states it."""

    partnership_id: pl.String = c.partnership_id()
    event: pl.String = c.event()
    event_date: pl.Date = pa.Field(description="First day of the interval; read it with its precision.")
    event_precision: pl.String = c.start_precision(description="How exact the date is.")
    form: pl.String = c.form()
    cause: pl.String = c.end_cause(nullable=True, description="Why it ended or was suspended.")
    claim_id: pl.String = c.claim_id()

    class Config:
        name = "partnership_events"
        unique = ["partnership_id", "event", "event_date", "event_precision", "form"]
        metadata = {
            "references": {"partnership_id": "partnerships.partnership_id", "claim_id": "claims.claim_id"},
        }

    @pa.dataframe_check(description="A year's date is its 1 January.")
    def event_fits_precision(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, c.fits_precision("event"))


class PartnershipMotives(TableModel):
    """A reason why two towns may have found each other."""

    partnership_id: pl.String = c.partnership_id()
    motive: pl.String = c.category(v.Motive, "The reason.")()
    basis: pl.String = c.category(v.MotiveBasis, "Stated by a source or derived from the data.")()
    evidence: pl.String = c.text(description="The claim that states it, or the figures that it is derived from.")

    class Config:
        name = "partnership_motives"
        unique = ["partnership_id", "motive", "basis", "evidence"]
        metadata = {"references": {"partnership_id": "partnerships.partnership_id"}}
