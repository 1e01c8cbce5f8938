"""`release`, `changes` and `redirects`: what a release is, and how it differs from the previous one."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.model import TableModel, rows_where

SCHEMA_VERSION = "1.1"


class Redirects(TableModel):
    """An old id and the id that replaces it; redirects are carried from release to release."""

    entity: pl.String = c.category(v.Entity, "What the id identifies.")()
    old_id: pl.String = c.text(description="The old id.")
    new_id: pl.String = c.text(description="The new id.")
    reason: pl.String = c.text(description="Why it changed.")

    class Config:
        name = "redirects"
        unique = ["entity", "old_id"]

    @pa.dataframe_check(description="An id does not redirect to itself.")
    def moves(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return rows_where(data, pl.col("old_id") != pl.col("new_id"))


class Changes(TableModel):
    """A difference from the previous release; the first release has none."""

    entity: pl.String = c.category(v.Entity, "What changed.")()
    entity_id: pl.String = c.text(description="Its id.")
    change: pl.String = c.category(v.Change, "Added, removed or changed.")()
    column_name: pl.String = c.text(nullable=True, description="The column that changed; null for a whole row.")
    old_value: pl.String = c.text(nullable=True, description="Value in the previous release.")
    new_value: pl.String = c.text(nullable=True, description="Value in this release.")

    class Config:
        name = "changes"
        metadata = {"order": ["entity", "entity_id", "change", "column_name"]}


class Release(TableModel):
    """The identity of this release, in one row."""

    release_id: pl.String = c.text(description="Id of this release: a running number and a hash of its content.")
    previous_release_id: pl.String = c.text(
        nullable=True, description="Id of the previous release; null for the first."
    )
    input_hash: pl.String = c.text(description="Hash of raw bytes, declarations and gazetteers.")
    content_hash: pl.String = c.text(description="Hash of all tables except `changes` and `release`.")
    code_version: pl.String = c.text(description="Version of the pipeline that built it.")
    schema_version: pl.String = c.text(description="Version of the published tables.")

    class Config:
        name = "release"
        unique = ["release_id"]
