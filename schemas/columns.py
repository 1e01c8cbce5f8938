"""Columns that several tables have. Each is defined once, so that a name means the same everywhere.

A column is a partial `pandera` field, which a model calls: `town_id: pl.String = c.town_id()`. The call can set another
description, or `nullable=True`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandera.polars as pa
import polars as pl

from schemas import vocabularies as v

if TYPE_CHECKING:
    from enum import StrEnum

EARLIEST_YEAR = 500
LATEST_YEAR = 2200

Field = partial[Any]


def category(vocabulary: type[StrEnum], description: str) -> Field:
    """Return a column whose values are the words of a vocabulary."""
    words = [member.value for member in vocabulary]
    return partial(pa.Field, isin=words, description=description, metadata={"vocabulary": vocabulary})


def measure(unit: str, description: str, minimum: float | None = None, maximum: float | None = None) -> Field:
    """Return a column of numbers in a unit."""
    return partial(pa.Field, ge=minimum, le=maximum, description=description, metadata={"unit": unit})


def minted_id(prefix: str, description: str) -> Field:
    """Return a column of ids that are a letter and 16 hex digits of a hash."""
    return partial(pa.Field, str_matches=f"^{prefix}[0-9a-f]{{16}}$", description=description)


# identifiers
town_id = partial(
    pa.Field,
    str_matches=r"^(gn[0-9]+|Q[1-9][0-9]*|x[0-9a-f]{16})$",
    description="Stable id of a town: gn… (GeoNames), Q… (Wikidata) or x… (in no gazetteer).",
)
partnership_id = minted_id("p", "Stable id of a partnership: a hash of its two town ids in sorted order.")
claim_id = minted_id("c", "Stable id of a claim: a hash of its source and of what the row says.")
group_id = minted_id("g", "Id of a group.")
source_id = partial(pa.Field, str_matches=r"^[a-z][a-z0-9_]*$", description="Id of a declared source.")
snapshot_id = partial(pa.Field, description="Id of the raw bytes that were read: source/file@sha256 (12 digits).")
locator = partial(pa.Field, description="Where in the snapshot: a line, a row, a page and line, or a statement id.")

# texts
text = partial(pa.Field)
town_text = partial(pa.Field, description="The town as the source prints it.")
evidence_url = partial(pa.Field, nullable=True, description="Page that the source gives as evidence.")
note = partial(pa.Field, nullable=True, description="Remark that the source makes.")
publisher = partial(pa.Field, description="Who publishes the claim; a row can name its own publisher.")
name = partial(pa.Field)

# categories
form = category(v.Form, "What was agreed.")
status = category(v.Status, "Whether the link is active; one that is no longer listed has not necessarily ended.")
event = category(v.Event, "What happened.")
end_cause = category(v.EndCause, "Why it ended.")
authority = category(v.Authority, "Who makes the claim; it decides which value wins.")
family = partial(pa.Field, description="Sources that copy one another share a family and count once.")
located_by = category(v.LocatedBy, "The evidence by which the town was located.")
location_score = partial(pa.Field, ge=0, le=1, description="How certain the location is: from 0 to 1.")

# dates
start_date = partial(
    pa.Field, nullable=True, description="First day of the interval in which it began; read it with its precision."
)
start_precision = category(v.Precision, "How exact the start is.")
end_date = partial(
    pa.Field, nullable=True, description="First day of the interval in which it ended; read it with its precision."
)
end_precision = category(v.Precision, "How exact the end is.")
year = partial(pa.Field, nullable=True, ge=EARLIEST_YEAR, le=LATEST_YEAR, metadata={"unit": "year"})

# places
country_code = partial(
    pa.Field,
    nullable=True,
    str_matches=r"^[A-Z]{2}$",
    description="Today's country, ISO 3166-1 alpha-2 (XK for Kosovo).",
)
state_at_start = partial(
    pa.Field,
    nullable=True,
    description="State of the town at the start, such as East Germany; null where start date or region do not tell.",
)
latitude = measure("degree", "Latitude, WGS 84.", -90, 90)
longitude = measure("degree", "Longitude, WGS 84.", -180, 180)
population = measure("person", "Inhabitants; null where unknown.", 0)
geonames_id = partial(pa.Field, nullable=True, ge=1, description="GeoNames id.")
wikidata_id = partial(pa.Field, nullable=True, str_matches=r"^Q[1-9][0-9]*$", description="Wikidata id.")

# figures
count = partial(pa.Field, ge=0)
flag = partial(pa.Field)


def fits_precision(side: str) -> pl.Expr:
    """Return whether `{side}_date` is the first day of the interval that `{side}_precision` names."""
    date, precision = pl.col(f"{side}_date"), pl.col(f"{side}_precision")
    first_of_year = (date.dt.month() == 1) & (date.dt.day() == 1)
    return (
        pl.when(precision == "month")
        .then(date.dt.day() == 1)
        .when(precision == "year")
        .then(first_of_year)
        .when(precision == "decade")
        .then(first_of_year & (date.dt.year() % 10 == 0))
        .when(precision == "century")
        .then(first_of_year & (date.dt.year() % 100 == 1))
        .otherwise(pl.lit(value=True))
    )
