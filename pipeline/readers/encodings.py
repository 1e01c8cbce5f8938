"""The encoding that fits a file of town names: charset-normalizer tells what is possible, the gazetteer decides."""

from __future__ import annotations

import functools
import re
from typing import Final

import polars as pl
from charset_normalizer import from_bytes

#: Encodings that lists have; of those that say the same of a text the first is taken.
_ENCODINGS: Final = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp932", "euc_jp", "gb18030", "big5", "euc_kr"),
    *("koi8_r", "iso8859_2", "mac_roman", "utf_16", "utf_8"),
)
#: Bytes that are looked at.
_SAMPLE: Final = 200_000


def guess_encoding(content: bytes) -> str | None:
    """Return the encoding in which most words with letters beyond ASCII are names of places; None if none fits."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if b"\x00" not in content:
            return "utf-8"
    sample = content[:_SAMPLE]
    matches = from_bytes(sample, cp_isolation=list(_ENCODINGS), threshold=0.4)
    possible = {name for match in matches for name in (match.encoding, *match.could_be_from_charset)}
    if possible & {"utf_16", "utf_16_le", "utf_16_be"} and b"\x00" in sample:
        return "utf-16"
    # Whether a text of few words is plausible cannot be told from its letters: all that can be read are tried.
    texts = {name: text for name in _ENCODINGS if (text := _decode(sample, name)) is not None}
    if not texts:
        return None
    known = {name: _count_known(text) for name, text in texts.items()}
    order = [name for name in _ENCODINGS if name in texts]
    return max(order, key=lambda name: (known[name], name in possible))


def _decode(content: bytes, encoding: str) -> str | None:
    # The sample may end within a letter.
    for end in range(4):
        try:
            return content[: len(content) - end].decode(encoding)
        except UnicodeError:
            continue
    return None


def _count_known(text: str) -> int:
    """Return how many different words with letters beyond ASCII are names of places, or parts of them."""
    names, countries = _known_names()
    cells = {cell.strip() for cell in re.split(r"[\n\r,;\t|\"]", text)}
    words = pl.Series("name", [cell for cell in cells if cell and not cell.isascii()], dtype=pl.String)
    count = words.is_in(names.implode()).sum()
    return int(count) + int(words.str.to_lowercase().is_in(countries.implode()).sum())


@functools.cache
def _known_names() -> tuple[pl.Series, pl.Series]:
    """Return the names of places with letters beyond ASCII, and the search keys of countries."""
    from pipeline.gazetteer.countries import country_names
    from pipeline.gazetteer.gazetteer import load_gazetteer

    names = load_gazetteer([]).names["name"].unique()
    return names.filter(names.str.len_bytes() > names.str.len_chars()), country_names()["search_key"]
