"""What a build made, as a person reads it in a terminal."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
from rich.table import Table

from pipeline.publish.hints import with_out, with_sources
from pipeline.report.console import open_console
from schemas import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from pipeline.build import Built

_BAR = 44


def summarise(built: Built) -> dict[str, Any]:
    """Return the figures of a build, for `--json` and for the tables below."""
    tables = built.tables
    claims, towns, partnerships = CLAIMS.compact(tables["claims"]), tables["towns"], tables["partnerships"]
    made = (
        claims.group_by("source_id")
        .agg(located=(pl.all_horizontal(pl.col("town_id", "partner_id").cat.starts_with("x").not_())).mean())
        .with_columns(pl.col("source_id").cast(pl.String))
    )
    sources = (
        tables["ledger"].group_by("source_id")
        .agg(pl.col("rows_read", "rows_used", "rows_rejected", "rows_ignored", "claims_made").sum())
        .join(made, on="source_id", how="left").sort("source_id")
    )  # fmt: skip
    return {
        "release_id": built.published.release_id,
        "path": str(built.published.path),
        "is_new": built.published.is_new,
        "partnerships": partnerships.height,
        "with_start": partnerships["start_date"].count(),
        "conflicts": partnerships.filter(pl.col("start_agreement") == "conflict").height,
        "towns": towns.height,
        "towns_placed": towns["latitude"].count(),
        "countries": towns["country_code"].drop_nulls().n_unique(),
        "claims": claims.height,
        "rejects": tables["rejects"].height,
        "findings": tables["findings"].height,
        "sources": sources.to_dicts(),
        "per_decade": _per_decade(built.published.path),
        "notes": list(built.notes),
    }


def _per_decade(release: Path) -> list[dict[str, Any]]:
    with duckdb.connect(release / "twintowns.duckdb", read_only=True) as connection:
        rows = connection.execute("SELECT decade, partnerships FROM partnerships_per_decade").fetchall()
    return [{"decade": decade, "partnerships": count} for decade, count in rows]


def print_summary(built: Built, out: Path, sources: Sequence[Path] = ()) -> None:
    """Print what was made, partnerships per decade as bars, and the next command to try.

    Args:
        built: what was made.
        out: the folder that it was written to.
        sources: folders of declarations besides the pipeline's own.
    """
    figures = summarise(built)
    console = open_console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("source")
    for heading in ("rows", "claims", "rejected", "ignored", "placed"):
        table.add_column(heading, justify="right")
    for row in figures["sources"]:
        placed = "" if row["located"] is None else f"{row['located']:.0%}"
        table.add_row(
            row["source_id"],
            *(f"{row[name]:,}" for name in ("rows_read", "claims_made", "rows_rejected", "rows_ignored")),
            placed,
        )
    console.print(table)
    console.print()
    largest = max((row["partnerships"] for row in figures["per_decade"] if row["decade"] is not None), default=1)
    for row in figures["per_decade"]:
        _print_bar(console, row, largest)
    console.print()
    console.print(
        f"[bold]{_count(figures['partnerships'], 'partnerships')}[/] between {_count(figures['towns'], 'towns')}, "
        f"{figures['countries']} countries; {figures['with_start']:,} with a start, "
        f"{figures['conflicts']:,} of these disputed; "
        f"rejected: {figures['rejects']:,}, findings: {figures['findings']:,}.",
        soft_wrap=True,
    )
    for note in figures["notes"]:
        console.print(f"[yellow]not read:[/] {note}", soft_wrap=True)
    state = "new release" if figures["is_new"] else "nothing changed since release"
    console.print(f"{state} {figures['release_id']} in {out / 'current'}", soft_wrap=True)
    console.print()
    console.print("Next:", style="bold")
    program = "twintowns" if shutil.which("twintowns") else ".venv/bin/twintowns"
    where = with_out(out)
    town = _best_connected(built)
    question = f"FROM partners_of('{town}')" if town else "FROM towns"
    for command, what in (
        (f'query "{question}"', "ask the database"),
        ("rejects", "what was refused, and why"),
        (f"sources{with_sources(sources)}", "what is declared, and what could be fetched"),
    ):
        console.print(f"  {program} {command}{where}   # {what}", markup=False, soft_wrap=True)


def _best_connected(built: Built) -> str | None:
    """Return the name of the town with the most partners, as one to begin with; None where no town has any."""
    pairs = built.tables["partnerships"]
    if pairs.is_empty():
        return None
    degrees = pl.concat([pairs["town_a_id"], pairs["town_b_id"].alias("town_a_id")]).value_counts(name="partners")
    best = degrees.sort("partners", "town_a_id", descending=[True, False])["town_a_id"][0]
    name: str = built.tables["towns"].row(by_predicate=pl.col("town_id") == best, named=True)["name"]
    return name.replace("'", "''")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number != 1 else f"1 {what.removesuffix('s')}"


def _print_bar(console: Console, row: dict[str, Any], largest: int) -> None:
    label = "unknown" if row["decade"] is None else f"{row['decade']}s"
    # Undated links are many: their bar would dwarf all others, so it is shown as a number alone.
    bar = "" if row["decade"] is None else "█" * max(1, round(_BAR * row["partnerships"] / largest))
    console.print(f"{label:>8} {row['partnerships']:>7,} {bar}", style="dim" if row["decade"] is None else None)


def print_rejects(rejects: pl.DataFrame, limit: int) -> None:
    """Print refused rows, and why, by source."""
    console = open_console()
    if rejects.is_empty():
        console.print("No rows were rejected.")
        return
    counts = rejects.group_by("source_id", "rules").len().sort("source_id", "len", descending=[False, True])
    for source_id, rules, count in counts.iter_rows():
        console.print(f"[bold]{source_id}[/]: {count:,} × {rules}")
        shown = rejects.filter((pl.col("source_id") == source_id) & (pl.col("rules") == rules)).head(limit)
        for row in shown.iter_rows(named=True):
            console.print(f"  {row['snapshot_id']}, {row['locator']}: {row['message']}", markup=False, soft_wrap=True)
            console.print(f"    {row['row_json']}", markup=False, style="dim", soft_wrap=True)
        if count > limit:
            console.print(f"  … and {count - limit:,} more (--limit {count})", markup=False)


def print_mention(found: dict[str, Any]) -> None:
    """Print which town a name means, by which evidence, and what else it might have meant."""
    console = open_console()
    if found["name"]:
        console.print(
            f"[bold]{found['text']}[/] is [bold]{found['name']}[/] ({found['town_id']}), "
            f"{found['latitude']:.3f} {found['longitude']:.3f}"
        )
    else:
        console.print(f"[bold]{found['text']}[/] is not placed; it keeps the id {found['town_id']}")
    console.print(f"{found['kind']}, by {found['located_by']}, score {found['score']:.2f}")
    if found["candidates"]:
        console.print("other candidates:" if found["name"] else "candidates:", style="bold")
        for one in found["candidates"]:
            console.print(
                f"  {one['candidate_id']:12} {one['name']} (division {one['admin1_code']}): {one['evidence']}",
                markup=False, soft_wrap=True,
            )  # fmt: skip
        console.print("a region, a town close by (--near) or a correction tells them apart", style="dim")


def print_unplaced(unplaced: pl.DataFrame, limit: int) -> None:
    """Print what could not be placed, and why."""
    console = open_console()
    for claims, text, country, kind, why in unplaced.head(limit).iter_rows():
        console.print(f"{claims:>6,}  {text}, {country or 'no country'} [{kind}]: {why}", markup=False, soft_wrap=True)
    console.print(f"not placed: {_count(unplaced.height, 'names')}", style="bold")


def print_sources(rows: list[dict[str, Any]]) -> None:
    """Print what is declared."""
    console = open_console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    cells = [
        {
            "source": row["source_id"], "on": "on" if row["enabled"] else "off", "lang": row["language"],
            "as of": row["as_of"], "snapshot": row["snapshot"],
            "rows": "" if row["rows"] is None else f"{row['rows']:,}",
        }
        for row in rows
    ]  # fmt: skip
    for heading in cells[0]:
        # In a narrow window the licence is cut, nothing else.
        width = max(len(heading), *(len(one[heading]) for one in cells))
        table.add_column(heading, justify="right" if heading == "rows" else "left", min_width=width)
    table.add_column("licence", no_wrap=True, overflow="ellipsis")
    for row, one in zip(rows, cells, strict=True):
        table.add_row(*one.values(), row["licence"])
    console.print(table)
