"""What an engine does here and there is what is done in one place: batches of mentions, claims of some of the pairs."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipeline.curate.reconcile import conclude, own_entries
from pipeline.curate.tables import CLAIM_SIDES
from pipeline.gazetteer.gazetteer import load_gazetteer
from pipeline.locate import Sought, index_mentions, seek_places
from pipeline.locate.corrections import load_corrections

if TYPE_CHECKING:
    from pathlib import Path

PARTS = 7


@pytest.fixture(scope="module")
def claims(starter: Path) -> pl.DataFrame:
    return pl.read_parquet(starter / "claims.parquet")


def frames(sought: Sought) -> dict[str, pl.DataFrame]:
    named = {one.name: getattr(sought, one.name) for one in fields(sought)}
    return {name: one.to_frame() if isinstance(one, pl.Series) else one for name, one in named.items()}


def in_order(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).sort(pl.all(), nulls_last=True)


def test_batches_of_mentions_lead_where_all_of_them_lead(starter: Path, claims: pl.DataFrame) -> None:
    towns = pl.read_parquet(starter / "towns.parquet")
    claims = claims.join(towns.select(partner_id="town_id", partner_country_code="country_code"), on="partner_id")
    kept = {name: column for name, column in CLAIM_SIDES["partner"].items() if column in claims.columns}
    mentions, _ = index_mentions([(claims, {"partner": kept})])
    gazetteer, corrections = load_gazetteer(), load_corrections()
    whole = frames(seek_places(mentions, gazetteer, corrections))
    # Neighbours in the order of their texts, such as namesakes, come apart.
    parts = [
        frames(seek_places(mentions.gather_every(PARTS, offset), gazetteer, corrections)) for offset in range(PARTS)
    ]
    assert whole["candidates"].height > mentions.height / 2
    for name, frame in whole.items():
        assert in_order([part[name] for part in parts]).equals(in_order([frame])), name


def test_some_of_the_pairs_come_to_what_they_come_to_among_all(starter: Path, claims: pl.DataFrame) -> None:
    sources = pl.read_parquet(starter / "sources.parquet").with_columns(directions=pl.lit("both"))
    whole = conclude(claims, sources)
    some = [
        part.drop("__part")
        for part in claims.with_columns(__part=pl.col("partnership_id").hash() % PARTS).partition_by("__part")
    ]
    entries = pl.concat([own_entries(part, sources) for part in some]).unique()
    parts = [conclude(part, sources, entries) for part in some]
    assert whole.partnerships["stated_by_both"].n_unique() == 3
    for name, frame in whole._asdict().items():
        assert in_order([part._asdict()[name] for part in parts]).equals(in_order([frame])), name
