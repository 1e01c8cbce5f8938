"""Names of the divisions of states: they show where a town lies, and that a name is not a town's.

The divisions and their names in many languages are those of ISO 3166-2, by way of pycountry and its catalogues of the
iso-codes project. Two reviewed tables add what these do not have: `region_seats.csv` gives each first-level division
the code that GeoNames has for it, with a town that lies in it as the proof; `region_names.csv` has English and German
names, abbreviations, and, with the relation `within`, names of lands inside one division (Provence, Yorkshire).
"""

from __future__ import annotations

import functools
import gettext
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.gazetteer.cache import cached_table
from pipeline.gazetteer.countries import LANGUAGES
from pipeline.gazetteer.names import SEARCH_KEY_SQL, search_key
from schemas.vocabularies import TownKind

SEATS: Final[Path] = Path(__file__).with_name("region_seats.csv")
NAMES: Final[Path] = Path(__file__).with_name("region_names.csv")
AREAS: Final[Path] = Path(__file__).with_name("county_areas.csv")
_WORDS: Final[Path] = Path(__file__).with_name("region_words.toml")

SCHEMA: Final[pl.Schema] = pl.Schema(
    {
        "hint": pl.String,
        "country_code": pl.String,
        "admin1_code": pl.String,
        "iso_3166_2": pl.String,
        "name": pl.String,
        "kind": pl.String,
        "is_first_level": pl.Boolean,
        "is_division": pl.Boolean,
        "is_seat": pl.Boolean,
    }
)
_CACHE_LAYOUT: Final[str] = "5"
#: Characters behind a name that say what type of division it is.
_ENDINGS: Final[str] = r"^(.{2,})[州県縣省府道区區郡]$"

#: Where lists print divisions by their codes.
_SPOKEN_CODES: Final = ("AU", "BR", "CA", "CH", "IT", "US")
#: Types of divisions in ISO 3166-2 that are municipalities or towns, whose names are no region's.
_MUNICIPAL_TYPES: Final[str] = (
    r"(?i)municip|\bcity\b|\btown\b|commune|capital|council$|parish|quarter|local|atoll|special city|island|district \w"
)
_COUNTY_TYPES: Final[str] = r"(?i)county|^district$|unitary|council area|metropolitan district|rayon"


@functools.cache
def _words() -> dict[str, list[str]]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


@functools.cache
def _type_patterns() -> tuple[str, str]:
    """Return patterns of a word for the type of a division in front of its name, and behind it."""
    types, links = "|".join(_words()["types"]), "|".join(_words()["links"])
    return rf"^(?:the )?(?:{types})(?: (?:{links}))? ", rf"(?: (?:{types}))+$"


@functools.cache
def county_areas() -> pl.DataFrame:
    """Return the counties of which a reviewed table knows where they lie, as neither ISO 3166-2 nor a gazetteer may.

    Returns:
        `hint` (search key, also without the word for the type of division), `country_code`, and the degrees that bound
        the county: `south`, `west`, `north`, `east`.
    """
    counties = pl.read_csv(AREAS, schema_overrides={"country_code": pl.String})
    names = pl.concat(
        [
            counties.with_columns(text="county"),
            counties.with_columns(text=pl.col("other_names").str.split("|")).explode("text"),
        ]
    ).with_columns(hint=search_key(pl.col("text")))
    return (
        pl.concat([names, names.with_columns(hint=bare_region(pl.col("hint")))])
        .drop_nulls("hint")
        .select("hint", "country_code", "south", "west", "north", "east")
        .unique(["hint", "country_code"], keep="first", maintain_order=True)
    )


def bare_region(key: pl.Expr) -> pl.Expr:
    """Return a search key without the words for the type of a division: `lviv oblast` is `lviv`."""
    before, behind = _type_patterns()
    bare = key.str.replace(before, "").str.replace_all(behind, "").str.replace(_ENDINGS, "$1")
    return pl.when(bare != "").then(bare).otherwise(key)


