"""The command line with a gazetteer of a few places: for tests that refresh often, where no place is looked for.

Run as a script it is `twintowns` with that gazetteer.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any
from unittest import mock

import polars as pl

if TYPE_CHECKING:
    from pipeline.gazetteer.gazetteer import Gazetteer

_PLACES = (
    (2939951, "Coburg", "DE", 50.26, 10.96), (2790101, "Oudenaarde", "BE", 50.85, 3.61),
    (2941405, "Celle", "DE", 52.62, 10.08), (2994087, "Meudon", "FR", 48.81, 2.24),
    (2886242, "Köln", "DE", 50.93, 6.95), (2998324, "Lille", "FR", 50.63, 3.06),
    (3087584, "Racibórz", "PL", 50.09, 18.22), (3068927, "Opava", "CZ", 49.94, 17.9),
    (2855745, "Paderborn", "DE", 51.72, 8.76), (3003603, "Le Mans", "FR", 48.0, 0.2),
    (2652221, "Coventry", "GB", 52.41, -1.51), (2935022, "Dresden", "DE", 51.05, 13.74),
    (3181928, "Bologna", "IT", 44.49, 11.34), (3186886, "Zagreb", "HR", 45.81, 15.98),
    (634963, "Tampere", "FI", 61.5, 23.76), (598098, "Klaipėda", "LT", 55.71, 21.13),
    (2812482, "Weimar", "DE", 50.98, 11.33), (3032213, "Blois", "FR", 47.59, 1.33),
    (2950159, "Berlin", "DE", 52.52, 13.41),
)  # fmt: skip


@functools.cache
def small_gazetteer() -> Gazetteer:
    """Return a gazetteer that knows the towns of `sites.PARTNERS` and few others."""
    from pipeline.gazetteer.gazetteer import PLACES_SCHEMA, Gazetteer, index_names

    rows: list[dict[str, Any]] = [
        {
            "place_id": f"gn{number}", "name": name, "country_code": country, "latitude": latitude,
            "longitude": longitude, "population": 100_000, "geonames_id": number, "kind": "municipality",
            "feature_code": "PPL", "is_populated": True,
        }
        for number, name, country, latitude, longitude in _PLACES
    ]  # fmt: skip
    frame = pl.DataFrame([{name: row.get(name) for name in PLACES_SCHEMA} for row in rows], schema=PLACES_SCHEMA)
    names = index_names(frame.with_columns(other_names=pl.lit([], dtype=pl.List(pl.String))))
    return Gazetteer(frame, names, "small")


def with_small_gazetteer() -> Any:
    """Return a context in which no other gazetteer is loaded."""
    return mock.patch("pipeline.validate.source_reader.load_gazetteer", return_value=small_gazetteer())


if __name__ == "__main__":
    from pipeline.cli import main

    with with_small_gazetteer():
        sys.exit(main())
