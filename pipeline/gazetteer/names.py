"""Names made comparable: one search key, in polars and in DuckDB.

`search_key` (a polars expression) and `SEARCH_KEY_SQL` (the body of a DuckDB macro) are made from the same
tables and give the same bytes for the same text; a property test compares them.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

import polars as pl

#: Letters that Unicode does not decompose, in lower case, and what replaces them.
LETTERS: Final[dict[str, str]] = tomllib.loads(Path(__file__).with_name("letters.toml").read_text("utf-8"))["letters"]

#: Letters by their Unicode category, apostrophes by their use (okina, ayn, soft sign): a space, like ' and ’.
APOSTROPHES: Final[str] = "ʹʺʻʼʽʾʿˈˊˋˮꞌ"

_REPLACEMENTS: Final[dict[str, str]] = LETTERS | dict.fromkeys(APOSTROPHES, " ")
_NOT_A_WORD: Final[str] = r"[^\p{L}\p{N}]+"

#: DuckDB 2.0 has the characters of Unicode 15.0 and polars some later ones, which polars must not use here.
_LATER_CHARACTERS: Final[str] = r"\P{Age=15.0}"

#: Format characters that print as nothing: soft hyphen, zero-width spaces and joiners, directional marks, BOM.
_INVISIBLE: Final[str] = "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"


def search_key(text: pl.Expr) -> pl.Expr:
    """Return the form of a text under which it is searched and compared.

    Lower case, accents folded (also of letters without a decomposition, such as ł, ß, ø, đ and ı),
    anything that is neither letter nor digit to single spaces, trimmed: `Frankfurt (Oder)` is
    `frankfurt oder`. Alphabets stay: 東京 is 東京. The key of a key is the same key. `SEARCH_KEY_SQL` gives the
    same bytes in DuckDB, with one limit that makes this possible: characters that Unicode assigned
    after version 15.0 (2022) count as punctuation.

    Args:
        text: A string expression.

    Returns:
        A string expression of the same length; null stays null, a text without letters and digits becomes "".
    """
    # Most texts are ASCII, which these steps leave as it is.
    is_ascii = text.str.len_bytes() == text.str.len_chars()
    without_accents = (
        pl.when(~is_ascii)
        .then(text)
        .str.replace_all(_LATER_CHARACTERS, " ")
        .str.normalize("NFD")
        .str.replace_all(r"\p{M}", "")
        .str.normalize("NFC")
    )
    return (
        pl.coalesce(without_accents, text)
        .str.to_lowercase()
        .str.replace_many(list(_REPLACEMENTS), list(_REPLACEMENTS.values()))
        .str.replace_all(_NOT_A_WORD, " ")
        .str.strip_chars(" ")
    )


def _search_key_sql() -> str:
    single = {old: new for old, new in _REPLACEMENTS.items() if len(new) == 1}
    # strip_accents reads a NUL as the end of the text; elsewhere a NUL is punctuation.
    body = "lower(strip_accents(replace(text, chr(0), ' ')))"
    body = f"translate({body}, '{''.join(single)}', '{''.join(single.values())}')"
    for old, new in _REPLACEMENTS.items():
        if old not in single:
            body = f"replace({body}, '{old}', '{new}')"
    return f"trim(regexp_replace({body}, '{_NOT_A_WORD}', ' ', 'g'))"


SEARCH_KEY_SQL: Final[str] = _search_key_sql()
"""Body of the DuckDB scalar macro `search_key(text)`: `CREATE MACRO search_key(text) AS <this>`."""


def clean_text(text: pl.Expr) -> pl.Expr:
    """Return a text with its spaces and characters normalized, but nothing else changed.

    Unicode NFC, every kind of space (non-breaking, thin, ideographic, line break) to plain spaces, runs
    of them to one, none at the ends, and no characters that print as nothing.

    Args:
        text: A string expression.

    Returns:
        A string expression of the same length; null where nothing is left.
    """
    clean = text.str.replace_all(_INVISIBLE, "").str.normalize("NFC").str.replace_all(r"\s+", " ").str.strip_chars(" ")
    return pl.when(clean != "").then(clean)
