"""Names of the divisions of states, as hints of where a town lies and as names that are no town's.

The divisions and their names in many languages are those of ISO 3166-2, by way of pycountry and its catalogues of the
iso-codes project. Two reviewed tables add what these do not have: `region_seats.csv` gives each first-level division
the code that GeoNames has for it, with a town that lies in it as the proof; `region_names.csv` has English and German
names, abbreviations, and, with the relation `within`, names of lands that lie in one division and are none themselves
(Provence, Yorkshire).
"""

from __future__ import annotations

import functools
import gettext
from importlib.metadata import version
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.gazetteer.cache import kept
from pipeline.gazetteer.names import SEARCH_KEY_SQL, search_key
from schemas.vocabularies import TownKind

SEATS: Final[Path] = Path(__file__).with_name("region_seats.csv")
NAMES: Final[Path] = Path(__file__).with_name("region_names.csv")

#: Languages in which partnership lists are printed, as pycountry names its catalogues.
LANGUAGES: Final[str] = (
    "bg ca cs da de el en es et eu fi fr gl hr hu is it ja ko lt lv nb_NO nl pl pt ro ru sk sl sq sr sv tr uk zh_CN"
)
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
_LAYOUT: Final[str] = "2"

#: Words of a search key that name the sort of a division and not the division.
_SORTS: Final[str] = (
    r"(?:province|provinces|provinz|provincia|provincie|prov|prefecture|prafektur|prefettura|region|regione|regio|regiao"
    r"|oblast|oblasti|voblasc|voblast|kraj|krai|kray|kraji|county|counties|council|district|departement|departamento"
    r"|department|dep|dept|kanton|canton|cantone|state|staat|bundesland|land|freistaat|voivodeship|voivodship"
    r"|woiwodschaft|wojewodztwo|powiat|landkreis|kreis|lkr|judetul|judet|megye|varmegye|zupanija|zupanije|maakond|lan"
    r"|laani|maakunta|landskap|landskapet|fylke|okrug|okres|governorate|gouvernement|republic|republika|respublika"
    r"|autonomous|territory|city|municipality|sheng|shi|zizhiqu|ken|teukbyeolsi|gwangyeoksi|teukbyeoljachisi|vilayeti"
    r"|apskritis|novads|metropolitan|borough|unitary authority|rajons|rajon|raion|rayon|community|regional)"
)
_LINKS: Final[str] = r"(?: (?:of|de la|de|del|della|dell|di|da|do|du|des|d|von|van|the))?"
#: A division of these sorts is a municipality or a town, and its name no region's.
_TOWNS: Final[str] = (
    r"(?i)municip|\bcity\b|\btown\b|commune|capital|council$|parish|quarter|local|atoll|special city|island|district \w"
)
_COUNTIES: Final[str] = r"(?i)county|^district$|unitary|council area|metropolitan district|rayon"


def bare_region(key: pl.Expr) -> pl.Expr:
    """Return a search key without the words that only name the sort of a division: `lviv oblast` is `lviv`."""
    bare = key.str.replace(rf"^(?:the )?{_SORTS}{_LINKS} ", "").str.replace_all(rf"(?: {_SORTS})+$", "")
    return pl.when(bare != "").then(bare).otherwise(key)


def _divisions() -> pl.DataFrame:
    import pycountry

    found = list(pycountry.subdivisions)
    parents = {one.code: one.parent_code for one in found}
    codes = dict(pl.read_csv(SEATS, infer_schema=False).select("iso_3166_2", "admin1_code").iter_rows())
    # Where GeoNames takes over the codes of ISO 3166-2.
    codes |= {code: code[3:] for code in parents if code.startswith(("US-", "CH-"))}

    def admin1(code: str | None) -> str | None:
        while code and code not in codes:
            code = parents.get(code)
        return codes[code] if code else None

    kinds = pl.col("type")
    return pl.DataFrame(
        [
            (one.code, one.country_code, admin1(one.code), one.name, one.type, not one.parent_code)
            for one in found
        ],
        schema=["iso_3166_2", "country_code", "admin1_code", "name", "type", "is_first_level"], orient="row",
    ).with_columns(
        kind=pl.when(kinds.str.to_lowercase() == "london borough").then(pl.lit(TownKind.DISTRICT.value))
        .when(kinds.str.contains(_TOWNS)).then(None)
        .when(kinds.str.contains(_COUNTIES)).then(pl.lit(TownKind.COUNTY.value))
        .otherwise(pl.lit(TownKind.REGION.value))
    )  # fmt: skip


def _translations(names: list[str]) -> pl.DataFrame:
    import pycountry

    rows = []
    for language in LANGUAGES.split():
        try:
            catalogue = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, [language])
        except OSError:
            continue
        rows += [(name, text) for name in names if (text := catalogue.gettext(name)) != name]
    return pl.DataFrame(rows, schema={"name": pl.String, "text": pl.String}, orient="row").unique()


