"""Ids are the same however many are minted at once."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import ids

TEXTS = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), max_size=20)


@given(TEXTS)
def test_few_texts_and_many_are_hashed_to_the_same_ids(texts: list[str | None]) -> None:
    series = pl.Series("said", texts, dtype=pl.String)
    few = ids.mint("c", series)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids, "_MANY", 0)
        many = ids.mint("c", series)
    assert few.equals(many, check_dtypes=True, check_names=True)
    assert few.null_count() == series.null_count()


def test_ids_are_frozen() -> None:
    assert ids.mint("c", pl.Series(["Lüdenscheid\x1fMyślenice", None])).to_list() == ["c853c8ad6196cd414", None]
