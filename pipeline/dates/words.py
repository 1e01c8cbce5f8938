"""Patterns of the words in dates, from `date_words.toml`, for texts as `fold` returns them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

TOML: Final = Path(__file__).with_name("date_words.toml")
WORDS: Final = tomllib.loads(TOML.read_text(encoding="utf-8"))

#: A word boundary of ASCII: one of Unicode is slower, and letters stand between < and > anyway.
EDGE: Final = r"(?-u:\b)"
NUMBER: Final = r"[0-9]{1,2}"


def any_of(name: str) -> str:
    """Return the words of one list of `date_words.toml` as alternatives of a pattern."""
    return "|".join(WORDS[name])


def words_in(name: str, language: str | None) -> str:
    """Return the words of a list and those of its list for one language (`seasons`, `seasons_in`), as alternatives."""
    return "|".join([*WORDS[name], *WORDS[f"{name}_in"].get((language or "").lower()[:2], ())])


def words_in_all(name: str) -> str:
    """Return the words of a list and those of its lists for each language, as alternatives."""
    return "|".join([*WORDS[name], *(word for words in WORDS[f"{name}_in"].values() for word in words)])


ERA: Final = r"<ad>|<ce>|<n>[. ]*<chr>|<d>[. ]*<c>|<н>[. ]*<э>"
BEFORE_CHRIST: Final = (
    r"[0-9][\s.]*(?:<bc>|<bce>|<v>[. ]*<chr>|<av>[. ]*<j|<a>[. ]*<c>[. ]|<до> <н>|<p>[. ]*<n>[. ]*<e>)"
    r"|^\s*-[0-9]{4}-[0-9]{2}-"
)
JULIAN: Final = "<julian|1985786"  # the item of the Julian calendar in Wikidata is Q1985786
APPROXIMATE: Final = (
    rf"<(?:{any_of('approximate')})>[.\s]*(?:<(?:de|al|del|roku|the|mid|early|late)>\s*)?"
    r"(?:[12][0-9]{3}|[A-LX]|[0-9]{1,2}[ .])|[~≈]\s*[0-9]|[0-9]\s?\(?\?"
    r"|[0-9]\s?<?[年月日]?>?\s?<?(?:頃|ころ|左右|경)|[0-9]\s<korul"
)

_NUMERALS = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii"
_ROMAN: Final = {numeral: number for number, numeral in enumerate(_NUMERALS.split(), 1)}
#: The token of each month.
ROMAN_MONTHS: Final = {numeral: chr(64 + number) for numeral, number in _ROMAN.items() if number <= 12}
ROMAN_CENTURIES: Final = {numeral: number for numeral, number in _ROMAN.items() if number >= 6}
_NUMERAL = rf"<({'|'.join(ROMAN_CENTURIES)})(?:e|eme)?>"
#: The number of the century is in the first group, a Roman one in the second or third.
CENTURIES: Final = "|".join(
    [
        rf"\b([0-9]{{1,2}})\s?[.º-]?\s?(?:<(?:st|nd|rd|th|e|eme|de|ste|й)>)?\s?<(?:{any_of('century_words')})>",
        rf"{_NUMERAL}[.\s]*<(?:{any_of('century_words')}|w|sec|ст)>",
        rf"<(?:secolo|sec|secolul|siglo|seculo|segle)>[.\s]*(?:<al>\s)?{_NUMERAL}",
    ]
)


def without_until(text: pl.Expr) -> pl.Expr:
    """Return dates of ends without a leading "until": there it adds nothing to the date."""
    return text.str.replace(rf"(?i)^\s*(?:{any_of('until')})(?:\s+|:\s*)", "")
