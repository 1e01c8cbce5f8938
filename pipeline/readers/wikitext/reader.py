"""Wikitext to raw rows, of one page or of a file of many pages: one row a line of a twinning section."""

from __future__ import annotations

import codecs
import functools
import html
import json
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pipeline.errors import SourceError
from pipeline.readers.chunks import Chunk, is_large, map_chunks
from pipeline.readers.limits import TABLE, WIKITEXT
from pipeline.readers.raw_rows import LINE, LOCATOR, VALUE_SEPARATOR, RawRows, decode, replace_surrogates
from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.introductions import mentions_twinning, page_pattern
from pipeline.readers.wikitext.page import PageReader
from pipeline.readers.wikitext.page_state import ParsedLine
from pipeline.readers.wikitext.partners import Partner
from pipeline.readers.wikitext.profiles import common_words, languages, load_profile
from pipeline.readers.wikitext.sections import listed_place
from pipeline.sources import Format, page_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_NAME_COLUMNS: Final = ("partner", "partner_article", "partner_country", "partner_region")
#: A line that names several partners has several values in each of these columns.
_PARTNER_COLUMNS: Final = (*_NAME_COLUMNS, "since", "until", "form", "status", "end_cause", "evidence_url", "note")
_TOWN_COLUMNS: Final = ("town", "town_region", "town_country")
_COLUMNS: Final = ("line_kind", *_TOWN_COLUMNS, *_PARTNER_COLUMNS, "raw", "title", "language", "revision")
#: What identifies the page and the line of a row.
_KEYS: Final = {"page_number": pl.Int64, LINE: pl.Int64, "pageid": pl.String}


def read_wikitext(content: bytes, layout: Format, where: str) -> RawRows:
    """Read the wikitext of one page, or of one section of it.

    Raises:
        SourceError: the bytes are not of the declared encoding, or the language has no profile.
    """
    text = decode(content, layout.encoding, where)
    page = {"language": _language(layout, where), "title": layout.title or where, "text": text}
    return _join([_rows_of_pages([(1, page)])])


def read_wikipages(content: bytes, layout: Format, where: str) -> RawRows:
    """Read many pages: a JSON object a line, with `title`, `text` and, where known, `language`, `pageid`, `revid`.

    A page that has no twinning section and is no list of twinnings has no row.

    Raises:
        SourceError: a line is no such object, or the language has no profile; names the line.
    """
    language = _language(layout, where)
    if is_large(content) and codecs.lookup(layout.encoding).name in ("utf-8", "utf-8-sig"):
        read = functools.partial(_read_chunk, layout=layout, language=language, where=where)
        return _join(map_chunks(read, content))
    return _join([_rows_of_pages(_pages(decode(content, layout.encoding, where), 1, language, where))])


def read_file(content: bytes, path: Path, language: str, title: str | None) -> RawRows:
    """Read a file that no source declares: many pages if its name ends in `.jsonl`, else one page.

    Raises:
        SourceError: as `read_wikitext` and `read_wikipages`.
    """
    title = title or page_title(path.name)
    if path.suffix == ".jsonl":
        return read_wikipages(content, Format(type="wikipages", language=language, title=title), str(path))
    return read_wikitext(content, Format(type="wikitext", language=language, title=title), str(path))


def _language(layout: Format, where: str) -> str:
    if not layout.language:
        raise SourceError(f'{where}: in which language? name it with language = "…" under [format]')
    return load_profile(layout.language).language


def _read_chunk(chunk: Chunk, layout: Format, language: str, where: str) -> pl.DataFrame:
    text = decode(chunk.content, layout.encoding, where, chunk.first_line)
    return _rows_of_pages(_pages(text, chunk.first_line, language, where))