def _make() -> pl.DataFrame:
    divisions = _divisions().with_columns(name=pl.col("name").str.replace(r"\s*\[[^\]]*\]", ""))
    own = divisions.select("iso_3166_2", text="name", is_division=pl.lit(value=True))
    # 'Adygeya, Respublika', 'Bruxelles-Capitale, Région de'; 'Roma / Rome'; the code itself in the United States.
    turned = own.with_columns(text=pl.col("text").str.replace(r"^(.*), (.*)$", "$2 $1"))
    before = own.with_columns(text=pl.col("text").str.extract(r"^([^,(]+)[,(]"))
    letters = divisions.filter(pl.col("country_code").is_in(["US", "CA", "AU"])).select(
        "iso_3166_2", text=pl.col("iso_3166_2").str.slice(3), is_division=pl.lit(value=True)
    )
    translated = (
        divisions.join(_translations(divisions["name"].unique(maintain_order=True).to_list()), on="name")
        .select("iso_3166_2", "text", is_division=pl.lit(value=True))
    )  # fmt: skip
    reviewed = pl.read_csv(NAMES, infer_schema=False).select(
        "iso_3166_2", text="name", is_division=pl.col("relation") == "same"
    )
    # 'Lviv Oblast' where ISO 3166-2 has the adjective: the seat's name, if the two begin alike.
    seats = (
        pl.read_csv(SEATS, infer_schema=False)
        .join(divisions, on="iso_3166_2")
        .join(_named_after_seats(divisions), on="iso_3166_2", how="semi")
        .select("iso_3166_2", text="seat", is_division=pl.lit(value=False))
    )
    names = pl.concat([own, turned, before, letters, translated, reviewed, seats]).with_columns(
        hint=search_key(pl.col("text"))
    )
    names = pl.concat([names, names.with_columns(hint=bare_region(pl.col("hint")))])
    return (
        names.filter(pl.col("hint") != "")
        .group_by("hint", "iso_3166_2")
        .agg(pl.col("is_division").max())
        .join(divisions, on="iso_3166_2")
        .join(_named_after_seats(divisions), on="iso_3166_2", how="left")
        .with_columns(pl.col("is_seat").fill_null(value=False))
        .select(list(SCHEMA))
        .sort("hint", "country_code", "iso_3166_2")
    )


def _named_after_seats(divisions: pl.DataFrame) -> pl.DataFrame:
    """Return the divisions that bear the name of the town in them: `iso_3166_2`, `is_seat`."""
    town = search_key(pl.col("seat")).str.replace(r"^(?:al|el|ad|as|ash|at|an|ar|az) ", "")
    name = search_key(pl.col("name")).str.replace(r"^(?:al|el|ad|as|ash|at|an|ar|az) ", "")
    return (
        pl.read_csv(SEATS, infer_schema=False)
        .join(divisions, on="iso_3166_2")
        .filter(town.str.slice(0, 4) == name.str.slice(0, 4))
        .select("iso_3166_2", is_seat=pl.lit(value=True))
    )


@functools.cache
def regions(cache_dir: Path | None = None) -> pl.DataFrame:
    """Return the names of first- and second-level divisions.

    Args:
        cache_dir: folder to keep the table in between runs; a cache that cannot be read or written is done without.

    Returns:
        `SCHEMA`, sorted: `hint` (search key, also without the word for the sort of division), `country_code`,
        `admin1_code` (as GeoNames has it, of the division or the one that it lies in; null where unknown),
        `iso_3166_2`, `name` (as in ISO 3166-2), `kind` (as the vocabulary has it; null where the division is a
        municipality), `is_first_level`, `is_division` (false where the hint names what lies in it or its seat),
        `is_seat` (the division is called after the town in it).
    """
    if cache_dir is None:
        return _make()
    origins = [_LAYOUT, version("pycountry"), LANGUAGES, SEARCH_KEY_SQL, _SORTS, _LINKS, _TOWNS, _COUNTIES]
    files = [SEATS.read_bytes(), NAMES.read_bytes()]
    return kept(cache_dir, "regions", [*(origin.encode() for origin in origins), *files], SCHEMA, _make)


def region_codes(mentions: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Find the mentions whose whole name is a division's.

    Args:
        mentions: `mention`, `text`, `key` (its search key), `country_code`; without a country, the name must be one
            division's in the world.
        known: from `regions`.

    Returns:
        `mention`, `iso_3166_2`, `division_kind` (null where the division is a municipality), `is_seat`; no row where
        no division bears the name, or several do and none of them is alone of the first level.
    """
    divisions = known.filter("is_division").select(
        "hint", "country_code", "iso_3166_2", "kind", "is_first_level", "is_seat"
    )
    text = pl.col("text")
    is_set_off = text.str.contains(r"[(\[,/]")
    before = search_key(text.str.extract(r"^([^(\[,/]*)"))
    asked = pl.concat(
        mentions.filter(some).select("mention", "country_code", hint=hint)
        for some, hint in ((~is_set_off, pl.col("key")), (is_set_off, before))
    )
    # A name of one word has none to spare.
    several_words = asked.filter(pl.col("hint").str.contains(" ", literal=True))
    asked = pl.concat([asked, several_words.with_columns(hint=bare_region(pl.col("hint")))])
    found = pl.concat(
        [
            asked.join(divisions, on=["hint", "country_code"]).drop("country_code"),
            asked.filter(pl.col("country_code").is_null()).drop("country_code")
            .join(divisions.drop("country_code"), on="hint"),
        ],
        how="diagonal",
    ).unique(["mention", "iso_3166_2"])  # fmt: skip
    several = pl.len().over("mention") > 1
    return (
        found.filter(~several | (pl.col("is_first_level") & (pl.col("is_first_level").sum().over("mention") == 1)))
        .sort("mention")
        .select("mention", "iso_3166_2", "is_seat", division_kind="kind")
    )


def region_code_of(names: pl.Series, countries: pl.Series, known: pl.DataFrame) -> pl.Series:
    """Return the ISO 3166-2 code of the division that each text names, null where it names none.

    Args:
        names: texts such as `Argeș County` or `Präfektur Aichi`.
        countries: their ISO 3166-1 alpha-2 codes, of the same length.
        known: from `regions`.
    """
    mentions = pl.DataFrame({"text": names, "country_code": countries}).with_row_index("mention")
    mentions = mentions.with_columns(key=search_key(pl.col("text")))
    return mentions.join(
        region_codes(mentions, known), on="mention", how="left", maintain_order="left"
    )["iso_3166_2"]  # fmt: skip
