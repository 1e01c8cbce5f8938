"""Pages that are on disk, one JSON object a line: memory holds an index of them, not their text."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pipeline.extract.mediawiki.page_filter import PageFilter


@dataclass(frozen=True)
class PageLine:
    """A page in a file of pages.

    Attributes:
        title, pageid, revid: the page and its revision.
        has_twinnings: whether the page filter accepts it.
        path: the file that has its line.
        offset, size: where its line begins, and how long it is with its line break, in bytes.
    """

    title: str
    pageid: int
    revid: int
    has_twinnings: bool
    path: Path
    offset: int
    size: int


def index_pages(path: Path, page_filter: PageFilter) -> Iterator[PageLine]:
    """Yield the pages of a file.

    Raises:
        OSError: the file cannot be read.
        ValueError, KeyError, TypeError: a line is not a page.
    """
    offset = 0
    with path.open("rb") as stream:
        for line in stream:
            page = json.loads(line)
            has_twinnings = page_filter.accepts(page["title"], page["text"])
            yield PageLine(page["title"], page["pageid"], page["revid"], has_twinnings, path, offset, len(line))
            offset += len(line)


def read_page_lines(lines: Iterable[PageLine]) -> Iterator[bytes]:
    """Yield the text of the lines, in the given order."""
    with ExitStack() as stack:
        streams: dict[Path, BinaryIO] = {}
        for line in lines:
            if line.path not in streams:
                streams[line.path] = stack.enter_context(line.path.open("rb"))
            streams[line.path].seek(line.offset)
            yield streams[line.path].read(line.size)