def is_region_type(key: pl.Expr) -> pl.Expr:
    """Return whether a search key is nothing but a word for the type of a division."""
    return key.is_in(_words()["types"])


@functools.cache
def regions(cache_dir: Path | None = None) -> pl.DataFrame:
    """Return the names of first- and second-level divisions.

    Args:
        cache_dir: folder of the cached table; without it the table is made. A cache that cannot be read or written
            is not used.

    Returns:
        `SCHEMA`, sorted: `hint` (search key, also without the word for the type of division), `country_code`,
        `admin1_code` (as GeoNames has it, of the division or the one that it lies in; null where unknown),
        `iso_3166_2`, `name` (as in ISO 3166-2), `kind` (a `TownKind`; null where the division is a
        municipality), `is_first_level`, `is_division` (false where the hint names what lies in it or its seat),
        `is_seat` (the division is called after the town in it).
    """
    if cache_dir is None:
        return _make()
    origins = (_CACHE_LAYOUT, version("pycountry"), LANGUAGES, SEARCH_KEY_SQL, _MUNICIPAL_TYPES, _COUNTY_TYPES)
    contents = [*map(str.encode, origins), *(path.read_bytes() for path in (SEATS, NAMES, _WORDS))]
    return cached_table(cache_dir, "regions", contents, SCHEMA, _make)


def _make() -> pl.DataFrame:
    divisions = _divisions()
    named_after_seat = _named_after_seat(divisions)
    names = pl.concat(
        [_official_names(divisions), _translated_names(divisions), _reviewed_names(named_after_seat)]
    ).with_columns(hint=search_key(pl.col("text")))
    return (
        pl.concat([names, names.with_columns(hint=bare_region(pl.col("hint")))])
        .filter(pl.col("hint") != "")
        .group_by("hint", "iso_3166_2")
        .agg(pl.col("is_division").max())
        .join(divisions, on="iso_3166_2")
        .with_columns(is_seat=pl.col("iso_3166_2").is_in(named_after_seat.implode()))
        .select(list(SCHEMA))
        .sort("hint", "country_code", "iso_3166_2")
    )


def _divisions() -> pl.DataFrame:
    """Return `iso_3166_2`, `country_code`, `admin1_code`, `name`, `type`, `is_first_level`, `kind`."""
    import pycountry

    parents = {division.code: division.parent_code for division in pycountry.subdivisions}
    codes = dict(pl.read_csv(SEATS, infer_schema=False).select("iso_3166_2", "admin1_code").iter_rows())
    # GeoNames uses the codes of ISO 3166-2 in these countries.
    codes |= {code: code[3:] for code in parents if code.startswith(("US-", "CH-"))}

    def admin1_code(code: str | None) -> str | None:
        while code and code not in codes:
            code = parents.get(code)
        return codes[code] if code else None

    rows = [
        (
            division.code,
            division.country_code,
            admin1_code(division.code),
            division.name,
            division.type,
            not division.parent_code,
        )
        for division in pycountry.subdivisions
    ]
    columns = ["iso_3166_2", "country_code", "admin1_code", "name", "type", "is_first_level"]
    division_type = pl.col("type")
    kind = (
        pl.when(division_type.str.to_lowercase() == "london borough")
        .then(pl.lit(TownKind.DISTRICT.value))
        .when(division_type.str.contains(_MUNICIPAL_TYPES))
        .then(None)
        .when(division_type.str.contains(_COUNTY_TYPES))
        .then(pl.lit(TownKind.COUNTY.value))
        .otherwise(pl.lit(TownKind.REGION.value))
    )
    name = pl.col("name").str.replace(r"\s*\[[^\]]*\]", "")
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(name, kind=kind)


