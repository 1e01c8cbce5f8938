"""Words for forms, statuses and end causes in the languages of the sources: `category_words.toml`.

The file has under `[<column>.<value>]` the words by language. A declaration's own codes win over them.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.gazetteer.names import search_key

_WORDS: Final[Path] = Path(__file__).with_name("category_words.toml")


@functools.cache
def _read_words() -> list[tuple[str, str, str, str]]:
    """Return `column`, `value`, `language` and search key of each word."""
    rows = [
        (column, value, language, word)
        for column, values in tomllib.loads(_WORDS.read_text("utf-8")).items()
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
        The value of the column's vocabulary by search key (`pipeline.gazetteer.names.search_key`). A word that means
        different things in different languages is left out, unless `language` decides.
    """
    meanings: dict[str, set[str]] = {}
    in_language = {}
    for word_column, value, word_language, key in _read_words():
        if word_column == column:
            meanings.setdefault(key, set()).add(value)
            if word_language == (language or "").lower()[:2]:
                in_language[key] = value
    return {key: min(values) for key, values in sorted(meanings.items()) if len(values) == 1} | in_language
