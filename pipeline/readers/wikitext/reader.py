"""Wikitext to raw rows: of one page, or of many that lie in one file."""

from __future__ import annotations

import codecs
import functools
import json
from typing import TYPE_CHECKING, Any, Final

from pipeline.declarations import Format, title_of
from pipeline.errors import SourceError
from pipeline.processes import map_in_order
from pipeline.readers.rows import RawRows, decode
from pipeline.readers.wikitext.lines import as_raw_rows, rows_of
from pipeline.readers.wikitext.profiles import languages, load_profile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

#: Bytes of a file of pages that are text at a time: Python may hold a character in four bytes, and its line twice.
PART_SIZE: Final = 8_000_000
#: From so many parts on all cores read: to start other processes takes as long as some parts do.
MANY_PARTS: Final = 4


def read_wikitext(content: bytes, layout: Format, where: str) -> RawRows:
    """Read the wikitext of one page, or of one section of it.

    Raises:
        SourceError: the bytes are not of that encoding, or there is no profile of that language.
    """
    text = decode(content, layout.encoding, where)
    page = {"language": _language(layout, where), "title": layout.title or where, "text": text}
    return as_raw_rows([rows_of([(1, page)])])


def read_wikipages(content: bytes, layout: Format, where: str) -> RawRows:
    """Read many pages: one JSON object a line, with `title`, `text` and `language`, `pageid`, `revid`, `timestamp`.

    A page that has no twinning section and is no list of twinnings gives no row.

    Raises:
        SourceError: a line is no such object, or there is no profile of the language; names the line.
    """
    read = functools.partial(_read_part, layout=layout, language=_language(layout, where), where=where)
    is_cut = codecs.lookup(layout.encoding).name in ("utf-8", "utf-8-sig")
    if not is_cut or len(content) < MANY_PARTS * PART_SIZE:
        return as_raw_rows([read((1, content))])
    return as_raw_rows(rows for _, rows in map_in_order(read, _parts(content)))


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


def _parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut between lines; each part that says anything, with the number of its first line."""
    start, line = 0, 1
    while start < len(content):
        end = content.find(b"\n", start + PART_SIZE) + 1 or len(content)
        part = content[start:end]
        if not part.isspace():
            yield line, part
        start, line = end, line + part.count(b"\n")


def _read_part(part: tuple[int, bytes], layout: Format, language: str, where: str) -> pl.DataFrame:
    """Read some of the lines of a file; runs in a process of its own where there are many."""
    first, content = part
    text = decode(content, layout.encoding, where, first)
    return rows_of(_pages(text, first, language, where))


def _pages(text: str, first: int, language: str, where: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=first):
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
        yield number, page
