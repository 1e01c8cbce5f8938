"""The summary of a build, for a terminal and for `--json`."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING, Any, Final

from pipeline.curate.sql import read_sql
from pipeline.publish.checksums import DATABASE
from pipeline.publish.hints import of_release, with_sources
from pipeline.publish.read_only import open_read_only
from pipeline.report.console import open_console, plain_table
from pipeline.report.current import SQL
from pipeline.report.wording import count_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

    from pipeline.publish.release import Published

#: Characters of the longest bar.
_BAR: Final = 44


def summarise(
    published: Published, notes: Sequence[str], stale: Mapping[str, str], missing: Mapping[str, str]
) -> dict[str, Any]:
    """Return the figures of a build.

    Args:
        published: the current release.
        notes: which sources are on but were never fetched.
        stale: why an older snapshot of a source is in it, by source.
        missing: why no snapshot of a source is in it, by source.
    """
    with open_read_only(published.path / DATABASE) as connection:
        figures: dict[str, Any] = connection.sql(read_sql(SQL, "build_figures")).pl().row(0, named=True)
        sources = connection.sql(read_sql(SQL, "build_sources")).pl().to_dicts()
        decades = connection.sql("SELECT decade, partnerships FROM partnerships_per_decade").pl().to_dicts()
    lists = {"sources": sources, "per_decade": decades, "notes": list(notes)}
    broken = {"stale": dict(stale), "missing": dict(missing)}
    return {"path": str(published.path), "is_new": published.is_new} | figures | lists | broken


def print_summary(summary: dict[str, Any], out: Path, sources: Sequence[Path] = ()) -> None:
    """Print what each source gave, partnerships per decade as bars, the totals, and commands to try next.

    Args:
        summary: from `summarise`.
        out: the folder of the releases.
        sources: folders of further declarations.
    """
    console = open_console()
    console.print(_source_table(summary["sources"]))
    console.print()
    largest = max((row["partnerships"] for row in summary["per_decade"] if row["decade"] is not None), default=1)
    for row in summary["per_decade"]:
        _print_bar(console, row, largest)
    console.print()
    console.print(
        f"[bold]{count_text(summary['partnerships'], 'partnership')}[/] between "
        f"{count_text(summary['towns'], 'town')}, {summary['countries']} countries; "
        f"{summary['with_start']:,} with a start, {summary['conflicts']:,} of these disputed; "
        f"rejected: {summary['rejects']:,}, findings: {summary['findings']:,}."
    )
    for note in summary["notes"]:
        console.print(f"[yellow]not read:[/] {note}")
    for state in ("stale", "missing"):
        for source_id, reason in summary[state].items():
            console.print(f"[yellow]{state}[/] {source_id}: ", end="")
            console.out(reason)
    state = "new release" if summary["is_new"] else "nothing changed since release"
    console.out(f"{state} {summary['release_id']} in {out / 'current'}\n")
    console.print("Next:", style="bold")
    for command, comment in _next_commands(summary["best_connected"], out, sources):
        console.out(f"  {command}   # {comment}")


def _source_table(sources: Iterable[dict[str, Any]]) -> Table:
    table = plain_table()
    table.add_column("source")
    for heading in ("rows", "claims", "rejected", "ignored", "located"):
        table.add_column(heading, justify="right")
    for row in sources:
        counts = (f"{row[name]:,}" for name in ("rows_read", "claims_made", "rows_rejected", "rows_ignored"))
        table.add_row(row["source_id"], *counts, "" if row["located"] is None else f"{row['located']:.0%}")
    return table


def _print_bar(console: Console, row: dict[str, Any], largest: int) -> None:
    if row["decade"] is None:
        # Most partnerships are undated: a bar would dwarf all others.
        console.print(f" unknown {row['partnerships']:>7,} ", style="dim")
        return
    bar = "█" * max(1, round(_BAR * row["partnerships"] / largest))
    console.print(f"{row['decade']:>7}s {row['partnerships']:>7,} {bar}")


def _next_commands(town: str | None, out: Path, sources: Sequence[Path]) -> list[tuple[str, str]]:
    program = "twintowns" if shutil.which("twintowns") else ".venv/bin/twintowns"
    folder = of_release(out)
    look = f"{program} partners {shlex.quote(town)}{folder}" if town else f"{program} tables{folder}"
    return [
        (look, "its partner towns" if town else "what the release holds"),
        (f'{program} query "FROM partnerships_per_decade"{folder}', "query the database"),
        (f"{program} rejects{folder}", "which rows were rejected, and why"),
        (f"{program} sources{with_sources(sources)}{folder}", "what is declared, and what could be fetched"),
    ]
