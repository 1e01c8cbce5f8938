"""Claims in types that take little memory say what they said, and are published as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest
from builders import claim, claims

from pipeline.curate.database import create_types_and_macros
from pipeline.curate.table_writer import TableWriter
from pipeline.validate.compact import compact
from schemas import Claims, ClaimsRead, ContractError, check_table
from schemas.handover import LocatedClaims
from schemas.model import vocabulary_of

if TYPE_CHECKING:
    from collections.abc import Iterable

OF_TOWNS = ("town_id", "partner_id", "town_located_by", "partner_located_by")


def located(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """Return claims as locating hands them over: compact, with the ids of their towns."""
    frame = claims(rows)
    read = compact(frame.select(name for name in frame.columns if name in ClaimsRead.dtypes()))
    return read.with_columns(frame.select("town_location_score", "partner_location_score")).with_columns(
        frame.select(pl.col(OF_TOWNS).cast(pl.Categorical()))
    )


def published(frame: pl.DataFrame) -> pl.DataFrame:
    with duckdb.connect() as connection:
        create_types_and_macros(connection)
        connection.register("located_claims", frame)
        with TableWriter(connection) as tables:
            tables.create("claims")
            tables.finish()
        rows: pl.DataFrame = connection.table("claims").pl()
    return rows


#: The words and names of the first rows are those that sort last.
ROWS = [
    claim(9, "gn9", "gn3", "1967", source_id="b", note="Zum", status="unknown", form="unspecified"),
    claim(4, "gn9", "gn3", source_id="b", status="active", end="1990s", end_cause="war"),
    claim(7, "gn10", "gn3", "1967-06", source_id="b", town_text="", partner_text="Łódź"),
    claim(3, "gn9", "gn3", "1960s", source_id="a", form="friendship", start_event="friendship_agreed"),
    claim(5, "gn2", "gn11", "1967-06-03", source_id="a", authority="municipality", motive="same_name"),
]


def test_compact_claims_say_what_they_said() -> None:
    frame = claims(ROWS).select(name for name in Claims.dtypes() if name in ClaimsRead.dtypes())
    compacted = compact(frame)
    assert compacted.cast(frame.schema).equals(frame)
    vocabularies = {column.name: vocabulary_of(column) for column in ClaimsRead.fields()}
    for name, dtype in compacted.schema.items():
        if vocabulary := vocabularies[name]:
            assert dtype == pl.Enum(vocabulary), name
        elif frame.schema[name] == pl.String:
            assert dtype == (pl.String if name in ("claim_id", "locator") else pl.Categorical()), name
        else:
            assert dtype == frame.schema[name], name


def test_compact_claims_take_less_memory() -> None:
    frame = claims(claim(number, town_text="Rothenburg ob der Tauber") for number in range(1000))
    frame = frame.select(name for name in frame.columns if name in ClaimsRead.dtypes())
    assert compact(frame).estimated_size() < frame.estimated_size()


def test_no_word_outside_a_vocabulary_becomes_compact() -> None:
    frame = claims([claim(1, form="marriage")]).select("claim_id", "form")
    with pytest.raises(pl.exceptions.InvalidOperationError, match="marriage"):
        compact(frame)


def test_compact_claims_are_published_as_texts_in_the_order_of_texts() -> None:
    frame = claims(ROWS)
    assert published(located(ROWS)).equals(frame.sort("source_id", "town_id", "partner_id", "claim_id"))
    assert published(located(ROWS))["claim_id"].str.tail(1).to_list() == ["5", "3", "7", "4", "9"]


def test_a_broken_rule_of_a_compact_row_is_named_as_that_of_a_published_one() -> None:
    rows = [*ROWS, claim(8, "gn1", "gn1")]
    for model, frame in ((LocatedClaims, located(rows)), (Claims, claims(rows))):
        with pytest.raises(ContractError, match=rf"  row: not_its_own_partner \(row {len(ROWS)}: "):
            check_table(model, frame)


def test_a_claim_without_a_town_is_not_handed_over() -> None:
    frame = located(ROWS).with_columns(partner_id=pl.lit(None, pl.Categorical()))
    with pytest.raises(ContractError, match=r"  partner_id: not_nullable \(row 0: None\)"):
        check_table(LocatedClaims, frame)
    with pytest.raises(ContractError, match=r"  table: column_in_dataframe \(town_id\)"):
        check_table(LocatedClaims, located(ROWS).drop("town_id"))
