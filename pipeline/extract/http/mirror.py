"""A folder that stands for the network."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from pipeline.errors import SourceError, TwintownsError
from pipeline.extract.http.answers import NotThereError

if TYPE_CHECKING:
    from pathlib import Path


class Mirror:
    """A folder that stands for the network: `index.csv` says which file holds which URL's bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            with (folder / "index.csv").open(encoding="utf-8", newline="") as stream:
                self.paths = {row["url"]: row["path"] or "" for row in csv.DictReader(stream)}
        except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
            raise TwintownsError(
                f"{folder}: is no mirror: it has no index.csv with the columns url and path ({error})"
            ) from error

    def get(self, url: str, etag: str | None) -> tuple[bytes, str | None] | None:  # noqa: ARG002
        """Return the bytes of a URL.

        Raises:
            NotThereError: the mirror has no such URL.
            SourceError: it lists the URL, but its file cannot be read.
        """
        if not self.paths.get(url):
            raise NotThereError(f"{url}: not in the mirror {self.folder}/index.csv")
        try:
            return (self.folder / self.paths[url]).read_bytes(), None
        except OSError as error:
            raise SourceError(
                f"{url}: the mirror lists {self.paths[url]}, but it cannot be read ({error.strerror})"
            ) from error
