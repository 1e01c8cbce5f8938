"""`sources`, `snapshots`, `ledger`, `rejects`, `findings`: where the data comes from, and what became of each row."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.model import TableModel, rows_where

_OF_SNAPSHOT = {"source_id": "sources.source_id", "snapshot_id": "snapshots.snapshot_id"}


class Sources(TableModel):
    """A declared source."""

    source_id: pl.String = c.source_id()
    title: pl.String = c.text(description="Title of the source.")
    publisher: pl.String = c.publisher(description="Who publishes the source.")
    url: pl.String = c.text(description="Where the source is published.")
    licence: pl.String = c.text(description="Licence as its publisher states it.")
    attribution: pl.String = c.text(description="How to credit the source.")
    language: pl.String = c.text(description="Language of the source, ISO 639-1; mul for several.")
    kind: pl.String = c.category(v.SourceKind, "What kind of publication it is.")()
    family: pl.String = c.family()
    authority: pl.String = c.authority()
    directions: pl.String = c.category(
        v.Directions, "Whether it keeps the entries of both towns of a pair, of one town, or one entry per pair."
    )()
    listed_means: pl.String = c.status(description="The status that follows from being listed.")
    is_used: pl.Boolean = c.flag(description="Whether this release read a snapshot of it.")
    reason_unused: pl.String = c.text(
        nullable=True, description="Why it was not read: off, or never fetched; null if it was read."
    )

    class Config:
        name = "sources"
        unique = ["source_id"]


class Snapshots(TableModel):
    """A raw file that was read into this release."""

    snapshot_id: pl.String = c.snapshot_id()
    source_id: pl.String = c.source_id()
    file_name: pl.String = c.text(description="Name of the file within its source.")
    sha256: pl.String = pa.Field(str_matches=r"^[0-9a-f]{64}$", description="Checksum of the bytes.")
    byte_count: pl.Int64 = c.measure("byte", "Size.", 0)()
    as_of_date: pl.Date = pa.Field(description="Day whose state the file describes.")
    url: pl.String = c.text(
        nullable=True, description="Where the file was fetched; null for a file that was handed over."
    )
    etag: pl.String = c.text(nullable=True, description="Entity tag that the server sent.")
    licence: pl.String = c.text(description="Licence under which the file was received.")

    class Config:
        name = "snapshots"
        unique = ["snapshot_id"]
        metadata = {"references": {"source_id": "sources.source_id"}}


class Ledger(TableModel):
    """The number of rows of one snapshot that were used, rejected and ignored."""

    source_id: pl.String = c.source_id()
    snapshot_id: pl.String = c.snapshot_id()
    rows_read: pl.Int64 = c.count(description="Raw rows read.")
    rows_used: pl.Int64 = c.count(description="Rows that gave at least one claim, award, membership or figure.")
    rows_rejected: pl.Int64 = c.count(description="Rows that could not be used.")
    rows_ignored: pl.Int64 = c.count(description="Rows of a kind that the declaration excludes, such as headings.")
    claims_made: pl.Int64 = c.count(description="Claims that the used rows gave.")

    class Config:
        name = "ledger"
        unique = ["snapshot_id"]
        metadata = {"references": _OF_SNAPSHOT}

    @pa.dataframe_check(description="Every row read is used, rejected or ignored.")
    def balanced(cls, data: pa.PolarsData) -> pl.LazyFrame:
        accounted = pl.col("rows_used") + pl.col("rows_rejected") + pl.col("rows_ignored")
        return rows_where(data, pl.col("rows_read") == accounted)


class Rejects(TableModel):
    """A raw row that could not be used."""

    source_id: pl.String = c.source_id()
    snapshot_id: pl.String = c.snapshot_id()
    locator: pl.String = c.locator()
    rules: pl.String = c.text(description="The rules that it breaks, separated by commas.")
    message: pl.String = c.text(description="What is wrong and what to do about it.")
    row_json: pl.String = c.text(description="The row itself, as JSON.")

    class Config:
        name = "rejects"
        unique = ["snapshot_id", "locator"]
        metadata = {"references": _OF_SNAPSHOT}


class Findings(TableModel):
    """A value that was noted, nulled or corrected."""

    source_id: pl.String = c.source_id()
    snapshot_id: pl.String = c.snapshot_id(nullable=True)
    locator: pl.String = c.locator(nullable=True)
    column_name: pl.String = c.text(description="The column, by its name in the source if it has one.")
    rule: pl.String = c.text(description="The rule that was applied.")
    severity: pl.String = c.category(v.Severity, "How much it matters.")()
    raw_value: pl.String = c.text(nullable=True, description="The value as the source prints it.")
    action: pl.String = c.category(v.Action, "What was done about it.")()

    class Config:
        name = "findings"
        metadata = {
            "order": ["source_id", "snapshot_id", "locator", "column_name", "rule", "raw_value", "severity", "action"],
            "references": _OF_SNAPSHOT,
        }
