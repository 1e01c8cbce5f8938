"""What sort of body a name names: a county is never the town of the same name.

The words that tell are in `kinds.toml`. They tell where they stand in the name itself (`Powiat Hajnowski`,
`Orange County`), or as all that stands behind it (`Ammerland (Kreis)`, `Krakau, Kreis`); within a longer tail they say
where a town lies (`Ipswich (County Suffolk)`), except for parts of towns (`Paris (12. Bezirk)`).
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.gazetteer.names import search_key
from pipeline.locate.factorize import factorize
from schemas.vocabularies import TownKind

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

TOML: Final[Path] = Path(__file__).with_name("kinds.toml")

#: Punctuation that sets off a tail, as words that no name has, so that it outlives the search key.
_MARKS: Final[dict[str, str]] = {
    "(": " qopenq ", "[": " qopenq ", "（": " qopenq ", ")": " qcloseq ", "]": " qcloseq ", "）": " qcloseq ",
    ",": " qcommaq ", ";": " qcommaq ", "/": " qslashq ",
}  # fmt: skip
_TAIL: Final[str] = r"(?: q(?:open|comma|slash)q|$)"
_NUMBER: Final[str] = r"(?:\d+(?:st|nd|rd|th|e|er|eme|a|o)?|[ivxl]+)"
#: Towns whose parts are known abroad by their own name: '{town} – {part}', from this size.
_LARGE: Final[int] = 100_000
#: Where lists print the state in brackets.
_STATES_IN_BRACKETS: Final[tuple[str, ...]] = ("AU", "BR", "CA", "IN", "MX", "US")


@functools.cache
def _rules() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(TOML.read_text(encoding="utf-8"))


def kind_of(name: pl.Expr, country: pl.Expr | None = None) -> pl.Expr:
    """Return what sort of body a name names, as the vocabulary has it; a plain name is a municipality.

    Args:
        name: names as sources print them; null is a municipality.
        country: ISO 3166-1 alpha-2 codes; words that mean one thing here and another there count where it is null
            only if they mean that everywhere.
    """
    nation = pl.lit(None, pl.String) if country is None else country
    return pl.struct(name=name.cast(pl.String), country=nation).map_batches(_kinds, return_dtype=pl.String)


def _kinds(asked: pl.Series) -> pl.Series:
    """Return the kinds of a series of `name` and `country`; only names with a word that might tell are read."""
    numbers, places = factorize(asked.struct.unnest())
    frame = asked.gather(places).struct.unnest().with_row_index("number")
    name = pl.col("name")
    key = search_key(name.str.replace_many(list(_MARKS), list(_MARKS.values())))
    words = sorted({word for part in _rules().values() for rule in part for word in rule["words"]})
    # A name in plain ASCII has its words in its key as it has them itself.
    longest = sorted({max(word.split(), key=len) for word in words if word.isascii()})
    might_tell = (name.str.len_bytes() != name.str.len_chars()) | name.str.contains_any(
        longest, ascii_case_insensitive=True
    )
    distinct = frame.filter(might_tell).with_columns(key=key).filter(pl.col("key").str.contains_any(words))
    if distinct.is_empty():
        # To make the rules ready takes longer than to ask them.
        return pl.repeat(TownKind.MUNICIPALITY.value, len(asked), dtype=pl.String, eager=True)
    head = pl.col("key").str.extract(rf"^(.*?){_TAIL}")
    told = distinct.with_columns(head=head).select("number", kind=pl.coalesce(*_decisions()))
    kinds = frame.join(told, on="number", how="left", maintain_order="left")["kind"]
    return kinds.fill_null(TownKind.MUNICIPALITY.value).gather(numbers)


def _decisions() -> list[pl.Expr]:
    """Return for each rule the kind where it fits `key` (with marks), `head` and `country`, else null."""
    marked, head, decisions = pl.col("key"), pl.col("head"), list[pl.Expr]()
    for rule in _rules()["rule"]:
        kind, words = rule["kind"], "|".join(sorted(rule["words"], key=len, reverse=True))
        tells = pl.lit(value=False) if rule["at"] == "tail" else head.str.contains(_in_head(rule["at"], words))
        # Of Ammerland (Kreis) the whole tail; of Paris (12. Bezirk) a part.
        if rule["at"] == "number":
            tells |= marked.str.contains(rf"qopenq (?:{_NUMBER} (?:{words})|(?:{words}) {_NUMBER})\b")
        elif kind != TownKind.MUNICIPALITY.value:
            # 'Wavre (wallonne, Région)' says where the town lies.
            behind_comma = rf"qcommaq (?:{words})(?: q(?:open|comma|slash)q|$)"
            tells |= marked.str.contains(rf"qopenq (?:{words})(?: q|$)|{behind_comma}")
        if kind == TownKind.DISTRICT.value and rule["at"] != "number":
            tells |= marked.str.contains(rf"qopenq (?:{words})\b")
        if "countries" in rule:
            tells &= pl.col("country").is_in(rule["countries"])
        decisions.append(pl.when(tells.fill_null(value=False)).then(pl.lit(kind)))
    for rule in _rules()["ending"]:
        before = "+" if "countries" in rule else "{3,}"
        tells = head.str.contains(rf"[^ ]{before}(?:{'|'.join(rule['words'])})$")
        if "countries" in rule:
            tells &= pl.col("country").is_in(rule["countries"])
        decisions.append(pl.when(tells.fill_null(value=False)).then(pl.lit(rule["kind"])))
    return decisions


def _in_head(place: str, words: str) -> str:
    if place == "whole":
        return rf"^(?:{words})$"
    if place == "first":
        return rf"^(?:{words}) ."
    if place == "last":
        return rf". (?:{words})$"
    if place == "number":
        return rf"\b(?:{_NUMBER} (?:{words})|(?:{words}) (?:no )?{_NUMBER})\b"
    return rf"(?:^(?:{words}) .|. (?:{words})(?: |$))"


def settle_kinds(mentions: pl.DataFrame, gazetteer: Gazetteer, regions: pl.DataFrame) -> pl.DataFrame:
    """Tell parts of large towns and divisions without a telling word from municipalities.

    `Tokyo – Bunkyō` is a part where the first is a large town of the country. A name that a division bears in
    ISO 3166-2 and no place in the gazetteer of the country (`Val-de-Marne`, `West Dunbartonshire`) is that division.

    Args:
        mentions: `mention`, `text`, `country_code`, `kind` and further columns.
        gazetteer: places and names.
        regions: from `regions`.

    Returns:
        The same rows and columns, some of another `kind`, and `iso_3166_2`: the division that a mention of kind region
        or county is, else null.
    """
    from pipeline.gazetteer.regions import region_codes
    from pipeline.locate.mentions import read_names

    towns = pl.col("kind") == TownKind.MUNICIPALITY.value
    # 'Budapest XII – Hegyvidék', 'Vienna 1 – Innere Stadt': the number of the district stands with the town.
    first = search_key(pl.col("text").str.extract(r"^([^–—(\[,]+?)(?: (?:\d+|[IVXL]+))?\s+[–—]\s+\S"))
    # 'Gangnam (Seoul)', unless a town near Seoul goes by the name; a state is no town: 'Buffalo (New York)'.
    behind = search_key(pl.col("text").str.extract(r"^[^–—(\[,]+\(([^()]+)\)$"))
    head = search_key(pl.col("text").str.extract(r"^([^(]+)\("))
    set_off = mentions.filter(towns & pl.col("text").str.contains(r"[–—(]"))
    bracketed = (
        set_off.filter(~pl.col("country_code").is_in(_STATES_IN_BRACKETS))
        .select("mention", "country_code", first=behind, key=head)
        .drop_nulls("first")
    )
    dashed = set_off.select("mention", "country_code", first=first, in_brackets=pl.lit(value=False))
    divisions = region_codes(mentions, regions)
    plain = mentions.filter(
        towns & pl.col("country_code").is_not_null() & ~pl.col("text").str.contains(r"[(\[,/]|\s[–—]\s")
    ).join(divisions.filter(pl.col("division_kind").is_not_null() & ~pl.col("is_seat")), on="mention")
    borne = read_names(plain).join(plain.select("mention", "country_code"), on="mention")
    names = gazetteer.names_by(pl.concat([bracketed["key"], bracketed["first"], dashed["first"], borne["key"]]))
    bracketed = bracketed.join(names, on=["country_code", "key"], how="anti").select(
        "mention", "country_code", "first", in_brackets=pl.lit(value=True)
    )
    asked = pl.concat([dashed, bracketed]).drop_nulls("first")
    large = (
        names.join(asked, left_on="key", right_on="first", how="semi")
        .join(gazetteer.places.filter(pl.col("population") >= _LARGE), on="place_id", how="semi")
        .group_by("country_code", first="key")
        .agg(pl.col("is_main").any())
    )
    parts = (
        asked.join(large, on=["country_code", "first"])
        # 'Sibu (Hermannstadt)' is a town and its other name.
        .filter(pl.col("is_main") | ~pl.col("in_brackets"))
        .select("mention", part_kind=pl.lit(TownKind.DISTRICT.value))
        .unique()
    )
    borne = borne.join(names, on=["country_code", "key"], how="semi")
    plain = plain.join(borne, on="mention", how="anti")
    is_division = pl.col("kind").is_in([TownKind.REGION.value, TownKind.COUNTY.value])
    return (
        mentions.join(parts, on="mention", how="left", maintain_order="left")
        .join(plain.select("mention", "division_kind"), on="mention", how="left", maintain_order="left")
        .join(divisions.drop("division_kind", "is_seat"), on="mention", how="left", maintain_order="left")
        .with_columns(kind=pl.coalesce("part_kind", "division_kind", "kind"))
        .with_columns(iso_3166_2=pl.when(is_division).then("iso_3166_2"))
        .select(*mentions.columns, "iso_3166_2")
    )
