"""Every published column, once. A table picks from here; a name means the same thing everywhere."""

from __future__ import annotations

import polars as pl

from schemas import vocabularies as v
from schemas.table import Column

_ID = r"^(gn[0-9]+|Q[1-9][0-9]*|x[0-9a-f]{16})$"
EARLIEST_YEAR = 500
LATEST_YEAR = 2200

# identifiers
town_id = Column(
    "town_id",
    pl.String,
    "Stable id of a town: gn… (GeoNames), Q… (Wikidata) or x… (known to no gazetteer).",
    pattern=_ID,
)
partner_id = town_id.named("partner_id", "Stable id of the partner town.")
partnership_id = Column(
    "partnership_id",
    pl.String,
    "Stable id of a partnership: a hash of its two town ids in sorted order.",
    pattern=r"^p[0-9a-f]{16}$",
    prefix="p",
)
claim_id = Column(
    "claim_id",
    pl.String,
    "Stable id of a statement: a hash of its source and of what the row says.",
    pattern=r"^c[0-9a-f]{16}$",
    prefix="c",
)
source_id = Column("source_id", pl.String, "Id of a declared source.", pattern=r"^[a-z][a-z0-9_]*$")
snapshot_id = Column("snapshot_id", pl.String, "Id of the raw bytes that were read: source/file@sha256 (12 digits).")
group_id = Column("group_id", pl.String, "Id of a group.", pattern=r"^g[0-9a-f]{16}$")
locator = Column(
    "locator",
    pl.String,
    "Where in the snapshot: a line, a row, a page and line, or a statement id.",
    repeats=False,
)

# texts as the source prints them
town_text = Column("town_text", pl.String, "The town as the source prints it.")
partner_text = Column("partner_text", pl.String, "The partner as the source prints it.")
country_text = Column("country_text", pl.String, "The country as the source prints it.", nullable=True)
region_text = Column("region_text", pl.String, "The region as the source prints it.", nullable=True)
start_text = Column("start_text", pl.String, "The start as the source prints it.", nullable=True)
end_text = Column("end_text", pl.String, "The end as the source prints it.", nullable=True)
evidence_url = Column("evidence_url", pl.String, "Page that the source gives as evidence.", nullable=True)
note = Column("note", pl.String, "Remark that the source makes.", nullable=True)
publisher = Column("publisher", pl.String, "Who publishes the statement; a row can name its own.")

# categories
form = Column("form", pl.String, "What was agreed.", vocabulary=v.Form)
status = Column("status", pl.String, "Whether the link is alive; unlisted is not ended.", vocabulary=v.Status)
event = Column("event", pl.String, "What happened.", vocabulary=v.Event)
start_event = Column(
    "start_event",
    pl.String,
    "What the start date dates; null without a date.",
    vocabulary=v.Event,
    nullable=True,
)
end_cause = Column("end_cause", pl.String, "Why it ended.", vocabulary=v.EndCause, nullable=True)
authority = Column("authority", pl.String, "Who speaks; decides which value wins.", vocabulary=v.Authority)
family = Column("family", pl.String, "Sources that copy one another share a family and count once.")
town_kind = Column("kind", pl.String, "What sort of body takes part.", vocabulary=v.TownKind)
located_by = Column("located_by", pl.String, "Which evidence told which town is meant.", vocabulary=v.LocatedBy)
location_score = Column(
    "location_score",
    pl.Float64,
    "How certain the identification is: 0 none, 1 certain.",
    minimum=0,
    maximum=1,
)

# dates
start_date = Column(
    "start_date",
    pl.Date,
    "First day of the interval in which it began; read it with its precision.",
    nullable=True,
)
start_precision = Column("start_precision", pl.String, "How exact the start is.", vocabulary=v.Precision)
start_year = Column(
    "start_year",
    pl.Int32,
    "Year of the start; null for a decade or coarser.",
    unit="year",
    nullable=True,
    minimum=EARLIEST_YEAR,
    maximum=LATEST_YEAR,
)
end_date = Column(
    "end_date",
    pl.Date,
    "First day of the interval in which it ended; read it with its precision.",
    nullable=True,
)
end_precision = Column("end_precision", pl.String, "How exact the end is.", vocabulary=v.Precision)
end_year = start_year.named("end_year", "Year of the end; null for a decade or coarser.")

# places
name = Column("name", pl.String, "Name.")
country_code = Column(
    "country_code",
    pl.String,
    "Today's country, ISO 3166-1 alpha-2 (XK for Kosovo).",
    nullable=True,
    pattern=r"^[A-Z]{2}$",
)
state_at_start = Column(
    "state_at_start",
    pl.String,
    "State that the town belonged to when it began (East Germany); null where start or region leave it open.",
    nullable=True,
)
admin1_code = Column("admin1_code", pl.String, "First-level division as GeoNames codes it.", nullable=True)
latitude = Column("latitude", pl.Float64, "Latitude, WGS 84.", "degree", nullable=True, minimum=-90, maximum=90)
longitude = Column("longitude", pl.Float64, "Longitude, WGS 84.", "degree", nullable=True, minimum=-180, maximum=180)
population = Column("population", pl.Int64, "Inhabitants; null where unknown.", "person", nullable=True, minimum=0)
geonames_id = Column("geonames_id", pl.Int64, "GeoNames id.", nullable=True, minimum=1)
wikidata_id = Column("wikidata_id", pl.String, "Wikidata id.", nullable=True, pattern=r"^Q[1-9][0-9]*$")
distance_km = Column(
    "distance_km",
    pl.Float64,
    "Great-circle distance between the two towns; null where one is not placed.",
    "km",
    nullable=True,
    minimum=0,
    maximum=20040,
)


def count(name: str, description: str) -> Column:
    """Return a column that counts something."""
    return Column(name, pl.Int64, description, minimum=0)


def text(name: str, description: str, *, nullable: bool = False) -> Column:
    """Return a free text column that only one table has."""
    return Column(name, pl.String, description, nullable=nullable)


def year(name: str, description: str) -> Column:
    """Return a nullable year."""
    return start_year.named(name, description)


def flag(name: str, description: str, *, nullable: bool = False) -> Column:
    """Return a true or false column."""
    return Column(name, pl.Boolean, description, nullable=nullable)


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
