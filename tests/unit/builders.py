"""Small declarations, raw files, claims, places and releases, which the unit tests share."""

from __future__ import annotations

import csv
import functools
import io
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import polars.selectors as cs

from pipeline.curate import Inputs, UsedSource
from pipeline.gazetteer.countries import country_names
from pipeline.gazetteer.gazetteer import PLACES_SCHEMA, Gazetteer, index_names
from pipeline.locate import LinkageResult
from pipeline.raw_store.manifest import Snapshot
from pipeline.raw_store.snapshots import describe
from pipeline.readers.raw_files import Received
from pipeline.sources import Declaration
from pipeline.validate import Checked, check_source
from schemas import Claims, Ledger, LocationCandidates, Sources
from schemas.handover import LocatedAwards, LocatedMembers, LocatedMentions, StatedFigures
from schemas.ids import mint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

AS_OF = date(2024, 6, 30)
#: All that a declaration must say.
DECLARED: Mapping[str, Any] = {
    "id": "quelle",
    "title": "A list",
    "publisher": "Publisher",
    "url": "https://example.org",
    "licence": "CC0-1.0",
    "attribution": "Publisher",
    "language": "de",
    "kind": "list",
    "family": "quelle",
    "authority": "list",
    "directions": "one",
    "as_of": AS_OF,
    "files": [{"name": "a.csv"}],
    "columns": {"town": "town", "partner": "partner"},
    "path": Path("quelle.toml"),
}


# Sources and their raw files


def declare(**changes: Any) -> Declaration:
    """Return a declaration that differs from `DECLARED` in what is given."""
    return Declaration.model_validate({**DECLARED, **changes})


def receive(declaration: Declaration, *contents: str | bytes) -> list[Received]:
    """Return the declared files with these contents."""
    return [
        Received(file, describe(declaration, file, raw), raw)
        for file, content in zip(declaration.files, contents, strict=True)
        for raw in [content if isinstance(content, bytes) else content.encode()]
    ]


def workbook(*rows: list[Any], title: str = "Sheet", merge: Sequence[str] = ()) -> bytes:
    """Return an Excel file of one sheet; ranges such as `A1:B2` can be merged."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for cells in merge:
        sheet.merge_cells(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def check(content: str, **changes: Any) -> Checked:
    """Check one CSV file; its columns bear our names unless the changes say otherwise."""
    header = content.split("\n", 1)[0].rstrip("\r").split(",")
    declaration = declare(**{"columns": {name: name for name in header}} | changes)
    return check_source(declaration, receive(declaration, content), country_names())


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a CSV file."""
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue()


def account(checked: Checked) -> tuple[int, int, int, int, int]:
    """Return rows read, used, rejected and ignored, and claims made."""
    counts = checked.ledger.select("rows_read", "rows_used", "rows_rejected", "rows_ignored", "claims_made").sum()
    return counts.row(0)


def values(frame: pl.DataFrame, *columns: str) -> list[Any]:
    """Return what stands in one column, or the rows of several, in a stable order."""
    # Compact columns sort as texts, too.
    rows = frame.select(columns).cast({cs.categorical() | cs.enum(): pl.String}).sort(pl.all(), nulls_last=True)
    return rows.to_series().to_list() if len(columns) == 1 else rows.rows()


# Claims


def claim(number: int = 0, town: str = "gn1", partner: str = "gn2", start: str | None = None, **changes: Any) -> Any:
    """Return a located claim; `1967`, `1967-06`, `1967-06-03` and `1960s` are starts, and ends alike."""
    start_date, start_precision = interval(start)
    end_date, end_precision = interval(changes.pop("end", None))
    source_id = changes.get("source_id", "quelle")
    return {
        "claim_id": f"c{number:016x}",
        "source_id": source_id,
        "snapshot_id": _snapshot(source_id).snapshot_id,
        "locator": f"line {number}",
        "as_of_date": AS_OF,
        "publisher": "P",
        "authority": "list",
        "family": source_id,
        "town_text": town,
        "partner_text": partner,
        "form": "partnership",
        "status": "unknown",
        "status_is_stated": "status" in changes,
        "start_event": "charter_signed" if start else None,
        "start_text": start,
        "start_date": start_date,
        "start_precision": start_precision,
        "end_date": end_date,
        "end_precision": end_precision,
        "claim_rank": "normal",
        "town_id": town,
        "partner_id": partner,
        "town_located_by": "unique_name",
        "partner_located_by": "unique_name",
        "town_location_score": 1.0,
        "partner_location_score": 1.0,
    } | changes


