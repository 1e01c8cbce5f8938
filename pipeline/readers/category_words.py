"""Words for what was agreed, whether it is alive and why it ended, in the languages of the sources.

`category_words.toml` is reviewed data: `[<column>.<value>]` has the words by language. A reader that meets words (a
heading, a cell) asks `decode_words`; a declaration's own codes win over them.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.gazetteer.names import search_key

WORDS: Final[Path] = Path(__file__).with_name("category_words.toml")


@functools.cache
def _words() -> list[tuple[str, str, str, str]]:
    """Return `column`, `value`, `language` and search key of each word."""
    with WORDS.open("rb") as file:
        told = tomllib.load(file)
    rows = [
        (column, value, language, word)
        for column, values in told.items()
        for value, languages in values.items()
        for language, words in languages.items()
        for word in words
    ]
    frame = pl.DataFrame(rows, schema=["column", "value", "language", "word"], orient="row")
    return frame.with_columns(search_key(pl.col("word"))).rows()


@functools.cache
def decode_words(column: str, language: str | None = None) -> dict[str, str]:
    """Return what each word of a column means.

    Args:
        column: `form`, `status` or `end_cause`; any other has no words.
        language: its words win where the same word means something else in another language.

    Returns:
        By search key (`pipeline.gazetteer.names.search_key`), the value of the column's vocabulary. A word that means
        different things in different languages is left out, unless `language` decides.
    """
    meant: dict[str, set[str]] = {}
    own = {}
    for _, value, spoken, key in (word for word in _words() if word[0] == column):
        meant.setdefault(key, set()).add(value)
        if spoken == (language or "").lower()[:2]:
            own[key] = value
    return {key: next(iter(values)) for key, values in sorted(meant.items()) if len(values) == 1} | own
