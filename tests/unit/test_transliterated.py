"""Names from other alphabets, as languages of lists write them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.locate.transliterated import sound


def sounds(name: str, language: str) -> str:
    return str(pl.select(sound(pl.lit(name), language)).item())


@pytest.mark.parametrize(
    ("name", "language", "english"),
    [
        ("mykolajiw", "german", "mykolayiv"),
        ("tschernihiw", "german", "chernihiv"),
        ("nischni tagil", "german", "nizhny tagil"),
        ("rosch haajin", "german", "rosh ha ayin"),
        ("charzysk", "german", "khartsyzk"),
        ("salischtschyky", "german", "zalishchyky"),
        ("gorna orjachowiza", "german", "gorna oryahovitsa"),
        ("tchernihiv", "french", "chernihiv"),
        ("pouchkine", "french", "pushkine"),
        ("czerkasy", "polish", "cherkasy"),
    ],
)
def test_spellings_of_one_name_sound_alike(name: str, language: str, english: str) -> None:
    assert sounds(name, language) == sounds(english, "english")


@pytest.mark.parametrize(("one", "other"), [("minsk", "pinsk"), ("omsk", "tomsk"), ("odesa", "adesa")])
def test_other_names_sound_differently(one: str, other: str) -> None:
    assert sounds(one, "german") != sounds(other, "english")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=20))
def test_a_sound_is_one_word_of_letters(name: str) -> None:
    for language in ("english", "german", "french", "polish"):
        assert all(letter.isalpha() for letter in sounds(name, language))
