"""Coordinates, populations and identifiers: text to numbers and ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.sources import SIDES
from pipeline.validate.findings import FindingRule, WithFindings, collect_findings

if TYPE_CHECKING:
    from pipeline.sources.keys import Side

#: The rule that a value breaks when it cannot be read, by the column's name after the side.
_RULES: Final = {
    "latitude": "bad_coordinate",
    "longitude": "bad_coordinate",
    "population": "bad_number",
    "geonames_id": "bad_identifier",
    "wikidata_id": "bad_identifier",
}
_DEGREES: Final = r"([-+]?\d+(?:\.\d+)?)"
_FIRST_POINT: Final = rf"(?i)^\s*(?:POINT|LINESTRING)\s*Z?\s*\(\s*{_DEGREES}\s+{_DEGREES}"
_LAST_POINT: Final = rf"(?i)^\s*(?:POINT|LINESTRING)\s*Z?\s*\((?:.*,)?\s*{_DEGREES}\s+{_DEGREES}[^,]*\)\s*$"
_PAIR: Final = rf"^\s*\(?\s*{_DEGREES}°?\s*[,;\s]\s*{_DEGREES}°?\s*\)?\s*$"
_GROUPED: Final = r"^[1-9]\d{0,2}(?:[.,'’\s]\d{3})+$"
_NUMBERS: Final = {"latitude": pl.Float64, "longitude": pl.Float64, "population": pl.Int64, "geonames_id": pl.Int64}


def read_places(frame: pl.DataFrame) -> WithFindings:
    """Return statements with coordinates, populations and identifiers read; what cannot be read is null."""
    findings = []
    for side in SIDES:
        frame, point_findings = _read_point(frame, side)
        findings += point_findings
        values = _values(frame, side)
        # The text stays under its name until the findings are collected.
        both = frame.with_columns(**{f"{name}_read": value for name, value in values.items()})
        rules = [
            FindingRule(
                pl.col(f"{side}_{name}").is_not_null() & pl.col(f"{name}_read").is_null(), f"{side}_{name}", rule
            )
            for name, rule in _RULES.items()
            if name in values and frame[f"{side}_{name}"].count()
        ]
        columns = {f"{side}_{name}": pl.col(f"{name}_read") for name in values}
        columns |= {f"{side}_{name}": pl.lit(None, dtype) for name, dtype in _NUMBERS.items() if name not in values}
        if "latitude" in values:
            # One coordinate alone is no place, and geocoders print 0/0 where they find nothing.
            latitude, longitude = pl.col("latitude_read"), pl.col("longitude_read")
            is_place = latitude.is_not_null() & longitude.is_not_null() & ((latitude != 0) | (longitude != 0))
            has_any = latitude.is_not_null() | longitude.is_not_null()
            rules.append(FindingRule(has_any & ~is_place.fill_null(value=False), f"{side}_latitude", "no_place"))
            columns |= {f"{side}_{name}": pl.when(is_place).then(f"{name}_read") for name in ("latitude", "longitude")}
        findings += collect_findings(both, rules)
        frame = both.select(columns.get(name, pl.col(name)).alias(name) for name in frame.columns)
    return frame, findings


def _read_point(frame: pl.DataFrame, side: Side) -> WithFindings:
    """Return statements with the coordinates of a point where no other are given.

    Well-known text has the longitude first (of a line the town is the first point, the partner the last); two numbers
    beside each other are latitude and longitude.
    """
    name = f"{side}_point"
    if not frame[name].count():
        return frame, []
    pattern = _FIRST_POINT if side == "town" else _LAST_POINT
    text = pl.col(name)
    longitude = pl.coalesce(text.str.extract(pattern, 1), text.str.extract(_PAIR, 2))
    latitude = pl.coalesce(text.str.extract(pattern, 2), text.str.extract(_PAIR, 1))
    is_bad = text.is_not_null() & latitude.is_null()
    findings = collect_findings(frame, [FindingRule(is_bad, name, "bad_coordinate")])
    return frame.with_columns(
        pl.coalesce(f"{side}_latitude", latitude).alias(f"{side}_latitude"),
        pl.coalesce(f"{side}_longitude", longitude).alias(f"{side}_longitude"),
    ), findings


def _values(frame: pl.DataFrame, side: Side) -> dict[str, pl.Expr]:
    """Return what is read from the columns that are not empty, by the column's name after the side."""
    filled = {name for name in _RULES if frame[f"{side}_{name}"].count()}
    values = {}
    if filled & {"latitude", "longitude"}:
        values["latitude"] = _degrees(frame[f"{side}_latitude"], 90)
        values["longitude"] = _degrees(frame[f"{side}_longitude"], 180)
    if "population" in filled:
        printed = pl.col(f"{side}_population")
        # 152,450, 675.301, 287 228: groups of three digits.
        digits = pl.when(printed.str.contains(_GROUPED)).then(printed.str.replace_all(r"\D", "")).otherwise(printed)
        count = digits.cast(pl.Float64, strict=False)
        values["population"] = pl.when((count >= 0) & (count == count.floor())).then(count.cast(pl.Int64, strict=False))
    if "geonames_id" in filled:
        # An address of GeoNames has the number in its path.
        number = pl.col(f"{side}_geonames_id").str.replace(r"^https?://.*geonames\.org/(\d+)(?:/.*)?$", "$1")
        place_id = number.cast(pl.Int64, strict=False)
        values["geonames_id"] = pl.when(place_id >= 1).then(place_id)
    # Where a language has no name for an item, Wikidata prints the identifier as the label.
    has_labels = frame[side].str.starts_with("Q").any()
    if has_labels or "wikidata_id" in filled:
        label = pl.col(side).str.extract(r"^(Q[1-9][0-9]*)$") if has_labels else pl.lit(None, pl.String)
        values["wikidata_id"] = pl.coalesce(f"{side}_wikidata_id", label).str.extract(r"(Q[1-9][0-9]*)$")
    return values


def _degrees(texts: pl.Series, limit: int) -> pl.Expr:
    """Return degrees between `-limit` and `limit`, with a decimal point or a decimal comma; else null."""
    text = pl.col(texts.name)
    if texts.str.contains(",", literal=True).any():
        text = text.str.replace(r"^(-?\d+),(\d+)$", "$1.$2")
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_not_nan() & (number.abs() <= limit)).then(number)
