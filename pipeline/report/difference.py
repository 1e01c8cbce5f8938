"""What differs between two releases, in the words of whoever reads the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import TwintownsError, UsageError
from pipeline.publish.changes import compare, labels
from pipeline.publish.folders import REFUSED, current_release, release_path
from pipeline.report.console import open_console
from schemas import PARTNERSHIPS, TABLES, TOWNS, Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

_NEVER_COMPARED = ("changes", "release", "redirects")


def choose_two(out: Path, names: Sequence[str]) -> tuple[Path, Path]:
    """Return the releases that are meant: from which, to which.

    None named: from the one before the current one to the current one. One: from that to the current one; one that
    was refused is compared with the current one the other way round. Two: from the first to the second.

    Raises:
        UsageError: there is no such release.
    """
    if len(names) > 2:
        raise UsageError("diff compares two releases")
    if len(names) == 2:
        return release_path(out, names[0]), release_path(out, names[1])
    current = current_release(out)
    if current is None:
        raise UsageError(f"{out / 'current'}: no release there yet; make one with: twintowns build")
    if names:
        one = release_path(out, names[0])
        return (current, one) if one.parent.name == REFUSED else (one, current)
    previous = _read(current, "release")["previous_release_id"].item()
    if previous is None:
        raise UsageError(f"{current.name} is the first release; there is none before it to compare it with")
    return release_path(out, previous), current


def difference(old: Path, new: Path) -> dict[str, Any]:
    """Compare two releases.

    Returns:
        `from`, `to`; `rows`: for each table whose number of rows differs, both; `sources`: for each source that
        differs, rows read, rejected and snapshots in both; `partnerships`, `towns`: lists `added`, `removed` (with
        `now`, the id that it is now, if any) and `changed` (column, old and new value) with what each is called.
    """
    tables = [{table.name: _read(path, table.name) for table in TABLES} for path in (old, new)]
    before, after = tables
    rows = {
        name: [before[name].height, after[name].height]
        for name in before
        if name not in _NEVER_COMPARED and before[name].height != after[name].height
    }
    return {
        "from": old.name, "to": new.name, "rows": rows, "sources": _sources(before, after),
        "partnerships": _entities(before, after, PARTNERSHIPS), "towns": _entities(before, after, TOWNS),
    }  # fmt: skip


def _read(path: Path, table: str) -> pl.DataFrame:
    try:
        return pl.read_parquet(path / f"{table}.parquet")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise TwintownsError(
            f"{path / table}.parquet: cannot be read ({error}); see: twintowns verify {path}"
        ) from error


def _sources(before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame]) -> list[dict[str, Any]]:
    made = []
    for tables in (before, after):
        ledger = tables["ledger"].group_by("source_id").agg(pl.col("rows_read", "rows_rejected", "claims_made").sum())
        snapshots = (
            tables["snapshots"].sort("snapshot_id").group_by("source_id")
            .agg(pl.col("snapshot_id"), as_of_date=pl.col("as_of_date").max().cast(pl.String))
        )  # fmt: skip
        made.append(snapshots.join(ledger, on="source_id", how="left"))
    both = made[0].join(made[1], on="source_id", how="full", suffix="_now", coalesce=True).sort("source_id")
    columns = ("snapshot_id", "as_of_date", "rows_read", "rows_rejected", "claims_made")
    return [
        {"source_id": row["source_id"]} | {name: [row[name], row[f"{name}_now"]] for name in columns}
        for row in both.iter_rows(named=True)
        if any(row[name] != row[f"{name}_now"] for name in columns)
    ]


def _entities(
    before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame], contract: Table
) -> dict[str, list[dict[str, Any]]]:
    """List what was added, removed and changed, by what it is called."""
    table, [key] = contract.name, contract.key
    redirects = after["redirects"].select(entity_id="old_id", now="new_id")
    found = compare(before, after, contract).join(redirects, on="entity_id", how="left")
    facts = ["start_year", "status", "source_count"] if table == "partnerships" else ["country_code", "kind"]
    known = pl.concat(
        [after[table].select(key, *facts), before[table].join(after[table], on=key, how="anti").select(key, *facts)]
    )
    found = found.join(known, left_on="entity_id", right_on=key, how="left")
    label = pl.coalesce("new_value", "old_value")
    found = found.join(_names(before, after, contract), on="entity_id", how="left").with_columns(
        name=pl.coalesce("name", pl.when(pl.col("column_name").is_null()).then(label))
    )
    listed: dict[str, list[dict[str, Any]]] = {}
    for change, columns in (
        ("added", ["entity_id", "name", *facts]),
        ("removed", ["entity_id", "name", "now", *facts]),
        ("changed", ["entity_id", "name", "column_name", "old_value", "new_value"]),
    ):
        rows = found.filter(pl.col("change") == change).select(columns).sort("name", *columns, nulls_last=True)
        listed[change] = rows.to_dicts()
    return listed


def _names(before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame], contract: Table) -> pl.DataFrame:
    new, old = (labels(tables, contract, tables[contract.name].select(contract.key)) for tables in (after, before))
    return pl.concat([new, old.join(new, on="entity_id", how="anti")])


def print_difference(found: dict[str, Any], limit: int) -> None:
    """Print it: counts, sources, then what came, went and changed."""
    screen = open_console()
    screen.print(f"[bold]{found['from']}[/] → [bold]{found['to']}[/]")
    for name, (old, new) in found["rows"].items():
        screen.print(f"  {name:22} {old:>9,} → {new:>9,}  ({new - old:+,})")
    for one in found["sources"]:
        _print_source(screen, one)
    for table in ("partnerships", "towns"):
        _print_entities(screen, table, found[table], limit)
    lists = [*found["partnerships"].values(), *found["towns"].values()]
    if not (found["rows"] or found["sources"] or any(lists)):
        screen.print("no partnership, town, source or count differs")


def _print_source(screen: Console, one: dict[str, Any]) -> None:
    old, new = one["rows_read"]
    words = "new" if one["snapshot_id"][0] is None else "gone" if one["snapshot_id"][1] is None else ""
    as_of = " → ".join(dict.fromkeys(str(date) for date in one["as_of_date"] if date))
    rejected = " → ".join(dict.fromkeys(f"{count or 0:,}" for count in one["rows_rejected"]))
    screen.print(
        f"source [bold]{one['source_id']}[/] {words or 'changed'}: rows {old or 0:,} → {new or 0:,}, "
        f"rejected {rejected}, as of {as_of}",
        soft_wrap=True,
    )


def _print_entities(screen: Console, table: str, lists: dict[str, list[dict[str, Any]]], limit: int) -> None:
    for change, sign in (("added", "+"), ("removed", "−")):
        rows = lists[change]
        if not rows:
            continue
        moved = sum(1 for row in rows if row.get("now"))
        more = f", {moved:,} of them under another id now" if moved else ""
        screen.print(f"[bold]{table} {change}: {len(rows):,}[/]{more}")
        for row in rows[:limit]:
            facts = [str(row[name]) for name in ("start_year", "status", "country_code", "kind") if row.get(name)]
            facts += [f"now {row['now']}"] if row.get("now") else []
            screen.print(f"  {sign} {row['name']} ({', '.join(facts)})", markup=False, soft_wrap=True)
        _print_rest(screen, len(rows), limit)
    if changed := lists["changed"]:
        columns = pl.Series([row["column_name"] for row in changed]).value_counts(sort=True, name="n")
        tally = ", ".join(f"{name} {count:,}" for name, count in columns.iter_rows())
        count = len({row["entity_id"] for row in changed})
        screen.print(f"[bold]{table} changed: {count:,}[/] ({tally})", soft_wrap=True)
        for row in changed[:limit]:
            screen.print(
                f"  ~ {row['name']}: {row['column_name']} {row['old_value']} → {row['new_value']}",
                markup=False, soft_wrap=True,
            )  # fmt: skip
        _print_rest(screen, len(changed), limit)


def _print_rest(screen: Console, count: int, limit: int) -> None:
    if count > limit:
        screen.print(f"  … and {count - limit:,} more (--limit {count}, or --json)", markup=False)
