"""Wikitext to raw rows: of one page, or of many that lie in one file."""

from __future__ import annotations

import codecs
import functools
import json
from typing import TYPE_CHECKING, Any

from pipeline.errors import SourceError
from pipeline.readers.parts import is_large, read_parts
from pipeline.readers.rows import RawRows, decode, decode_part
from pipeline.readers.wikitext.lines import as_raw_rows, rows_of
from pipeline.readers.wikitext.profiles import languages, load_profile
from pipeline.sources import Format, title_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

    from pipeline.readers.parts import Part


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
    language = _language(layout, where)
    if is_large(content) and codecs.lookup(layout.encoding).name in ("utf-8", "utf-8-sig"):
        read = functools.partial(_read_part, layout=layout, language=language, where=where)
        return as_raw_rows(read_parts(content, read))
    return as_raw_rows([rows_of(_pages(decode(content, layout.encoding, where), 1, language, where))])


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


def _read_part(part: Part, layout: Format, language: str, where: str) -> pl.DataFrame:
    text = decode_part(part.content, layout.encoding, where, part.first)
    return rows_of(_pages(text, part.first, language, where))


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