def _official_names(divisions: pl.DataFrame) -> pl.DataFrame:
    """Return `iso_3166_2`, `text`, `is_division` of names and codes in ISO 3166-2."""
    name, is_abbreviated = pl.col("name"), pl.col("country_code").is_in(_SPOKEN_CODES)
    texts = (
        name,
        # 'Adygeya, Respublika', 'Bruxelles-Capitale, Région de'; 'Roma / Rome'.
        name.str.replace(r"^(.*), (.*)$", "$2 $1"),
        name.str.extract(r"^([^,(]+)[,(]"),
        pl.when(is_abbreviated).then(pl.col("iso_3166_2").str.slice(3)),
    )
    return pl.concat(divisions.select("iso_3166_2", text=text, is_division=pl.lit(value=True)) for text in texts)


def _translated_names(divisions: pl.DataFrame) -> pl.DataFrame:
    """Return the same of the catalogues of iso-codes."""
    import pycountry

    names = divisions["name"].unique().to_list()
    rows = []
    for language in LANGUAGES.split():
        try:
            catalogue = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, [language])
        except OSError:
            continue
        rows += [(name, catalogue.gettext(name)) for name in names]
    translations = pl.DataFrame(rows, schema={"name": pl.String, "text": pl.String}, orient="row").unique()
    return divisions.join(translations, on="name").select("iso_3166_2", "text", is_division=pl.lit(value=True))


def _reviewed_names(named_after_seat: pl.Series) -> pl.DataFrame:
    """Return the same of the reviewed tables: 'Lviv Oblast' where ISO 3166-2 has the adjective."""
    names = pl.read_csv(NAMES, infer_schema=False)
    seats = pl.read_csv(SEATS, infer_schema=False).filter(pl.col("iso_3166_2").is_in(named_after_seat.implode()))
    return pl.concat(
        [
            names.select("iso_3166_2", text="name", is_division=pl.col("relation") == "same"),
            seats.select("iso_3166_2", text="seat", is_division=pl.lit(value=False)),
        ]
    )


def _named_after_seat(divisions: pl.DataFrame) -> pl.Series:
    """Return the codes of the divisions that are called after the town in them: both names begin alike."""
    town, name = (
        search_key(pl.col(column)).str.replace(r"^(?:al|el|ad|as|ash|at|an|ar|az) ", "").str.slice(0, 4)
        for column in ("seat", "name")
    )
    seats = pl.read_csv(SEATS, infer_schema=False)
    return seats.join(divisions, on="iso_3166_2").filter(town == name)["iso_3166_2"]


def region_codes(mentions: pl.DataFrame, known_regions: pl.DataFrame) -> pl.DataFrame:
    """Return the mentions whose whole name is a division's.

    Args:
        mentions: `mention`, `text`, `key` (its search key), `country_code`; without a country, the name must be unique
            in the world.
        known_regions: from `regions`.

    Returns:
        `mention`, `iso_3166_2`, `division_kind` (null where the division is a municipality), `is_seat`; no row where
        no division has the name, or several have it and not exactly one is of the first level.
    """
    divisions = known_regions.filter("is_division").select(
        "hint", "country_code", "iso_3166_2", "is_first_level", "is_seat", division_kind="kind"
    )
    text = pl.col("text")
    is_qualified = text.str.contains(r"[(\[,/]")
    hint = pl.when(is_qualified).then(search_key(text.str.extract(r"^([^(\[,/]*)"))).otherwise("key")
    names = mentions.filter(text.is_not_null()).select("mention", "country_code", hint=hint)
    # A name of one word cannot be shortened.
    several_words = names.filter(pl.col("hint").str.contains(" ", literal=True))
    names = pl.concat([names, several_words.with_columns(hint=bare_region(pl.col("hint")))])
    without_country = names.filter(pl.col("country_code").is_null()).drop("country_code")
    matches = pl.concat(
        [names.join(divisions, on=["hint", "country_code"]), without_country.join(divisions, on="hint")],
        how="diagonal",
    ).unique(["mention", "iso_3166_2"])
    is_only = pl.len().over("mention") == 1
    is_only_first_level = pl.col("is_first_level") & (pl.col("is_first_level").sum().over("mention") == 1)
    return (
        matches.filter(is_only | is_only_first_level)
        .sort("mention")
        .select("mention", "iso_3166_2", "is_seat", "division_kind")
    )
