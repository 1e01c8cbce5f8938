"""Names made comparable: one spelling to search by, in polars and in DuckDB alike.

`search_key` (a polars expression) and `SEARCH_KEY_SQL` (the body of a DuckDB macro) are made from the same
tables and give the same bytes for the same text; a property test holds them to it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

# Letters that Unicode does not decompose, so that stripping marks leaves them, in lower case. Those in use,
# as in the transform Latin-ASCII of CLDR, except: ə as in GeoNames (Lənkəran: Lankaran); our own choice
# for ĸ, ŉ, ǝ, ɣ, ɔ, ɵ, ʃ, ʊ, ʒ, ª, º. No replacement is itself replaced: their order does not matter.
LETTERS: Final[dict[str, str]] = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ŋ": "n",
    "ħ": "h", "ŧ": "t", "ĸ": "k", "ŀ": "l", "ə": "a", "ŉ": "n", "ſ": "s", "ƒ": "f", "ĳ": "ij", "ǆ": "dz",
    "ǉ": "lj", "ǌ": "nj", "ǳ": "dz", "ǥ": "g", "ƀ": "b", "ɓ": "b", "ƈ": "c", "ɖ": "d", "ɗ": "d", "ǝ": "e",
    "ɛ": "e", "ɣ": "g", "ɠ": "g", "ɨ": "i", "ɩ": "i", "ƙ": "k", "ƚ": "l", "ɫ": "l", "ɲ": "n", "ɔ": "o",
    "ɵ": "o", "ƥ": "p", "ʀ": "r", "ʃ": "s", "ƭ": "t", "ʈ": "t", "ʉ": "u", "ʊ": "u", "ʋ": "v", "ƴ": "y",
    "ƶ": "z", "ʒ": "z", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
    "ª": "a", "º": "o",
    "ς": "σ",
}  # fmt: skip

# Letters by their Unicode category, apostrophes by their use (okina, ayn, soft sign): a space, like ' and ’.
APOSTROPHES: Final[str] = "ʹʺʻʼʽʾʿˈˊˋˮꞌ"

_FOLDED: Final[dict[str, str]] = LETTERS | dict.fromkeys(APOSTROPHES, " ")
_NOT_A_WORD: Final[str] = r"[^\p{L}\p{N}]+"

# DuckDB 2.0 knows the characters of Unicode 15.0 and polars some later ones, so polars is held to these.
_LATER_CHARACTERS: Final[str] = r"\P{Age=15.0}"

# Format characters that print as nothing: soft hyphen, zero-width spaces and joiners, directional marks, BOM.
_INVISIBLE: Final[str] = "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"


def search_key(text: pl.Expr) -> pl.Expr:
    """Give the form of a text under which it is searched and compared.

    Lower case, accents folded (also of letters without a decomposition, such as ł, ß, ø, đ and ı),
    anything that is neither letter nor digit to single spaces, trimmed: `Frankfurt (Oder)` is
    `frankfurt oder`. Alphabets are kept: 東京 stays 東京. A key is its own key. `SEARCH_KEY_SQL` gives the
    same bytes in DuckDB, with one limit that makes this possible: characters that Unicode assigned
    after version 15.0 (2022) count as punctuation.

    Args:
        text: A string expression.

    Returns:
        A string expression of the same length; null stays null, a text without letters and digits becomes "".
    """
    # All this leaves ASCII as it is, which most texts are.
    plain = (
        pl.when(text.str.len_bytes() != text.str.len_chars()).then(text)
        .str.replace_all(_LATER_CHARACTERS, " ")
        .str.normalize("NFD")
        .str.replace_all(r"\p{M}", "")
        .str.normalize("NFC")
    )  # fmt: skip
    return (
        pl.coalesce(plain, text)
        .str.to_lowercase()
        .str.replace_many(list(_FOLDED), list(_FOLDED.values()))
        .str.replace_all(_NOT_A_WORD, " ")
        .str.strip_chars(" ")
    )


def _search_key_sql() -> str:
    single = {old: new for old, new in _FOLDED.items() if len(new) == 1}
    # strip_accents reads a NUL as the end of the text; elsewhere a NUL is punctuation like any other.
    body = "lower(strip_accents(replace(text, chr(0), ' ')))"
    body = f"translate({body}, '{''.join(single)}', '{''.join(single.values())}')"
    for old, new in _FOLDED.items():
        if old not in single:
            body = f"replace({body}, '{old}', '{new}')"
    return f"trim(regexp_replace({body}, '{_NOT_A_WORD}', ' ', 'g'))"


SEARCH_KEY_SQL: Final[str] = _search_key_sql()
"""Body of the DuckDB scalar macro `search_key(text)`: `CREATE MACRO search_key(text) AS <this>`."""


def clean_text(text: pl.Expr) -> pl.Expr:
    """Tidy a text without changing what it says.

    Unicode NFC, every kind of space (non-breaking, thin, ideographic, line break) to plain spaces, runs
    of them to one, none at the ends, and no characters that print as nothing.

    Args:
        text: A string expression.

    Returns:
        A string expression of the same length; null where nothing is left.
    """
    tidy = text.str.replace_all(_INVISIBLE, "").str.normalize("NFC").str.replace_all(r"\s+", " ").str.strip_chars(" ")
    return pl.when(tidy != "").then(tidy)
