"""The partners that a page of wikitext names, as a table or as JSON: for whoever writes or checks a profile."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import polars as pl
from rich.table import Table

from pipeline.readers.raw_rows import LOCATOR, VALUE_SEPARATOR
from pipeline.report.console import open_console

if TYPE_CHECKING:
    from pipeline.readers.raw_rows import RawRows

_COLUMNS = ("town", "partner", "partner_country", "partner_region", "since", "until", "form", "status", "evidence_url")

#: The line of a partner in its page.
_LINE = pl.col(LOCATOR).str.extract(r", line (\d+)(?: \(\d+\))?$").alias("line")
#: Kinds of lines that a person should look at where they have a name.
_DOUBTFUL_KINDS = ("note", "other", "intro")
#: What is no text of a line: references, comments, and the mark of an empty list item.
_NO_TEXT = r"<ref[^<>]*/>|<ref[^<>]*>.*?</ref>|<!--.*?-->"
_ITEM = r"^\s*[*#]"


def print_page(page: RawRows) -> None:
    """Print the partners of a page, how many lines of each other kind it has, and the lines that were not read."""
    console = open_console()
    is_partner, has_name = pl.col("line_kind") == "partner", pl.col("partner") != ""
    named = page.rows.filter(is_partner & has_name)
    partners = _partners(page)
    columns = [name for name in _COLUMNS if (partners[name] != "").any()]
    table = Table("line", *(name.replace("_", " ").replace("partner ", "") for name in columns))
    for row in partners.select(_LINE, *columns).iter_rows():
        table.add_row(*row)
    if partners.height:
        console.print(table)
    console.print(f"{partners.height} partners on {named.height} of {page.rows.height} lines")
    others = page.rows.filter(~is_partner).group_by("line_kind").len().sort(-pl.col("len").cast(pl.Int64), "line_kind")
    if others.height:
        console.print("no partner: " + ", ".join(f"{count} {kind}" for kind, count in others.iter_rows()))
    for locator, raw in page.rows.filter(is_partner & ~has_name).select(LOCATOR, "raw").iter_rows():
        console.out(f"not read: {locator}: {raw}")
    for locator, kind, raw in _doubtful(page.rows).iter_rows():
        console.out(f"{kind}, no partner: {locator}: {raw}")
    if page.rows.is_empty():
        console.print("no section about twinnings was found")


def print_json(page: RawRows) -> None:
    """Print one JSON array: an object for each partner, with the columns of the table and its line in the page."""
    number = _LINE.cast(pl.Int64)
    others = ("partner_article", "end_cause", "note", "title")
    partners = _partners(page).select(number, *_COLUMNS, *others)
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    sys.stdout.write(json.dumps(partners.to_dicts(), ensure_ascii=not is_unicode, indent=2) + "\n")


def _partners(page: RawRows) -> pl.DataFrame:
    """Return a row for each partner: a line can name several."""
    names = page.multi_value_columns
    named = page.rows.filter((pl.col("line_kind") == "partner") & (pl.col("partner") != ""))
    return named.with_columns(pl.col(names).str.split(VALUE_SEPARATOR)).explode(names, empty_as_null=True)


def _doubtful(rows: pl.DataFrame) -> pl.DataFrame:
    """Return locator, kind and text of the lines that name no partner, but might: they have a link, a flag or words.

    An introduction is one only where it has a link; a heading, a picture or a reference names none.
    """
    text = pl.col("raw").str.replace_all(_NO_TEXT, "")
    has_name = text.str.contains(r"\[\[|\{\{") | (text.str.contains(_ITEM) & text.str.contains(r"\p{L}{3}"))
    return rows.filter(pl.col("line_kind").is_in(_DOUBTFUL_KINDS) & has_name).select(LOCATOR, "line_kind", "raw")
