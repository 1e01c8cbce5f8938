"""What was read of pages, as rows: one row a line of a twinning section."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.readers.rows import LINE, LOCATOR, SEVERAL, RawRows, whole
from pipeline.readers.wikitext.page import PageReader
from pipeline.readers.wikitext.partners import Partner, untangle
from pipeline.readers.wikitext.profiles import load_profile
from pipeline.readers.wikitext.sections import list_of, twinning_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.readers.wikitext.state import Read

#: What a partner has; a line that names several has several values in each.
PARTNER_COLUMNS: Final = (
    "partner", "partner_article", "partner_country", "partner_region", "since", "until", "form", "status", "end_cause",
    "evidence_url", "note",
)  # fmt: skip
COLUMNS: Final = (
    "line_kind", "town", "town_region", "town_country", *PARTNER_COLUMNS, "raw", "title", "language", "revision",
)  # fmt: skip
_WAR: Final = re.compile(
    r"\bwar\b|krieg|guerr|invasion|invaz|inwazj|wojn|válk|vojn|agress|überfall|angriff|krig|侵攻|侵略|战争|戰爭|戦争",
    re.IGNORECASE,
)
_MERGER: Final = re.compile(
    r"merge|fusion|zusammenschlu|eingemeind|incorporat|sloučen|samengevoegd|sammanslag|合併|合并", re.IGNORECASE
)


def rows_of(pages: Iterable[tuple[int, dict[str, Any]]]) -> pl.DataFrame:
    """Read pages.

    Args:
        pages: each with its number, by which it is told from others of its title: `title`, `text`, `language`, and
            where they are known `pageid` and `revid`.

    Returns:
        `COLUMNS`, `number` and `pageid` of the page, and `LINE`: the line in its text. A page that has no twinning
        section and is no list of twinnings gives no row.
    """
    kept = {"number": pl.Int64, LINE: pl.Int64, "pageid": pl.String} | dict.fromkeys(COLUMNS, pl.String)
    return pl.DataFrame([row for number, page in pages for row in _rows(number, page)], schema=kept, orient="row")


def as_raw_rows(parts: Iterable[pl.DataFrame]) -> RawRows:
    """Put together what `rows_of` made of parts of one file: where a row is from is its page's title and its line."""
    rows = pl.concat([rows_of(()), *parts])
    pages = rows.unique("number", keep="first", maintain_order=True).select("number", "title", "pageid")
    # Two pages of one title are two all the same.
    times = pl.int_range(1, pl.len() + 1).over("title")
    name = pl.when(times == 1).then("title").otherwise(pl.format("{} ({})", "title", pl.coalesce("pageid", times)))
    rows = rows.join(pages.select("number", name=name), on="number", how="left", maintain_order="left")
    broken = pl.DataFrame(schema=dict.fromkeys(("locator", "message", "row_json"), pl.String))
    locator = pl.format("{}, line {}", "name", LINE).alias(LOCATOR)
    return RawRows(rows.select(locator, *COLUMNS), broken, PARTNER_COLUMNS)


def _rows(number: int, page: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    title, text = page["title"], page["text"]
    profile = load_profile(page["language"])
    if list_of(title, profile) is None and not twinning_pattern(profile.language).search(text):
        return
    title, text = whole(title), whole(text)
    if "&lt;ref" in text and "<ref" not in text:
        text = html.unescape(text)  # cut from a dump, escapes and all
    known = whole(str(page.get("pageid") or "")) or None
    revision = whole(str(page.get("revid") or ""))
    for read in PageReader(title, text.replace("\r\n", "\n"), profile).read():
        yield (number, read.number, known, *_row(read), title, profile.language, revision)


def _row(read: Read) -> tuple[str, ...]:
    """Return what `COLUMNS` has before the title."""
    town = Partner(read.town, read.town, read.town_country)
    untangle(town)
    values = [_values(partner) for partner in read.partners] or [("",) * len(PARTNER_COLUMNS)]
    joined = (SEVERAL.join(cells) for cells in zip(*values, strict=True))
    return (read.kind, town.name, town.region, town.country, *joined, read.raw)


def _values(partner: Partner) -> tuple[str, ...]:
    note = "; ".join(dict.fromkeys(partner.notes))
    status, cause = partner.status, partner.end_cause
    if partner.until and status in {"", "unknown"}:
        status = "ended"
    if status == "ended" and not cause:
        cause = "war" if _WAR.search(note) else "merger" if _MERGER.search(note) else ""
    texts = (
        partner.name, partner.article, partner.country, partner.region, partner.since, partner.until, partner.form,
        status, cause, partner.url, note,
    )  # fmt: skip
    return tuple(text.replace(SEVERAL, " ") for text in texts)
