"""The inputs of curation: frames of the earlier stages and reviewed tables, under the names that the SQL uses."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.cache import cache_folder
from pipeline.gazetteer.country_list import countries_of_today, country_borders
from pipeline.gazetteer.regions import regions
from schemas import Snapshots, Sources, check_table
from schemas.handover import (
    Candidates,
    LocatedAwards,
    LocatedClaims,
    LocatedMembers,
    LocatedMentions,
    StatedFigures,
)

if TYPE_CHECKING:
    import duckdb

    from pipeline.gazetteer.gazetteer import Gazetteer
    from pipeline.locate import LinkageResult
    from pipeline.raw_store.manifest import Snapshot
    from pipeline.sources import Declaration
    from pipeline.validate import Checked
    from schemas import TableModel

FORMER_STATES: Final = Path(__file__).with_name("former_states.csv")


@dataclass(frozen=True)
class UsedSource:
    """A declared source with the snapshots that were read, or the reason why none was."""

    declaration: Declaration
    snapshots: tuple[Snapshot, ...] = ()
    reason_unused: str | None = None


@dataclass(frozen=True)
class Inputs:
    """Everything that a release is curated from.

    Attributes:
        sources: every declared source.
        checked: accepted claims, awards and members with the ids of their towns, figures; rejects, findings, ledger.
        located: the town of each mention.
        gazetteer: places and their names.
    """

    sources: tuple[UsedSource, ...]
    checked: Checked
    located: LinkageResult
    gazetteer: Gazetteer


def register_inputs(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    """Register the inputs with a connection. DuckDB reads the frames in place, without a copy.

    Raises:
        ContractError: a frame breaks the contract between its stage and this one.
    """
    checked, located, gazetteer = inputs.checked, inputs.located, inputs.gazetteer
    frames = {
        "declared_sources": _declared_sources(inputs.sources),
        "read_snapshots": _read_snapshots(inputs.sources),
        "accounts": checked.ledger,
        "rejected_rows": checked.rejects,
        "earlier_findings": checked.findings,
        "item_names": checked.item_names,
        "located_claims": check_table(LocatedClaims, checked.claims),
        "located_awards": _coerce_and_check(LocatedAwards, checked.awards),
        "located_members": _coerce_and_check(LocatedMembers, checked.group_members),
        "stated_figures": _coerce_and_check(StatedFigures, checked.figures),
        "located_mentions": _coerce_and_check(LocatedMentions, located.mentions),
        "candidates": _coerce_and_check(Candidates, located.candidates),
        "places": gazetteer.places,
        "place_names": gazetteer.names_of(located.mentions["town_id"]),
        "divisions": regions(cache_folder()).select("hint", "country_code", "admin1_code", "is_first_level"),
        "former_states": former_states(),
        "countries_of_today": countries_of_today(),
        "country_borders": country_borders(),
    }
    for name, frame in frames.items():
        connection.register(name, frame)


def _coerce_and_check(model: type[TableModel], frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of a model, in its types; a frame without columns becomes one without rows."""
    return check_table(model, model.coerce(frame))


def _declared_sources(sources: tuple[UsedSource, ...]) -> pl.DataFrame:
    declared = [name for name in Sources.dtypes() if name not in ("source_id", "is_used", "reason_unused")]
    rows = [
        {
            "source_id": source.declaration.id,
            **{name: str(getattr(source.declaration, name)) for name in declared},
            "reason_unused": source.reason_unused,
        }
        for source in sources
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("source_id", *declared, "reason_unused"), pl.String))


def _read_snapshots(sources: tuple[UsedSource, ...]) -> pl.DataFrame:
    schema = Snapshots.dtypes()
    rows = [{name: getattr(snapshot, name) for name in schema} for source in sources for snapshot in source.snapshots]
    return pl.DataFrame(rows, schema=schema)


@functools.cache
def former_states() -> pl.DataFrame:
    """Return the reviewed rules that say to which state the towns of today's countries belonged, and when.

    A rule is valid from `valid_from` until the day before `valid_to`. It can be limited to first-level divisions
    (`admin1_codes` of GeoNames), by latitude, or by name (`name_pattern`, a regular expression on the search key). The
    narrower rule wins. A rule without a state says that the table cannot tell. `state_code` is the alpha-4 code of ISO
    3166-3 for former states, and the code of ISO 3166-1 for those that still exist.

    Returns:
        The columns of the file, and `rule` (a number) and `narrowness` (1 country, 2 region, 3 name).
    """
    rules = pl.read_csv(FORMER_STATES, infer_schema=False).with_columns(
        pl.col("min_latitude", "max_latitude").cast(pl.Float64), pl.col("valid_from", "valid_to").str.to_date()
    )
    by_region = pl.any_horizontal(pl.col("admin1_codes", "min_latitude", "max_latitude").is_not_null())
    narrowness = pl.when(pl.col("name_pattern").is_not_null()).then(3).when(by_region).then(2).otherwise(1)
    return rules.with_row_index("rule").with_columns(pl.col("admin1_codes").str.split(" "), narrowness=narrowness)
