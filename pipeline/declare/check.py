"""What a declaration reads and what it does not, row by row, before anything is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
from rich.markup import escape
from rich.table import Table

from pipeline.errors import BoundsError, SourceError
from pipeline.gazetteer.countries import country_names
from pipeline.readers.raw_files import read_raw_rows
from pipeline.readers.raw_rows import LOCATOR
from pipeline.report.console import open_console, print_more
from pipeline.sources import load_editions
from pipeline.validate.source_reader import load_files, read_source, without_bounds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from pipeline.readers.raw_files import Received
    from pipeline.sources import Declaration
    from pipeline.validate.checked import Checked

#: The columns of claims that are shown, and their headings.
_SHOWN: Final = {
    "file": "file", "locator": "row", "town_text": "town", "town_country_code": "", "partner_text": "partner",
    "partner_country_code": "",
    "town_latitude": "town lat", "town_longitude": "lon", "partner_latitude": "partner lat", "partner_longitude": "lon",
    "form": "form", "start_date": "start", "start_precision": "to the", "end_date": "end", "status": "status",
}  # fmt: skip
_RULE_HINTS: Final = {
    "ignored": "rows that say that there is no partner, are blank, or are declared under [[ignore]]",
}


def print_check(toml: Path, raw: Path, count: int) -> int:
    """Print what a declaration reads: the account, claims, and each row that is not used or has a finding.

    Args:
        toml: the declaration.
        raw: the raw store.
        count: how many claims, and rows of each problem, are shown.

    Returns:
        0, or 3 where nothing was read, or the list is outside of its bounds.

    Raises:
        DeclarationError: it is wrong.
        SourceError: a file cannot be read, or is not as declared.
    """
    console = open_console()
    exit_code = 0
    for declaration in load_editions(toml):
        problem = None
        try:
            result = read_source(declaration, raw, country_names())
        except BoundsError as error:
            problem, result = error, read_source(without_bounds(declaration), raw, country_names())
        if result.checked is None:
            raise SourceError(f"{declaration.id}: was never fetched; fetch it with: twintowns fetch {declaration.id}")
        items = load_files(declaration, raw)
        _print_account(console, declaration, result.checked, items)
        files = {item.snapshot.snapshot_id: item.file.name for item in items if item.file.holds == "claims"}
        _print_claims(console, _with_file(result.checked.claims, files), count)
        _print_rejects(console, _with_file(result.checked.rejects, files), count)
        _print_ignored(console, declaration, items, result.checked, count)
        _print_findings(console, result.checked.findings, count)
        if problem is not None:
            console.out(f"\nnot read: {problem}")
        if problem or (declaration.kind != "gazetteer" and result.checked.ledger["rows_used"].sum() == 0):
            exit_code = SourceError.exit_code
        else:
            console.out(f"\nbuild it with: twintowns build --sources {toml.parent} --only {declaration.id} --out trial")
    return exit_code


def _print_account(console: Console, declaration: Declaration, checked: Checked, items: Sequence[Received]) -> None:
    """Print what became of the rows; those of files that say what ids mean are told apart."""
    columns = ("rows_read", "rows_used", "rows_rejected", "rows_ignored", "claims_made")
    lookups = [item.snapshot.snapshot_id for item in items if item.file.holds == "names"]
    is_lookup = pl.col("snapshot_id").cast(pl.String).is_in(lookups)
    read, used, rejected, ignored, claims = checked.ledger.filter(~is_lookup).select(pl.col(columns).sum()).row(0)
    looked_up = checked.ledger.filter(is_lookup)["rows_read"].sum()
    console.out(
        f"{declaration.id}: {read:,} rows: {used:,} used, {rejected:,} rejected, {ignored:,} ignored; {claims:,} claims"
        + (f"; {looked_up:,} rows say what ids mean" if looked_up else "")
    )


def _with_file(rows: pl.DataFrame, files: dict[str, str]) -> pl.DataFrame:
    """Return rows with the name of their file, if there are several files; null otherwise."""
    name = pl.col("snapshot_id").cast(pl.String).replace_strict(files, default=None, return_dtype=pl.String)
    return rows.with_columns(file=name if len(files) > 1 else pl.lit(None, pl.String))


def _print_claims(console: Console, claims: pl.DataFrame, count: int) -> None:
    """Print claims from all over the list: the first, the last and some between."""
    if claims.is_empty():
        return
    shown = claims.gather_every(max(1, claims.height // count)).head(count)
    filled = [name for name in _SHOWN if shown[name].count() and not _is_constant(shown[name])]
    table = Table(*(_SHOWN[name] for name in filled))
    for row in shown.select(pl.col(filled).cast(pl.String).fill_null("")).iter_rows():
        table.add_row(*map(escape, row))
    console.print(table)


def _is_constant(cells: pl.Series) -> bool:
    """Return whether a column says nothing: all forms unspecified, all states unknown."""
    return cells.cast(pl.String).unique().to_list() in (["unspecified"], ["unknown"])


def _print_rejects(console: Console, rejects: pl.DataFrame, count: int) -> None:
    for rules, number in (
        rejects["rules"].value_counts(sort=True).sort("count", "rules", descending=[True, False]).iter_rows()
    ):
        console.out(f"\nrejected: {number:,} × {rules}")
        for row in rejects.filter(pl.col("rules") == rules).head(count).iter_rows(named=True):
            place = " ".join(filter(None, (row["file"], row["locator"])))
            console.out(f"  {place}: {row['message']}: {row['row_json']}")
        print_more(console, number, count, option="rows")


def _print_ignored(
    console: Console, declaration: Declaration, items: Sequence[Received], checked: Checked, count: int
) -> None:
    """Print the rows that are neither claims nor rejects, as they are in the file."""
    if not checked.ledger["rows_ignored"].sum():
        return
    claims = [item for item in items if item.file.holds == "claims"]
    told = False
    for item in claims:
        table, snapshot = read_raw_rows(item, declaration), item.snapshot.snapshot_id
        mine = [
            frame.filter(pl.col("snapshot_id").cast(pl.String) == snapshot)["locator"].cast(pl.String)
            for frame in (checked.claims, checked.rejects, checked.town_ends)
            if frame.width
        ]
        rows = table.rows.filter(~pl.col(LOCATOR).is_in(pl.concat(mine).implode()))
        if rows.is_empty():
            continue
        if not told:
            console.out(f"\nignored: {_RULE_HINTS['ignored']}")
            told = True
        shown = [name for name in table.columns if name not in table.derived]
        origin = f"{item.file.name} " if len(claims) > 1 else ""
        for row in rows.select(LOCATOR, pl.struct(shown).struct.json_encode().alias("row")).head(count).iter_rows():
            console.out(f"  {origin}{row[0]}: {row[1]}")
        print_more(console, rows.height, count, option="rows")


def _print_findings(console: Console, findings: pl.DataFrame, count: int) -> None:
    kinds = (
        findings.group_by("rule", "column_name", "action")
        .len()
        .sort("len", "rule", "column_name", descending=[True, False, False])
    )
    for rule, column, action, number in kinds.iter_rows():
        console.out(f"\n{column}: {number:,} × {rule} ({action})")
        rows = findings.filter(pl.col("rule") == rule, pl.col("column_name") == column, pl.col("action") == action)
        for row in rows.sort("locator").head(count).iter_rows(named=True):
            console.out(f"  {row['locator'] or ''}: {row['raw_value']!r}")
        print_more(console, number, count, option="rows")