def interval(text: str | None) -> tuple[date | None, str]:
    """Return the first day that a text names, and how exact it is."""
    if text is None:
        return None, "unknown"
    if text.endswith("s"):
        return date(int(text[:4]), 1, 1), "decade"
    return date.fromisoformat(text + "-01-01"[len(text) - 4 :]), {4: "year", 7: "month", 10: "day"}[len(text)]


def claims(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return claims as published, in the order given."""
    frame = pl.DataFrame(list(rows), schema=Claims.dtypes())
    links = frame.select("town_id", "partner_id").rows()
    return frame.with_columns(partnership_id=pl.Series([pair(*link) for link in links], dtype=pl.String))


@functools.cache
def pair(town: str, partner: str) -> str:
    """Return the id of the partnership of two towns."""
    return str(mint("p", pl.Series(["\x1f".join(sorted((town, partner)))])).item())


def sources(frame: pl.DataFrame, directions: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Return the sources of claims, as published."""
    texts = ("title", "publisher", "url", "licence", "attribution", "language", "family")
    rows = [
        dict.fromkeys(texts, name)
        | {"source_id": name, "kind": "list", "authority": "list", "listed_means": "unknown", "is_used": True}
        | {"directions": (directions or {}).get(name, "one")}
        for name in frame["source_id"].unique()
    ]
    return pl.DataFrame(rows, schema=Sources.dtypes())


# Places


def gazetteer(*places: tuple[int, str, str, float, float, int, Sequence[str]], regions: Mapping[int, str]) -> Gazetteer:
    """Return a gazetteer of places: GeoNames id, name, country, latitude, longitude, inhabitants, other names."""
    rows = [
        {
            "place_id": f"gn{number}",
            "name": name,
            "country_code": country,
            "admin1_code": regions.get(number),
            "latitude": latitude,
            "longitude": longitude,
            "population": population,
            "geonames_id": number,
            "kind": "municipality",
            "feature_code": "PPL",
            "is_populated": True,
        }
        for number, name, country, latitude, longitude, population, _ in places
    ]
    frame = pl.DataFrame([{name: row.get(name) for name in PLACES_SCHEMA} for row in rows], schema=PLACES_SCHEMA)
    other_names = pl.Series([list(place[6]) for place in places], dtype=pl.List(pl.String))
    return Gazetteer(frame, index_names(frame.with_columns(other_names=other_names)), "test")


# Releases


def inputs(frame: pl.DataFrame) -> Inputs:
    """Return what a release of these claims is curated from: their sources, and towns that no gazetteer knows."""
    names = frame["source_id"].unique(maintain_order=True)
    ledger = frame.group_by("source_id", "snapshot_id").agg(rows_read=pl.len())
    ledger = ledger.with_columns(rows_used="rows_read", rows_rejected=0, rows_ignored=0, claims_made="rows_read")
    located = frame.cast({"town_id": pl.Categorical(), "partner_id": pl.Categorical()})
    towns = pl.concat([frame["town_id"], frame["partner_id"].alias("town_id")]).unique(maintain_order=True).to_frame()
    mentions = towns.with_row_index("mention").with_columns(
        text=pl.format("Town {}", "town_id"),
        kind=pl.lit("municipality"),
        located_by=pl.lit("unique_name"),
        location_score=pl.lit(1.0),
        is_second_item=pl.lit(value=False),
    )
    nothing = pl.DataFrame()
    return Inputs(
        tuple(UsedSource(declare(id=name, family=name), (_snapshot(name),)) for name in names),
        Checked(
            claims=located,
            awards=LocatedAwards.empty(),
            group_members=LocatedMembers.empty(),
            figures=StatedFigures.empty(),
            ledger=Ledger.coerce(ledger),
        ),
        LinkageResult(LocatedMentions.coerce(mentions), LocationCandidates.empty(), nothing, pl.Series(), nothing),
        gazetteer(regions={}),
    )


@functools.cache
def _snapshot(source_id: str) -> Snapshot:
    return Snapshot(source_id, "a.csv", "a.csv", "0" * 64, 1, AS_OF, None, None, None, "CC0-1.0")