def _pages(text: str, first_line: int, language: str, where: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the pages of a text with the numbers of their lines; a language without a profile becomes `language`."""
    for number, line in enumerate(text.split("\n"), start=first_line):
        if not line.strip():
            continue
        try:
            page = json.loads(line)
        except (RecursionError, ValueError) as error:
            raise SourceError(f"{where}, line {number}: not JSON: {error}") from error
        if not isinstance(page, dict) or not all(isinstance(page.get(key), str) for key in ("title", "text")):
            raise SourceError(f"{where}, line {number}: not a page: an object with title and text is expected")
        if page.get("language") not in languages():
            page["language"] = language
        yield number, page


def _rows_of_pages(pages: Iterable[tuple[int, dict[str, Any]]]) -> pl.DataFrame:
    """Return `_KEYS` and `_COLUMNS` of pages; the number of a page tells it apart from others with its title."""
    rows = [row for number, page in pages for row in _rows_of_page(number, page)]
    return pl.DataFrame(rows, schema=_KEYS | dict.fromkeys(_COLUMNS, pl.String), orient="row")


def _join(frames: Iterable[pl.DataFrame]) -> RawRows:
    """Join the rows of a file's chunks; the locator of a row is its page's title and its line."""
    rows = pl.concat([_rows_of_pages(()), *frames])
    pages = rows.unique("page_number", keep="first", maintain_order=True)
    # Several pages of one title stay several.
    occurrence = pl.int_range(1, pl.len() + 1).over("title")
    numbered = pl.format("{} ({})", "title", pl.coalesce("pageid", occurrence))
    names = pages.select("page_number", name=pl.when(occurrence == 1).then("title").otherwise(numbered))
    rows = rows.join(names, on="page_number", how="left", maintain_order="left")
    row_of_line = pl.int_range(1, pl.len() + 1).over("page_number", LINE)
    line = (
        pl.when(row_of_line == 1).then(pl.col(LINE).cast(pl.String)).otherwise(pl.format("{} ({})", LINE, row_of_line))
    )
    locator = pl.format("{}, line {}", "name", line).alias(LOCATOR)
    return RawRows(rows.select(locator, *_COLUMNS), multi_value_columns=_PARTNER_COLUMNS)


def _rows_of_page(number: int, page: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    title, text = page["title"], page["text"]
    profile = load_profile(page["language"])
    if len(title) > WIKITEXT.title_characters:
        title = title[: WIKITEXT.title_characters]
        problem = f"a title of more than {WIKITEXT.title_characters:,} characters"
    elif len(text) > WIKITEXT.page_characters:
        problem = f"a page of {len(text):,} characters, at most {WIKITEXT.page_characters:,} are read"
    else:
        problem = ""
    is_about = listed_place(title, profile) is not None or page_pattern(profile.language).search(f"\n{text}")
    if not problem and not is_about and not mentions_twinning(text):
        return
    title, text = replace_surrogates(title), replace_surrogates(text)
    if "&lt;ref" in text and "<ref" not in text:
        text = html.unescape(text)  # copied from a dump with its escapes
    page_id = replace_surrogates(str(page.get("pageid") or "")) or None
    revision = replace_surrogates(str(page.get("revid") or ""))
    lines: list[ParsedLine] = []
    if not problem:
        try:
            lines = PageReader(title, text.replace("\r\n", "\n"), profile).read()
        except Exception as error:  # noqa: BLE001 (the other pages are read, whatever is wrong with this one)
            problem = f"cannot be read: {type(error).__name__}: {error}"
    if problem:
        # A line that names no partner is rejected.
        lines = [ParsedLine(1, "partner", f"{title}: {problem}")]
    for line in lines:
        # A line that names partners of several boroughs has a row each.
        for town in dict.fromkeys(partner.town for partner in line.partners) or [""]:
            partners = [partner for partner in line.partners if partner.town == town]
            values = _line_values(line, town or line.town, partners)
            yield (number, line.number, page_id, *values, title, profile.language, revision)


def _line_values(line: ParsedLine, town_text: str, partners: list[Partner]) -> tuple[str, ...]:
    """Return the values of `_COLUMNS` up to `raw`."""
    town = Partner(town_text, town_text, line.town_country)
    town.split_disambiguation()
    values = [_partner_values(partner) for partner in partners] or [("",) * len(_PARTNER_COLUMNS)]
    cells = (VALUE_SEPARATOR.join(column) for column in zip(*values, strict=True))
    return (line.kind, town.name, town.region, town.country, *cells, line.raw[: TABLE.cell_characters])


def _partner_values(partner: Partner) -> tuple[str, ...]:
    """Return the values of `_PARTNER_COLUMNS`."""
    note = "; ".join(dict.fromkeys(partner.notes))[: TABLE.cell_characters]
    status, end_cause, until = partner.status, "", partner.until
    if status == "active":
        note, until = "; ".join(filter(None, (note, until))), ""  # of a pause that is over
    if until and status in {"", "unknown"}:
        status = "ended"
    if status in {"ended", "suspended", "dormant"}:
        causes = common_words().end_causes.items()
        end_cause = next((cause for cause, words in causes if words.search(note)), "")
    names = (partner.name, partner.article, places.known_country(partner.country), partner.region)
    values = (*names, partner.since, until, partner.form, status, end_cause, partner.url, note)
    return tuple(value.replace(VALUE_SEPARATOR, " ") for value in values)
