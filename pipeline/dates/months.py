"""Names of months in fifty locales, from CLDR by way of babel."""

from __future__ import annotations

import functools
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Final

import babel
import polars as pl
from babel import localedata

from pipeline.dates.fold import FOLDING, fold
from pipeline.dates.words import TOML, WORDS
from pipeline.gazetteer.cache import cache_folder, cached_table

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEMA: Final = pl.Schema({"language": pl.String, "month": pl.Int8, "folded": pl.String})


@functools.cache
def month_letters(language: str | None) -> dict[str, str]:
    """Return the letter of each month name, `A` to `L`; `X` where languages differ and `language` does not decide.

    Names are folded and stand between < and >.
    """
    meanings: dict[str, set[int]] = {}
    for months in _month_names().values():
        for name, month in months.items():
            meanings.setdefault(name, set()).add(month)
    letters = {name: chr(64 + min(months)) if len(months) == 1 else "X" for name, months in meanings.items()}
    for word in WORDS["not_months"]:
        letters.pop(f"<{word}>", None)
    names_in_language = _month_names().get((language or "").lower()[:2], {})
    letters |= {name: chr(64 + month) for name, month in names_in_language.items()}
    return {"<des> <de>": "<des_de>"} | letters  # Catalan "since", where "des." is December


@functools.cache
def _month_names() -> dict[str, dict[str, int]]:
    """Return the number of each folded month name by language; cached between runs."""
    origins = [babel.__version__.encode(), TOML.read_bytes(), FOLDING.encode()]
    names: dict[str, dict[str, int]] = {}
    for language, month, name in cached_table(cache_folder(), "month_names", origins, _SCHEMA, _read_names).iter_rows():
        names.setdefault(language, {})[name] = month
    return names


def _read_names() -> pl.DataFrame:
    """Return `language`, `month`, `folded` from CLDR and `date_words.toml`."""
    rows = [row for locale in WORDS["month_locales"] for row in _names_in_locale(locale)]
    rows += [(lang, month, name) for lang, names in WORDS["locatives"].items() for month, name in enumerate(names, 1)]
    rows += [(lang, month, name) for lang, names in WORDS["spellings"].items() for name, month in names.items()]
    folded = fold(pl.DataFrame(rows, schema=["language", "month", "text"], orient="row"))
    # Catalan has "de gener", "d’abril": the last word is the name.
    names = folded.select("language", "month", pl.col("folded").str.extract_all("<[^>]*>").list.last())
    # A single letter is an abbreviation of other things too (Thai "ค.").
    return names.drop_nulls().filter(pl.col("folded").str.len_chars() > 3).cast(_SCHEMA)


def _names_in_locale(locale: str) -> Iterator[tuple[str, int, str]]:
    """Yield language, month and name.

    The locale files are read directly: `Locale.months` resolves stand-alone names to those of whatever locale
    was used before (python-babel issue 1234), and loading without inheritance would spoil babel's own cache.
    """
    language = locale[:2]
    with Path(localedata.resolve_locale_filename(locale)).open("rb") as file:
        contexts = pickle.load(file).get("months", {}).values()  # noqa: S301, the installed package's own data
    for context in contexts:
        for width in ("wide", "abbreviated"):
            names = context.get(width)
            if isinstance(names, dict):
                for month, name in names.items():
                    for form in ("{}", *WORDS["affixes"].get(language, ())):
                        yield language, month, form.format(name.rstrip("."))
