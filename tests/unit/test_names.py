"""Names become comparable, and polars and DuckDB agree on how."""

from __future__ import annotations

import functools
import unicodedata

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.gazetteer.names import APOSTROPHES, LETTERS, SEARCH_KEY_SQL, clean_text, search_key

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=60)
# Where texts go wrong: letters that do not decompose, marks, odd capitals, jamo, apostrophes.
TRICKY = st.lists(
    st.text(
        "".join(LETTERS) + APOSTROPHES + "İIıiŁØẞΣςσΐA\u0308\u0323\u0307\u0345ㅎ가ᄀ\u1161\u11a8'’ -(\0\u0897",
        max_size=8,
    ),
    min_size=1,
    max_size=60,
)


def keys(texts: list[str]) -> list[str]:
    return pl.DataFrame({"text": texts}).select(search_key(pl.col("text")))["text"].to_list()


@functools.cache
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"CREATE MACRO search_key(text) AS {SEARCH_KEY_SQL}")
    return connection


def duckdb_keys(texts: list[str]) -> list[str]:
    frame = pl.DataFrame({"row": range(len(texts)), "text": texts})
    database().register("texts", frame.to_arrow())
    rows = database().execute("SELECT search_key(text) FROM texts ORDER BY row").fetchall()
    return [row[0] for row in rows]


def cleaned(texts: list[str | None]) -> list[str | None]:
    return (
        pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(clean_text(pl.col("text")))["text"].to_list()
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Łódź", "lodz"),
        ("Weißenfels", "weissenfels"),
        ("WEIẞENFELS", "weissenfels"),
        ("København", "kobenhavn"),
        ("Đurđevac", "durdevac"),
        ("Iğdır", "igdir"),
        ("ISTANBUL", "istanbul"),
        ("İstanbul", "istanbul"),
        ("ΑΘΗΝΑΣ", "αθηνασ"),
        ("Αθήνας", "αθηνασ"),
        ("東京", "東京"),
        ("서울", "서울"),
        ("Йошкар-Ола", "иошкар ола"),
        ("Ærøskøbing", "aeroskobing"),
        ("Þórshöfn", "thorshofn"),
        ("Ħal Għaxaq", "hal ghaxaq"),
        ("Kárášjohka", "karasjohka"),
        ("L'Aŀlier", "l allier"),
        ("Xankəndi", "xankandi"),
        ("Frankfurt (Oder)", "frankfurt oder"),
        ("  Saint-Étienne--du \u00a0Rouvray ", "saint etienne du rouvray"),
        ("L'Aquila", "l aquila"),
        ("L’Aquila", "l aquila"),
        ("Lʻaquila", "l aquila"),
        ("Ch'ŏngjin", "ch ongjin"),
        ("2. Bezirk", "2 bezirk"),
        ("…", ""),
    ],
)
def test_a_key_is_as_expected_in_both_engines(text: str, key: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert keys([text, decomposed]) == [key, key]
    assert duckdb_keys([text, decomposed]) == [key, key]


def test_null_stays_null() -> None:
    frame = pl.DataFrame({"text": [None, "A"]}).select(search_key(pl.col("text")))
    assert frame["text"].to_list() == [None, "a"]


def test_every_character_alone_has_one_key() -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    ours = keys(characters)
    theirs = duckdb_keys(characters)
    assert [hex(ord(c)) for c, a, b in zip(characters, ours, theirs, strict=True) if a != b] == []
    assert keys(ours) == ours


@settings(deadline=None, max_examples=200)
@given(st.one_of(TEXTS, TRICKY))
def test_polars_and_duckdb_agree_on_any_text(texts: list[str]) -> None:
    ours = keys(texts)
    assert duckdb_keys(texts) == ours
    assert keys(ours) == ours


def test_letters_are_lower_case_and_folded_to_plain_ones() -> None:
    assert all(letter == letter.lower() for letter in LETTERS)
    assert all(len(letter) == 1 for letter in LETTERS)
    assert not set("".join(LETTERS.values())) & (set(LETTERS) | set(APOSTROPHES))


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("Bad\u00a0Tölz", "Bad Tölz"),
        (" \u3000Bad\t\n Tölz\u2009", "Bad Tölz"),
        ("To\u0308lz", "Tölz"),
        ("Tölz\u200b\ufeff", "Tölz"),
        ("To\u200b\u0308lz", "Tölz"),
        ("Donau\u00adwörth", "Donauwörth"),
        ("", None),
        (" \u200b ", None),
        (None, None),
    ],
)
def test_clean_text(text: str | None, tidy: str | None) -> None:
    assert cleaned([text]) == [tidy]


@given(TEXTS)
def test_clean_text_is_stable(texts: list[str]) -> None:
    once = cleaned(list(texts))
    assert cleaned(once) == once
