"""Texts folded so that the words and numbers in them can be matched, whatever the script."""

from __future__ import annotations

from typing import Final

import polars as pl

_ENTITIES: Final = {
    "&lt;": "<",
    "&gt;": ">",
    "&ndash;": "–",
    "&mdash;": "–",
    **dict.fromkeys(["&nbsp;", "&#160;", "&thinsp;", "&ensp;", "&amp;nbsp;", "'''", "''"], " "),
}
_MARKUP: Final = (
    r"(?is)<ref[^>]*/>|<ref.*?</ref\s*>|<ref.*$|<!--.*?-->|</?[a-z][^>]*>|https?://\S+|\[\[[^\[\]|]*\||\bq[0-9]+"
)
#: Digits of other scripts; footnote marks and invisible characters, which must not join or separate numbers.
_CHARACTERS: Final = (
    dict.fromkeys("[]{}", " ")
    | {"<": "≤", ">": "≥"}  # since < and > mark words
    | {chr(zero + digit): str(digit) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50) for digit in range(10)}
    | dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹", " ")
    | dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u061c\u00ad\ufeff", "")
    | dict.fromkeys("‐‑−", "-")
    | dict.fromkeys("’‘ʼ´׳", "'")
)
_TENS = ("", "十", *(f"{unit}十" for unit in "二三四五六七八九"))
_CHINESE_NUMERALS = {
    f"{ten}{unit}".strip(): str(10 * tens + units)
    for tens, ten in enumerate(_TENS)
    for units, unit in enumerate(" 一二三四五六七八九")
    if tens or units
}
#: `一百零五` and `一百一十`, as years of the Republic of China; `百` alone is none.
_CHINESE_HUNDREDS = {"一百": "100"} | {
    f"一百{prefix}{numeral}": str(100 + int(number))
    for numeral, number in _CHINESE_NUMERALS.items()
    for prefix in (("零", "〇") if int(number) < 10 else ("一" if numeral.startswith("十") else "",))
}
#: What is left after normalizing: letters that have no decomposition, words of Korean, numerals (the longest first).
_LETTERS: Final = (
    dict(zip("ıłøđßæς", ("i", "l", "o", "d", "ss", "ae", "σ"), strict=True))
    | {"년대": "年代", "년": "年", "월": "月", "일": "日", "세기": "世紀", "元年": "1年", "〇": "0", "零": "0"}
    | dict(reversed((_CHINESE_NUMERALS | _CHINESE_HUNDREDS).items()))
)
#: All that decides how a text is folded, for caches of folded texts.
FOLDING: Final = repr((_ENTITIES, _MARKUP, _CHARACTERS, _LETTERS))


def split_rows(frame: pl.DataFrame, condition: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows that meet a condition and those that do not."""
    is_met = frame.select(condition).to_series()
    if not is_met.any():
        return frame.clear(), frame
    return frame.filter(is_met), frame.filter(~is_met)


def fold(texts: pl.DataFrame) -> pl.DataFrame:
    """Add `folded` to `text`: lower case, without accents and markup, every run of letters as `<run>`."""
    folded = pl.col("folded")
    without_markup = pl.col("text").str.replace_many(_ENTITIES, leftmost=True).str.replace_all(_MARKUP, " ")
    cleaned = texts.with_columns(folded=without_markup.str.replace_many(_CHARACTERS).str.to_lowercase())
    # Most texts are ASCII, and normalizing takes longer than all other steps.
    is_ascii = folded.str.len_bytes() == folded.str.len_chars()
    others, cleaned = split_rows(cleaned, ~is_ascii)
    if others.height:
        without_accents = folded.str.normalize("NFKD").str.replace_all(r"\p{Mn}+", "").str.to_lowercase()
        plain = without_accents.str.normalize("NFC").str.replace_many(_LETTERS, leftmost=True)
        cleaned = pl.concat([cleaned, others.with_columns(plain)])
    return cleaned.with_columns(folded.str.replace_all(r"\p{L}+", "<$0>"))
