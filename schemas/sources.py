"""`sources`: what is declared."""

import polars as pl

from schemas import columns as c
from schemas import vocabularies as v
from schemas.table import Column, Table

SOURCES = Table(
    name="sources",
    row="A declared source that this release could draw on.",
    key=("source_id",),
    columns=(
        c.source_id,
        c.text("title", "Title of the source."),
        c.publisher.named("publisher", "Who publishes the source."),
        c.text("url", "Where the source is published."),
        c.text("licence", "Licence as its publisher states it."),
        c.text("attribution", "How to credit the source."),
        c.text("language", "Language of the source, ISO 639-1; mul for several."),
        Column("kind", pl.String, "What sort of publication it is.", vocabulary=v.SourceKind),
        c.family,
        c.authority,
        Column("directions", pl.String, "Whose statements it keeps of a pair.", vocabulary=v.Directions),
        c.status.named("listed_means", "The status that merely being listed asserts."),
        c.flag("is_used", "Whether this release read a snapshot of it."),
        c.text("reason_unused", "Why it was not read: off, never fetched; null where it was.", nullable=True),
    ),
)
