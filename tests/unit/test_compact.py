"""Compact rows are what is published in other types: they say, sort, refer and break contracts alike."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_contracts import CONTRACT, ROWS, frame_of

from schemas import CLAIMS, PARTNERSHIPS, ContractError, Table, check_foreign_keys
from schemas.compact import to_numbers, to_texts

NUMBERS = st.lists(st.one_of(st.none(), st.integers(0, 2**64 - 1)), max_size=20)


@given(NUMBERS, st.integers(0, 3))
def test_ids_are_the_numbers_of_their_digits(numbers: list[int | None], start: int) -> None:
    series = pl.Series("id", numbers, pl.UInt64).slice(start)
    texts = to_texts("p", series)
    assert texts.to_list() == [None if one is None else f"p{one:016x}" for one in numbers[start:]]
    assert texts.name == "id"
    assert to_numbers(texts).equals(series)
    assert to_texts("p", series.sort()).equals(texts.sort())


@pytest.mark.parametrize("text", ["pxyz", "p", ""])
def test_what_is_no_minted_id_has_no_number(text: str) -> None:
    with pytest.raises(pl.exceptions.PolarsError):
        to_numbers(pl.Series([text]))


@given(ROWS)
def test_a_compact_frame_keeps_the_contract_where_the_published_one_does(rows: list[dict[str, Any]]) -> None:
    rows = [row for row in rows if row["colour"] in ("red", "blue", None)]
    frame = frame_of(rows)
    compact = CONTRACT.compact(frame)
    assert compact.schema == CONTRACT.compact_schema
    assert CONTRACT.is_kept_by(compact) == CONTRACT.is_kept_by(frame)
    assert CONTRACT.failures(compact).sort(pl.all()).equals(CONTRACT.failures(frame).sort(pl.all()))
    assert CONTRACT.published(compact).collect().equals(frame)


@pytest.mark.parametrize(
    "text", ["p1", "", "gn2950159", "p00000000000000aa", "C00000000000000aa", "c+000000000000000aa"]
)
def test_a_text_that_is_no_minted_id_is_refused_before_it_is_a_number(text: str) -> None:
    frame = pl.DataFrame({"claim_id": [None, CLAIM["claim_id"], text]}, schema={"claim_id": pl.String})
    with pytest.raises(ContractError, match="table claims breaks its contract: claim_id: no minted id: ") as caught:
        CLAIMS.numbered(frame)
    assert repr(text) in str(caught.value)


CLAIM = {
    "claim_id": "c00000000000000aa", "source_id": "b", "snapshot_id": "b/b.csv@0", "locator": "line 2",
    "as_of_date": date(2020, 1, 1), "publisher": "B", "authority": "list", "family": "b", "town_text": "Bonn",
    "partner_text": "Oxford", "form": "partnership", "status": "unknown", "status_is_stated": False,
    "start_precision": "unknown", "end_precision": "unknown", "claim_rank": "normal", "town_id": "gn2",
    "partner_id": "gn1", "town_located_by": "main_name", "partner_located_by": "main_name",
    "town_location_score": 1.0, "partner_location_score": 1.0, "partnership_id": "pffffffffffffffff",
}  # fmt: skip


def claims(*changes: dict[str, Any]) -> pl.DataFrame:
    rows = [CLAIM | change for change in changes]
    return CLAIMS.conform(pl.DataFrame(rows, infer_schema_length=None))


def test_compact_claims_are_published_as_they_were_in_the_same_order() -> None:
    frame = claims({}, {"claim_id": "c00000000000000bb", "source_id": "a"}, {"claim_id": "c1" + "0" * 15})
    compact = CLAIMS.conform(frame, compact=True)
    assert compact.schema == CLAIMS.compact_schema
    assert compact.estimated_size() < frame.estimated_size()
    assert CLAIMS.conform(compact).equals(frame)
    assert CLAIMS.published(compact).collect().equals(frame)
    assert CLAIMS.validate(compact) is compact


def test_a_broken_rule_of_a_compact_row_is_named_as_that_of_a_published_one() -> None:
    compact = CLAIMS.compact(claims({}, {"claim_id": "c00000000000000bb", "partner_id": "gn2"}))
    with pytest.raises(ContractError, match="not_its_own_partner"):
        CLAIMS.validate(compact)
    with pytest.raises(ContractError, match="claim_id"):
        CLAIMS.validate(CLAIMS.compact(claims({}, {})))


def test_no_word_outside_a_vocabulary_becomes_compact() -> None:
    with pytest.raises(pl.exceptions.PolarsError):
        CLAIMS.compact(claims({"form": "marriage"}))


@pytest.mark.parametrize("is_compact", [True, False])
def test_references_of_compact_rows_are_looked_up(is_compact: bool) -> None:
    referring = Table(name="marks", row="A mark.", columns=CLAIMS.columns, foreign_keys=CLAIMS.foreign_keys[-1:])
    frame = claims({}, {"claim_id": "c00000000000000bb", "partnership_id": "p0123456789abcdef"})
    frames = {
        "marks": CLAIMS.compact(frame) if is_compact else frame,
        "partnerships": pl.DataFrame({"partnership_id": ["pffffffffffffffff"]}),
    }
    with pytest.raises(ContractError, match=r"1 value\(s\) .* such as 'p0123456789abcdef'"):
        check_foreign_keys([referring, PARTNERSHIPS], frames | {"claims": frame, "towns": TOWNS_OF_ALL})


TOWNS_OF_ALL = pl.DataFrame({"town_id": ["gn1", "gn2"]})
