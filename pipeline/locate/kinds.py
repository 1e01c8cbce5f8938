"""The kind of body that a name names: a county is never the town of the same name.

The words are in `kinds.toml`. They count where they stand in the name itself (`Powiat Hajnowski`, `Orange County`), or
as all that stands behind it (`Ammerland (Kreis)`, `Krakau, Kreis`); within a longer qualifier they say where a town
lies (`Ipswich (County Suffolk)`), except for parts of towns (`Paris (12. Bezirk)`).
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any, Final

import polars as pl

from pipeline.gazetteer.names import search_key
from pipeline.gazetteer.regions import bare_region, is_region_type
from pipeline.locate.factorize import factorize
from schemas.vocabularies import TownKind

TOML: Final[Path] = Path(__file__).with_name("kinds.toml")

#: Punctuation in front of a qualifier and behind it, as words that no name has: they stay in the search key.
_MARKS: Final[dict[str, str]] = {
    **dict.fromkeys("([（", " qopenq "),
    **dict.fromkeys(")]）", " qcloseq "),
    **dict.fromkeys(",;", " qcommaq "),
    "/": " qslashq ",
}
_BEFORE_QUALIFIER: Final[str] = r"(?: q(?:open|comma|slash)q|$)"
_NUMBER: Final[str] = r"(?:\d+(?:st|nd|rd|th|e|er|eme|a|o)?|[ivxl]+)"


@functools.cache
def _rules() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(TOML.read_text(encoding="utf-8"))


def kind_of(name: pl.Expr, country: pl.Expr | None = None) -> pl.Expr:
    """Return the `TownKind` that a name names; a plain name is a municipality.

    Args:
        name: names as sources print them; null is a municipality.
        country: ISO 3166-1 alpha-2 codes; words that have one meaning here and another there count where it is null
            only if they have it everywhere.
    """
    country = pl.lit(None, pl.String) if country is None else country
    return pl.struct(name=name.cast(pl.String), country=country).map_batches(_find_kinds, return_dtype=pl.String)


def _find_kinds(structs: pl.Series) -> pl.Series:
    """Return the kinds of a series of `name` and `country`; only names with a word of a rule are compared."""
    numbers, first_rows = factorize(structs.struct.unnest())
    distinct = structs.gather(first_rows).struct.unnest().with_row_index("number")
    name, key = pl.col("name"), pl.col("key")
    words = sorted({word for rules in _rules().values() for rule in rules for word in rule["words"]})
    # A name in plain ASCII has the words of its key.
    longest_words = sorted({max(word.split(), key=len) for word in words if word.isascii()})
    is_ascii = name.str.len_bytes() == name.str.len_chars()
    has_word = ~is_ascii | name.str.contains_any(longest_words, ascii_case_insensitive=True)
    marked_key = search_key(name.str.replace_many(list(_MARKS), list(_MARKS.values())))
    named = distinct.filter(has_word).with_columns(key=marked_key).filter(key.str.contains_any(words))
    if named.is_empty():
        # The rules take longer to prepare than to apply.
        return pl.repeat(TownKind.MUNICIPALITY.value, len(structs), dtype=pl.String, eager=True)
    head = key.str.extract(rf"^(.*?){_BEFORE_QUALIFIER}")
    decided = named.with_columns(head=head).select("number", kind=pl.coalesce(*_rule_kinds()))
    kinds = distinct.join(decided, on="number", how="left", maintain_order="left")["kind"]
    return kinds.fill_null(TownKind.MUNICIPALITY.value).gather(numbers)


def _rule_kinds() -> list[pl.Expr]:
    """Return for each rule the kind where it matches `key` (with marks), `head` and `country`, else null."""
    matches = [(rule, _matches(rule)) for rule in _rules()["rule"]]
    for rule in _rules()["ending"]:
        before = "+" if "countries" in rule else "{3,}"
        matches.append((rule, pl.col("head").str.contains(rf"[^ ]{before}(?:{'|'.join(rule['words'])})$")))
    return [
        pl.when(match & pl.col("country").is_in(rule["countries"]) if "countries" in rule else match).then(
            pl.lit(rule["kind"])
        )
        for rule, match in matches
    ]


def _matches(rule: dict[str, Any]) -> pl.Expr:
    kind, place, words = rule["kind"], rule["at"], "|".join(sorted(rule["words"], key=len, reverse=True))
    key = pl.col("key")
    match = pl.lit(value=False) if place == "tail" else pl.col("head").str.contains(_pattern(place, words))
    # Of Ammerland (Kreis) the whole qualifier; of Paris (12. Bezirk) a part.
    if place == "number":
        match |= key.str.contains(rf"qopenq (?:{_NUMBER} (?:{words})|(?:{words}) {_NUMBER})\b")
    elif kind != TownKind.MUNICIPALITY.value:
        # 'Wavre (wallonne, Région)' says where the town lies.
        match |= key.str.contains(rf"qopenq (?:{words})(?: q|$)|qcommaq (?:{words}){_BEFORE_QUALIFIER}")
    if kind == TownKind.DISTRICT.value and place != "number":
        match |= key.str.contains(rf"qopenq (?:{words})\b")
    return match


def _pattern(place: str, words: str) -> str:
    """Return the pattern of words at a place of the name."""
    patterns = {
        "whole": rf"^(?:{words})$",
        "first": rf"^(?:{words}) .",
        "last": rf". (?:{words})$",
        "number": rf"\b(?:{_NUMBER} (?:{words})|(?:{words}) (?:no )?{_NUMBER})\b",
        "any": rf"(?:^(?:{words}) .|. (?:{words})(?: |$))",
    }
    return patterns[place]


def division_key(text: pl.Expr, key: pl.Expr, kind: pl.Expr) -> pl.Expr:
    """Return the key by which a division is one however lists call it: `Landkreis Celle`, `Celle (district)`: `celle`.

    Args:
        text: names as sources print them.
        key: their search keys.
        kind: a `TownKind`; only counties and regions have another key than their own.
    """
    head, qualifier = (search_key(text.str.extract(r"^([^(\[,]+)(?:[(\[,]\s*([^)\],]*))?", group)) for group in (1, 2))
    # Of Washington County (Oregon) the qualifier tells which.
    is_plain = qualifier.is_null() | (qualifier == "") | is_region_type(qualifier)
    is_division = kind.is_in([TownKind.COUNTY.value, TownKind.REGION.value])
    return pl.when(is_division & is_plain & (head != "")).then(bare_region(head)).otherwise(key)
