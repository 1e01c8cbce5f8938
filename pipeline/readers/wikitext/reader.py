"""Pages of wikitext to raw rows: one row a line of a twinning section."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.declarations import Format, title_of
from pipeline.errors import SourceError
from pipeline.readers.rows import LOCATOR, SEVERAL, RawRows, decode
from pipeline.readers.wikitext.page import PageReader
from pipeline.readers.wikitext.partners import Partner, untangle
from pipeline.readers.wikitext.profiles import languages, load_profile
from pipeline.readers.wikitext.sections import list_of, twinning_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

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


def read_wikitext(content: bytes, layout: Format, where: str) -> RawRows:
    """Read the wikitext of one page, or of one section of it.

    Raises:
        SourceError: the bytes are not of that encoding, or there is no profile of that language.
    """
    text = decode(content, layout.encoding, where)
    page = {"language": _language(layout, where), "title": layout.title or where, "text": text}
    return _raw_rows(_rows_of([page]))


def read_wikipages(content: bytes, layout: Format, where: str) -> RawRows:
    """Read many pages: one JSON object a line, with `title`, `text` and `language`, `pageid`, `revid`, `timestamp`.

    A page that has no twinning section and is no list of twinnings gives no row.

    Raises:
        SourceError: a line is no such object, or there is no profile of the language; names the line.
    """
    language = _language(layout, where)
    return _raw_rows(_rows_of(_pages(decode(content, layout.encoding, where), language, where)))


def read_file(content: bytes, path: Path, language: str, title: str | None) -> RawRows:
    """Read a file that no declaration speaks of: pages if it is called `.jsonl`, else the wikitext of one.

    Raises:
        SourceError: as `read_wikitext` and `read_wikipages` do.
    """
    many = path.suffix == ".jsonl"
    layout = Format(type="wikipages" if many else "wikitext", language=language, title=title or title_of(path.name))
    return (read_wikipages if many else read_wikitext)(content, layout, str(path))


def _language(layout: Format, where: str) -> str:
    if not layout.language:
        raise SourceError(f'{where}: in which language? name it with language = "…" under [format]')
    return load_profile(layout.language).language


def _pages(text: str, language: str, where: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            page = json.loads(line)
        except (RecursionError, ValueError) as error:
            raise SourceError(f"{where}, line {number}: not JSON: {error}") from error
        if (
            not isinstance(page, dict)
            or not isinstance(page.get("title"), str)
            or not isinstance(page.get("text"), str)
        ):
            raise SourceError(f"{where}, line {number}: not a page: an object with title and text is expected")
        own = page.get("language")
        page["language"] = own if isinstance(own, str) and own in languages() else language
        yield page


def _rows_of(pages: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Give the rows of pages: locator, then `COLUMNS`."""
    seen: Counter[str] = Counter()
    for page in pages:
        title, text = page["title"], page["text"]
        profile = load_profile(page["language"])
        if list_of(title, profile) is None and not twinning_pattern(profile.language).search(text):
            continue
        if "&lt;ref" in text and "<ref" not in text:
            text = html.unescape(text)  # cut from a dump, escapes and all
        seen[title] += 1
        name = title if seen[title] == 1 else f"{title} ({page.get('pageid') or seen[title]})"
        revision = str(page.get("revid") or "")
        for read in PageReader(title, text.replace("\r\n", "\n"), profile).read():
            yield (f"{name}, line {read.number}", *_row(read), title, profile.language, revision)


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


def _raw_rows(rows: Iterator[tuple[str, ...]]) -> RawRows:
    frame = pl.DataFrame(list(rows), schema=dict.fromkeys((LOCATOR, *COLUMNS), pl.String), orient="row")
    broken = pl.DataFrame(schema=dict.fromkeys(("locator", "message", "row_json"), pl.String))
    return RawRows(frame, broken, PARTNER_COLUMNS)
