"""Texts that have other shapes than dates do: other calendars, several days of one date, bounds, Roman months.

Each function takes folded texts (`pipeline.dates.words.fold`) and brings them into the shapes that `parse` reads,
or takes out what is no date. Few texts need it, so they are told by one pattern first.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.dates.words import AFTER, BEFORE, BEFORE_IN, CENTURIES, FILLERS, JOINERS, part

#: Years to add to that of an era, and the era's last. Japan: each emperor's accession less one; Taiwan: 1911.
ERAS: Final = {
    "明治": (1867, 45), "大正": (1911, 15), "昭和": (1925, 64), "平成": (1988, 31), "令和": (2018, 99),
    "民國": (1911, 199), "民国": (1911, 199),
    "m": (1867, 45), "t": (1911, 15), "s": (1925, 64), "h": (1988, 31), "r": (2018, 99),
}  # fmt: skip
_ERA = "|".join(name for name in ERAS if len(name) > 1)
_OTHER_CALENDAR = rf"{_ERA}|[ก-๛]|<ه"
#: The Thai Buddhist calendar counts from 543 BC; the months of before 1941 are not converted.
_BUDDHIST: Final = 543

_B = r"(?-u:\b)"
_N = r"[0-9]{1,2}"
_Y = r"(?:1[0-9]{3}|20[0-9]{2})"
_GAP = r"(?:[\s.,'()|]|<(?:de|del|d|st|nd|rd|th|of|den|r|er|re)>)*"
_AND = rf"[\s.]*(?:<(?:st|nd|rd|th)>)?[\s.]*(?:[-–—/&+~〜・]|<(?:{JOINERS})>)\s*"
_MONTH = r"[A-LX]"
_ROMANS: Final = {
    "i": "A", "ii": "B", "iii": "C", "iv": "D", "v": "E", "vi": "F",
    "vii": "G", "viii": "H", "ix": "I", "x": "J", "xi": "K", "xii": "L",
}  # fmt: skip
_ROMAN = f"<({'|'.join(_ROMANS)})>"
_ROMAN_SHAPES = (
    rf"^(.*?{_B}{_N}[\s./-]+){_ROMAN}([\s./-]+{_Y}{_B}.*)$",
    rf"^(.*?{_B}{_Y}[\s./-]+){_ROMAN}([\s./-]+{_N}{_B}.*)$",
    # Alone, `i` and `v` are words ("and", "in").
    rf"^(\s*)<({'|'.join(name for name in _ROMANS if name not in ('i', 'v'))})>([\s./-]+{_Y}{_B}.*)$",
)
#: What is replaced, by what, and the note: several days of a month are that month, several months that year.
_RANGES: Final = (
    (rf"{_B}{_N}\.\s?{_N}\.?\s?[-–/&+]\s?{_N}\.\s?{_N}\.\s?({_Y}){_B}", "$1", "several_months"),
    (rf"(^|[^0-9./\s-]\s?){_B}{_N}\.?\s?[-–/&+]\s?{_N}\.\s?({_N})\.\s?({_Y}){_B}", "$1$2.$3", "several_days"),
    (rf"{_B}({_Y}\s?<年>\s?{_N}\s?<月>)\s?{_N}\s?(?:<日>)?\s?[-–~〜・,、]\s?{_N}\s?<日", "$1", "several_days"),
    # Both in one month, or in two: `_same_month` comes first and knows.
    (rf"(?:{_B}{_N}{_GAP})?{_MONTH}{_GAP}{_AND}(?:{_N}{_GAP})?{_MONTH}{_GAP}({_Y}){_B}", "$1", "several_months"),
    (rf"{_MONTH}{_GAP}{_N}{_AND}{_MONTH}{_GAP}{_N}{_GAP}({_Y}){_B}", "$1", "several_months"),
    (rf"{_B}{_N}{_AND}(?:<(?:den|le|el)>\s*)?{_N}{_GAP}({_MONTH})", "$1", "several_days"),
    (rf"({_MONTH}){_GAP}{_N}{_AND}{_N}{_GAP}({_Y}){_B}", "$1 $2", "several_days"),
    (rf"{_B}({_Y}[\s.]*{_MONTH})[\s.]*{_N}\.?{_AND}{_N}{_B}", "$1", "several_days"),
)
_SAME_MONTH = "|".join(
    rf"{_B}{_N}{_GAP}{month}{_GAP}{_AND}{_N}{_GAP}{month}{_GAP}{_Y}{_B}" for month in "ABCDEFGHIJKLX"
)
_BOUND_AFTER = rf"[\s.'-]*(?:<(?:dan|den|tan|ten|r|g|m|года|гады|року)>[\s.]*)?<(?:{AFTER})>"
_CJK_BOUND = (
    r"^.*?[0-9]\s?<?[年月日]?>?\s?<?[年月日]?(?:以前|之前|まて|以后|之后|以後|之後|为止|為止|이전|이후|까지)[^>]*>"
)


def convert_calendars(folded: pl.DataFrame, language: str | None) -> pl.DataFrame:
    """Turn years of Japanese eras, of the Republic of China and of the Thai calendar into those of our own.

    Args:
        folded: `text`, `folded`.
        language: in Japanese, `S44.10.27` is of the era Shōwa.
    """
    column = pl.col("folded")
    is_other = column.str.contains(_OTHER_CALENDAR)
    if language == "ja":
        is_other |= column.str.contains(r"^\s*<[mtshr]>")
    other, folded = part(folded, is_other)
    if other.is_empty():
        return folded
    tidy = (
        column.str.replace_all(r"\b1[0-9]{3}\s?<ه[^>]*>", " ")  # a year of the Hijra
        .str.replace_all(rf"<[^>]*(?:{_ERA})>\s?{_N}\s?(?:<年>)?\s?\(\s?({_Y})\s?(?:<年>)?\s?\)\s?(?:<年>)?", "$1<年>")
        .str.replace_all(rf"({_Y}\s?<年>)\s?\(\s?<(?:{_ERA})>\s?{_N}\s?<年>\s?\)", "$1")
    )
    converted = other.with_columns(tidy).with_columns(_year_of_era(rf"^(.*?)<[^>]*({_ERA})>\s?({_N})(\s?<年.*)$"))
    if language == "ja":
        converted = converted.with_columns(_year_of_era(rf"^(\s*)<([mtshr])>\.?\s?({_N})([./-].*)$"))
    return pl.concat([folded, converted.with_columns(_year_of_buddha())])


def _year_of_era(shape: str) -> pl.Expr:
    folded = pl.col("folded")
    parts = folded.str.extract_groups(shape).struct
    era, year = parts.field("2"), parts.field("3").cast(pl.Int32)
    begin, last = (
        era.replace_strict({name: both[place] for name, both in ERAS.items()}, default=None, return_dtype=pl.Int32)
        for place in (0, 1)
    )
    dated = pl.concat_str([parts.field("1"), pl.lit(" "), (begin + year).cast(pl.String), parts.field("4")])
    return pl.when(year.is_between(1, last)).then(dated).otherwise(folded).alias("folded")


def _year_of_buddha() -> pl.Expr:
    folded = pl.col("folded")
    plain = folded.str.replace_all(r"<(?:พ|ค)>\.?\s?<ศ>\.?", " ")
    parts = plain.str.extract_groups(r"^(.*?)\b(2[4-6][0-9]{2})\b(.*)$").struct
    year = (parts.field("2").cast(pl.Int32) - _BUDDHIST).cast(pl.String)
    dated = pl.concat_str([parts.field("1"), year, parts.field("3")])
    return pl.when(folded.str.contains("[ก-๛]")).then(pl.coalesce(dated, plain)).otherwise(folded).alias("folded")


def simplify(tokens: pl.DataFrame, item: str, language: str | None) -> pl.DataFrame:
    """Add `special`, the note on what was rewritten: `bound_only`, `several_days`, `several_months` or null.

    Args:
        tokens: `folded` with months, decades and centuries as tokens.
        item: the pattern of a date.
        language: of the texts: `do 2004` is "until" in Polish, "of the" in Portuguese.
    """
    own = BEFORE_IN.get((language or "").lower()[:2], "")
    before = f"{BEFORE}|{own}" if own else BEFORE
    folded, unnoted = pl.col("folded"), pl.lit(None, pl.String)
    # One of these stands in every text that is rewritten below.
    hint = rf"<(?:{before}|{AFTER}|{'|'.join(_ROMANS)})>|[≤≥]|[年月日]以|之[前后後]|まて|止>|이[전후]>|까지>"
    joined = (
        rf"{_B}{_N}{_AND}{_N}{_B}|{_MONTH}{_GAP}(?:{_N})?{_AND}(?:{_N}{_GAP})?{_MONTH}|{_B}{_N}\s?<日>?\s?[-–~〜・,、]"
    )
    is_special = folded.str.contains(f"{hint}|{joined}")
    special, rest = part(tokens, is_special)
    rest = rest.with_columns(special=unnoted)
    if special.is_empty():
        return rest
    bound = rf"(?:<(?:{before})>|[≤≥]=?)[\s.'=]*(?:<(?:{FILLERS})>[\s.']*)*(?:{item}|{CENTURIES})(?:<日>)?"
    unbound = (
        folded.str.replace_all(bound, " ")
        .str.replace_all(f"(?:{item}){_BOUND_AFTER}", " ")
        .str.replace(_CJK_BOUND, " ")
    )
    special = _ranges(special.with_columns(_roman_months())).with_columns(unbound=unbound)
    noted = pl.when(folded != pl.col("unbound")).then(pl.lit("bound_only")).otherwise("special")
    return pl.concat([rest, special.with_columns(folded="unbound", special=noted).drop("unbound")])


def _roman_months() -> pl.Expr:
    folded = pl.col("folded")
    found = []
    for shape in _ROMAN_SHAPES:
        parts = folded.str.extract_groups(shape).struct
        letter = parts.field("2").replace_strict(_ROMANS, default=None, return_dtype=pl.String)
        found.append(pl.concat_str([parts.field("1"), letter, parts.field("3")]))
    return pl.coalesce(*found, folded).alias("folded")


def _ranges(texts: pl.DataFrame) -> pl.DataFrame:
    texts = texts.with_columns(special=pl.lit(None, pl.String))
    folded = pl.col("folded")
    first = rf"{_B}{_N}{_GAP}({_MONTH}){_GAP}{_AND}{_N}{_GAP}{_MONTH}{_GAP}({_Y}){_B}"
    ranges = ((first, "$1 $2", "several_days", _SAME_MONTH), *((*one, one[0]) for one in _RANGES))
    for pattern, value, note, condition in ranges:
        hit = folded.str.contains(condition)
        noted = pl.coalesce("special", pl.when(hit).then(pl.lit(note)))
        value_if_hit = pl.when(hit).then(folded.str.replace_all(pattern, value)).otherwise("folded")
        texts = texts.with_columns(folded=value_if_hit, special=noted)
    return texts
