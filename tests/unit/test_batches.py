"""Batches give the same result as the whole: batches of mentions, and of pairs with all their claims."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipeline.curate.reconcile import list_own_entries, reconcile_claims
from pipeline.gazetteer.gazetteer import load_gazetteer
from pipeline.locate import MatchCandidates, index_mentions, match_mentions
from pipeline.locate.corrections import load_corrections
from pipeline.locate.sides import CLAIM_SIDES

if TYPE_CHECKING:
    from pathlib import Path

PARTS = 7


@pytest.fixture(scope="module")
def claims(starter: Path) -> pl.DataFrame:
    return pl.read_parquet(starter / "claims.parquet")


def frames(lookup: MatchCandidates) -> dict[str, pl.DataFrame]:
    named = {field.name: getattr(lookup, field.name) for field in fields(lookup)}
    return {name: value.to_frame() if isinstance(value, pl.Series) else value for name, value in named.items()}


def in_order(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).sort(pl.all(), nulls_last=True)


def test_batches_of_mentions_give_the_same_candidates(starter: Path, claims: pl.DataFrame) -> None:
    towns = pl.read_parquet(starter / "towns.parquet")
    claims = claims.join(towns.select(partner_id="town_id", partner_country_code="country_code"), on="partner_id")
    columns = {name: column for name, column in CLAIM_SIDES["partner"].items() if column in claims.columns}
    mentions, _ = index_mentions([(claims, {"partner": columns})])
    gazetteer, corrections = load_gazetteer(), load_corrections()
    whole = frames(match_mentions(mentions, gazetteer, corrections))
    # Neighbours in the order of their texts, such as namesakes, come apart.
    parts = [
        frames(match_mentions(mentions.gather_every(PARTS, offset), gazetteer, corrections)) for offset in range(PARTS)
    ]
    assert whole["candidates"].height > mentions.height / 2
    for name, frame in whole.items():
        assert in_order([part[name] for part in parts]).equals(in_order([frame])), name


def test_batches_of_pairs_give_the_same_partnerships(starter: Path, claims: pl.DataFrame) -> None:
    sources = pl.read_parquet(starter / "sources.parquet").with_columns(directions=pl.lit("both"))
    whole = reconcile_claims(claims, sources)
    batches = [
        part.drop("__part")
        for part in claims.with_columns(__part=pl.col("partnership_id").hash() % PARTS).partition_by("__part")
    ]
    entries = pl.concat([list_own_entries(part, sources) for part in batches]).unique()
    parts = [reconcile_claims(part, sources, entries) for part in batches]
    assert whole.partnerships["stated_by_both"].n_unique() == 3
    for name, frame in whole._asdict().items():
        assert in_order([part._asdict()[name] for part in parts]).equals(in_order([frame])), name
