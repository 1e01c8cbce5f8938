"""The differences between two releases: counts, sources, partnerships and towns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import polars as pl

from pipeline.curate.previous import attach_previous, create_shared_views
from pipeline.curate.sql import quote, read_sql
from pipeline.errors import TwintownsError, UsageError
from pipeline.publish.folders import REFUSED, current_release, release_path
from pipeline.publish.hints import with_out
from pipeline.report.console import open_console, print_more
from pipeline.report.current import SQL
from schemas import MODELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

#: For each change, the rows: columns by name.
Changes = dict[str, list[dict[str, Any]]]

#: Tables whose rows differ in every release.
_NOT_COUNTED: Final = ("changes", "release", "redirects")
#: Tables that the statement of `changes` reads.
_TABLES: Final = ("release", "redirects", "claims", "partnerships", "towns", "ledger")


def select_releases(out: Path, names: Sequence[str]) -> tuple[Path, Path]:
    """Return the folders of two releases, from which and to which.

    No name: from the release before the current one to the current one. One name: from that release to the current
    one; if that release was refused, the other way round. Two names: from the first to the second.

    Raises:
        UsageError: there is no such release.
    """
    if len(names) > 2:
        raise UsageError("diff compares two releases")
    if len(names) == 2:
        return release_path(out, names[0]), release_path(out, names[1])
    current = current_release(out)
    if current is None:
        raise UsageError(f"{out / 'current'}: no release there yet; make one with: twintowns build{with_out(out)}")
    if names:
        release = release_path(out, names[0])
        return (current, release) if release.parent.name == REFUSED else (release, current)
    previous = _previous_of(current)
    if previous is None:
        raise UsageError(f"{current.name} is the first release; there is none before it to compare it with")
    return release_path(out, previous), current


def _previous_of(release: Path) -> str | None:
    path = release / "release.parquet"
    try:
        return pl.read_parquet(path)["previous_release_id"].item()  # type: ignore[no-any-return]
    except (OSError, pl.exceptions.PolarsError) as error:
        raise TwintownsError(f"{path}: cannot be read ({error}); see: twintowns verify {release}") from error


def compare_releases(old: Path, new: Path) -> dict[str, Any]:
    """Compare two releases.

    Returns:
        `from`, `to`; `rows`: for each table whose number of rows differs, both; `sources`: for each source that
        differs, rows read, rejected and snapshots in both; `partnerships`, `towns`: lists `added`, `removed` (with
        `now`, the id that replaces it, if any) and `changed` (column, old and new value), with names.

    Raises:
        TwintownsError: a release cannot be read.
    """
    try:
        with duckdb.connect() as connection:
            for name in _TABLES:
                connection.execute(f"CREATE VIEW {name} AS FROM read_parquet({quote(_file(new, name))})")
            attach_previous(connection, old)
            create_shared_views(connection)
            changes = connection.sql(f"SELECT * FROM ({read_sql('tables', 'changes')})").pl()
            return {
                "from": old.name,
                "to": new.name,
                "rows": _rows(connection, old, new),
                "sources": _sources(connection, old, new),
                "partnerships": _entities(connection, changes, "partnership", "diff_partnerships"),
                "towns": _entities(connection, changes, "town", "diff_towns"),
            }
    except duckdb.Error as error:
        raise TwintownsError(f"{old}, {new}: cannot be compared ({error}); see: twintowns verify RELEASE") from error


def _file(release: Path, table: str) -> str:
    return str(release / f"{table}.parquet")


def _rows(connection: duckdb.DuckDBPyConnection, old: Path, new: Path) -> dict[str, list[int]]:
    """Return the number of rows in both releases of each table where it differs."""
    rows = {}
    for name in MODELS:
        if name not in _NOT_COUNTED and Path(_file(old, name)).exists():
            counts = [
                connection.read_parquet(_file(release, name)).count("*").fetchall()[0][0] for release in (old, new)
            ]
            if counts[0] != counts[1]:
                rows[name] = counts
    return rows


def _sources(connection: duckdb.DuckDBPyConnection, old: Path, new: Path) -> list[dict[str, Any]]:
    """Return the values in both releases of each source where any differs."""
    statement = read_sql(SQL, "diff_sources")
    columns = ("snapshot_id", "as_of_date", "rows_read", "rows_rejected", "claims_made")
    before, now = (
        connection.sql(statement, params={name: _file(release, name) for name in ("snapshots", "ledger")}).pl()
        for release in (old, new)
    )
    both = before.join(now, on="source_id", how="full", suffix="_now", coalesce=True).sort("source_id")
    return [
        {"source_id": row["source_id"]} | {name: [row[name], row[f"{name}_now"]] for name in columns}
        for row in both.iter_rows(named=True)
        if any(row[name] != row[f"{name}_now"] for name in columns)
    ]


def _entities(connection: duckdb.DuckDBPyConnection, changes: pl.DataFrame, entity: str, statement: str) -> Changes:
    """Return what was added, removed and changed, with names, sorted by name."""
    entities = connection.sql(read_sql(SQL, statement)).pl()
    redirects = connection.sql("SELECT old_id AS entity_id, new_id AS now FROM redirects").pl()
    changed = (
        changes.filter(pl.col("entity") == entity)
        .join(redirects, on="entity_id", how="left")
        .join(entities, on="entity_id", how="left")
    )
    facts = [name for name in entities.columns if name not in ("entity_id", "name")]
    columns = {
        "added": ["entity_id", "name", *facts],
        "removed": ["entity_id", "name", "now", *facts],
        "changed": ["entity_id", "name", "column_name", "old_value", "new_value"],
    }
    return {
        change: changed.filter(pl.col("change") == change)
        .select(names)
        .sort("name", *names, nulls_last=True)
        .to_dicts()
        for change, names in columns.items()
    }


def print_diff(diff: dict[str, Any], limit: int) -> None:
    """Print what `compare_releases` returns, at most `limit` rows of each kind of change."""
    console = open_console()
    console.print(f"[bold]{diff['from']}[/] → [bold]{diff['to']}[/]")
    for name, (old, new) in diff["rows"].items():
        console.print(f"  {name:22} {old:>9,} → {new:>9,}  ({new - old:+,})")
    for source in diff["sources"]:
        _print_source(console, source)
    for table in ("partnerships", "towns"):
        _print_present(console, table, diff[table], limit)
        _print_changed(console, table, diff[table]["changed"], limit)
    changes = [*diff["partnerships"].values(), *diff["towns"].values()]
    if not (diff["rows"] or diff["sources"] or any(changes)):
        console.print("no partnership, town, source or count differs")


def _print_source(console: Console, source: dict[str, Any]) -> None:
    old, new = source["rows_read"]
    before, now = source["snapshot_id"]
    state = "new" if before is None else "gone" if now is None else "changed"
    as_of = " → ".join(dict.fromkeys(str(date) for date in source["as_of_date"] if date))
    rejected = " → ".join(dict.fromkeys(f"{count or 0:,}" for count in source["rows_rejected"]))
    console.print(
        f"source [bold]{source['source_id']}[/] {state}: rows {old or 0:,} → {new or 0:,}, "
        f"rejected {rejected}, as of {as_of}"
    )


def _print_present(console: Console, table: str, changes: Changes, limit: int) -> None:
    """Print the rows that only one of the releases has."""
    for change, sign in (("added", "+"), ("removed", "−")):
        rows = changes[change]
        if not rows:
            continue
        moved = sum(1 for row in rows if row.get("now"))
        more = f", {moved:,} of them under another id now" if moved else ""
        console.print(f"[bold]{table} {change}: {len(rows):,}[/]{more}")
        for row in rows[:limit]:
            facts = [str(row[name]) for name in ("start_year", "status", "country_code", "kind") if row.get(name)]
            facts += [f"now {row['now']}"] if row.get("now") else []
            console.out(f"  {sign} {row['name']} ({', '.join(facts)})")
        print_more(console, len(rows), limit, ", or --json")


def _print_changed(console: Console, table: str, rows: list[dict[str, Any]], limit: int) -> None:
    if not rows:
        return
    columns = pl.Series([row["column_name"] for row in rows]).value_counts(sort=True, name="count")
    by_column = ", ".join(f"{name} {count:,}" for name, count in columns.iter_rows())
    entities = len({row["entity_id"] for row in rows})
    console.print(f"[bold]{table} changed: {entities:,}[/] ({by_column})")
    for row in rows[:limit]:
        console.out(f"  ~ {row['name']}: {row['column_name']} {row['old_value']} → {row['new_value']}")
    print_more(console, len(rows), limit, ", or --json")
