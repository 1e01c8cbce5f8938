"""What a page of wikitext says, as a table: for people who write or check a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from rich.console import Console
from rich.table import Table

from pipeline.readers.rows import LOCATOR, SEVERAL

if TYPE_CHECKING:
    from pipeline.readers.rows import RawRows

_SHOWN = ("town", "partner", "partner_country", "partner_region", "since", "until", "form", "status", "evidence_url")


def print_page(read: RawRows) -> None:
    """Print the partners that a page names, how many lines are noise of which kind, and the lines not read."""
    console = Console(soft_wrap=True)
    lines = read.rows
    is_partner = pl.col("line_kind") == "partner"
    named = lines.filter(is_partner & (pl.col("partner") != ""))
    claims = named.with_columns(pl.col(read.several).str.split(SEVERAL)).explode(read.several, empty_as_null=True)
    shown = [name for name in _SHOWN if (claims[name] != "").any()]
    table = Table("line", *(name.replace("_", " ").replace("partner ", "") for name in shown))
    for row in claims.select(pl.col(LOCATOR).str.extract(r"(\d+)$"), *shown).iter_rows():
        table.add_row(*row)
    if claims.height:
        console.print(table)
    console.print(f"{claims.height} partners on {named.height} of {lines.height} lines")
    noise = lines.filter(~is_partner).group_by("line_kind").len().sort("len", "line_kind", descending=[True, False])
    if noise.height:
        console.print("no partner: " + ", ".join(f"{count} {kind}" for kind, count in noise.iter_rows()))
    unread = lines.filter(is_partner & (pl.col("partner") == ""))
    for locator, raw in unread.select(LOCATOR, "raw").iter_rows():
        console.print(f"not read: {locator}: {raw}", markup=False)
    if lines.is_empty():
        console.print("no section about twinnings was found")
