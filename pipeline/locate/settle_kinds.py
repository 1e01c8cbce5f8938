"""Kinds of bodies where no word in the mention shows them: parts of large towns, and divisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.names import search_key
from pipeline.gazetteer.regions import region_codes
from pipeline.locate.districts import LARGE
from pipeline.locate.readings import HYPHENED, read_names
from schemas.vocabularies import TownKind

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

#: Where lists print the state in brackets.
_STATES_IN_BRACKETS: Final[tuple[str, ...]] = ("AU", "BR", "CA", "IN", "MX", "US")
#: 'Budapest XII – Hegyvidék', 'Vienna 1 – Innere Stadt': the number of the district may follow the town.
_DASHED: Final[str] = r"^([^–—(\[,]+?)(?: (?:\d+|[IVXL]+))?\s+[–—]\s+\S"
_NUMBERED: Final[str] = r"^([^–—(\[,]+?) (?:\d{1,2}|[IVXL]+)$"
_BRACKETED: Final[str] = r"^[^–—(\[,]+\(([^()]+)\)$"
_QUALIFIED: Final[str] = r"[(\[,/]|\s[–—]\s"


def settle_kinds(mentions: pl.DataFrame, gazetteer: Gazetteer, regions: pl.DataFrame) -> pl.DataFrame:
    """Return mentions with the kind of parts of large towns and of divisions that have no word for it.

    `Tokyo – Bunkyō` is a part where the first is a large town of the country. A name that a division has in
    ISO 3166-2 and no place in the gazetteer of the country (`Val-de-Marne`, `West Dunbartonshire`) is that division.

    Args:
        mentions: `mention`, `text`, `country_code`, `kind` and further columns.
        gazetteer: places and names.
        regions: from `regions`.

    Returns:
        The same rows and columns, some of another `kind`, and `iso_3166_2`: the division that a mention of kind region
        or county is, else null.
    """
    codes = region_codes(mentions, regions)
    towns = mentions.filter(pl.col("kind") == TownKind.MUNICIPALITY.value)
    is_division = pl.col("kind").is_in([TownKind.REGION.value, TownKind.COUNTY.value])
    joined = mentions
    for frame in (_find_districts(towns, gazetteer), _find_divisions(towns, codes, gazetteer)):
        joined = joined.join(frame, on="mention", how="left", maintain_order="left")
    return (
        joined.join(codes.select("mention", "iso_3166_2"), on="mention", how="left", maintain_order="left")
        .with_columns(kind=pl.coalesce("part_kind", "division_kind", "kind"))
        .with_columns(iso_3166_2=pl.when(is_division).then("iso_3166_2"))
        .select(*mentions.columns, "iso_3166_2")
    )


def _find_districts(towns: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return `mention`, `part_kind` of the mentions that are a part of a large town."""
    text = pl.col("text")
    qualified = towns.filter(text.str.contains("[–—(-]"))
    dashed = _read_town(qualified, text.str.extract(_DASHED))
    # 'Wien-Donaustadt', unless a town has the name.
    hyphened = _read_town(qualified.filter(text.str.contains(HYPHENED)), text.str.extract(HYPHENED, 1), text)
    # 'Prag 8', 'Budapest XV'.
    numbered = _read_town(towns.filter(text.str.contains(_NUMBERED)), text.str.extract(_NUMBERED), text)
    # 'Gangnam (Seoul)', unless a town near Seoul has the name; a state is no town: 'Buffalo (New York)'.
    bracketed = _read_town(
        qualified.filter(~pl.col("country_code").is_in(_STATES_IN_BRACKETS)),
        text.str.extract(_BRACKETED),
        text.str.extract(r"^([^(]+)\("),
        in_brackets=True,
    )
    told = pl.concat([bracketed, hyphened, numbered])
    names = gazetteer.names_by(pl.concat([told["key"], told["town"], dashed["town"]]))
    told = told.join(names, on=["country_code", "key"], how="anti")
    # Without a country, only numbers tell: 'Prag 8'.
    told = told.filter(pl.col("country_code").is_not_null() | pl.col("key").str.contains(r" \d+$")).drop("key")
    dashed = dashed.filter(pl.col("country_code").is_not_null()).drop("key")
    parts = pl.concat([dashed, told]).drop_nulls("town")
    large_places = gazetteer.places.filter(pl.col("population") >= LARGE)
    large_towns = (
        names.join(large_places, on="place_id", how="semi")
        .group_by("country_code", town="key")
        .agg(pl.col("is_main").any())
    )
    has_country = pl.col("country_code").is_not_null()
    anywhere = parts.filter(~has_country).drop("country_code").join(large_towns, on="town")
    return (
        pl.concat([parts.filter(has_country).join(large_towns, on=["country_code", "town"]), anywhere], how="diagonal")
        # 'Sibu (Hermannstadt)' is a town and its other name.
        .filter(pl.col("is_main") | ~pl.col("in_brackets"))
        .select("mention", part_kind=pl.lit(TownKind.DISTRICT.value))
        .unique()
    )


def _read_town(
    mentions: pl.DataFrame, town: pl.Expr, name: pl.Expr | None = None, *, in_brackets: bool = False
) -> pl.DataFrame:
    """Return `mention`, `country_code`, `town` and `key` (search keys), `in_brackets`.

    Args:
        mentions: texts.
        town: the town of which the text may name a part.
        name: what rules this out where it is a town's name itself.
        in_brackets: whether the town stands in brackets.
    """
    key = pl.lit(None, pl.String) if name is None else search_key(name)
    return mentions.select("mention", "country_code", town=search_key(town), in_brackets=pl.lit(in_brackets), key=key)


def _find_divisions(towns: pl.DataFrame, codes: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return `mention`, `division_kind` of the mentions that are a division and no place of the country.

    Args:
        towns: mentions of kind municipality.
        codes: from `region_codes`.
        gazetteer: places and names.
    """
    divisions = codes.filter(pl.col("division_kind").is_not_null() & ~pl.col("is_seat"))
    plain = towns.filter(~pl.col("text").str.contains(_QUALIFIED)).join(divisions, on="mention")
    names = read_names(plain).join(plain.select("mention", "country_code"), on="mention")
    places = gazetteer.names_by(names["key"]).select("key", place_country="country_code")
    in_country = (pl.col("country_code") == pl.col("place_country")) | pl.col("country_code").is_null()
    places = names.join(places, on="key").filter(in_country)
    return plain.join(places, on="mention", how="anti").select("mention", "division_kind")
