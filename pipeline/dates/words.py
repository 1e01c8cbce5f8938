"""The words of dates in forty locales, and texts folded so that they can be found."""

from __future__ import annotations

import functools
import pickle
from pathlib import Path
from typing import Final

import polars as pl
from babel import localedata

MONTH_LOCALES: Final = (
    "de", "de_AT", "en", "fr", "it", "es", "nl", "pl", "cs", "sk", "pt", "sv", "da", "nb", "nn", "fi", "hu",
    "ro", "bg", "hr", "sl", "sr", "sr_Latn", "lt", "lv", "et", "el", "tr", "uk", "ru", "ca", "eu", "gl", "ar",
    "he", "id",
)  # fmt: skip
# Cases that CLDR does not list: locatives ("in March"), in the order of the months.
LOCATIVES: Final = {
    "pl": "styczniu lutym marcu kwietniu maju czerwcu lipcu sierpniu wrzesniu pazdzierniku listopadzie grudniu",
    "cs": "lednu unoru breznu dubnu kvetnu cervnu cervenci srpnu zari rijnu listopadu prosinci",
    "hr": "sijecnju veljaci ozujku travnju svibnju lipnju srpnju kolovozu rujnu listopadu studenom prosincu",
    "ru": "январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре",
}
AFFIXES: Final = {"fi": "{}ssa {}n", "eu": "{}ren {}n", "hu": "{}ban {}ben {}i", "he": "ב{}"}

SINCE = "since|seit|depuis|dal|dall|desde|sinds|sedan|siden|od|od> <roku|from|anno|ad|с|з|от|από"
ERA = r"<ad>|<ce>|<n>[. ]*<chr>|<d>[. ]*<c>|<н>[. ]*<э>"
BEFORE_CHRIST = (
    r"[0-9][\s.]*(?:<bc>|<bce>|<v>[. ]*<chr>|<av>[. ]*<j|<a>[. ]*<c>[. ]|<до> <н>|<p>[. ]*<n>[. ]*<e>)"
    r"|^\s*-[0-9]{4}-[0-9]{2}-"
)
APPROXIMATE = (
    r"<(?:um|ca|c|cca|circa|cirka|vers|environ|env|etwa|gegen|about|around|approximately|approx|hacia|verso|noin"
    r"|omkring|cerca|kolem|okolo|oko|około|около|близько|rond|omstreeks|kring|wohl|vermutlich|probably)>"
    r"[.\s]*(?:<(?:de|al|del|roku|the|mid|early|late)>\s*)?"
    r"(?:[12][0-9]{3}|[A-LX]|[0-9]{1,2}[ .])|[~≈]\s*[0-9]|[0-9]\s?\(?\?"
)
DECADE_WORDS = "anni|annees|jaren|anos|anii|lata|decada> <de|decada|decade|decennio|годы|δεκαετια(?:> <του)?"
# "1980-as" alone is Hungarian for "of 1980"; with "évek" it is the decade.
DECADE_ENDS = (
    r"er|ers|s|as> <evek\w*|es> <evek\w*|erne|ere|ler\w*|lar\w*|е|х|ті|те|их|ih|tih|tych|an|talet|tallet|tal"
    r"|luku\w*|luvu\w*|年代\w*"
)
CENTURY_WORDS = (
    r"jahrhundert\w*|jhd?t?|century|secolo|secol|siecle|siglo|seculo|segle|mende|eeuw|wiek\w*|stoleti|storocie"
    r"|stoljec\w*|stoletj\w*|век\w*|століття|столетие|vuosisa\w*|sajand\w*|szazad\w*|amzius|amziaus|gadsimt\w*"
    r"|arhundrade\w*|arhundrede\w*|hundrear|yuzyil\w*|αιωνας|世紀\w*|世纪\w*"
)
_NUMERALS = "vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii"
ROMAN = {numeral: value for value, numeral in enumerate(_NUMERALS.split(), 6)}
_NUMERAL = rf"<({'|'.join(ROMAN)})(?:e|eme)?>"
CENTURIES = "|".join([
    rf"\b([0-9]{{1,2}})\s?[.º-]?\s?(?:<(?:st|nd|rd|th|e|eme|de|ste|й)>)?\s?<(?:{CENTURY_WORDS})>",
    rf"{_NUMERAL}[.\s]*<(?:{CENTURY_WORDS}|w|sec|ст)>",
    rf"<(?:secolo|sec|secolul|siglo|seculo|segle)>[.\s]*(?:<al>\s)?{_NUMERAL}",
])  # fmt: skip

# Digits of other scripts; footnote marks and invisible characters must not join or part numbers.
_BEFORE = (
    dict.fromkeys("<>[]{}", " ")
    | {chr(zero + i): str(i) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50) for i in range(10)}
    | dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹", " ")
    | dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u061c\u00ad\ufeff", "")
    | dict.fromkeys("‐‑−", "-")
    | dict.fromkeys("’‘ʼ´׳", "'")
)
_AFTER = dict(zip("ıłøđßæς", ("i", "l", "o", "d", "ss", "ae", "σ"), strict=True)) | {
    "년대": "年代", "년": "年", "월": "月", "일": "日", "세기": "世紀",
    "十二月": "12月", "十一月": "11月", "十月": "10月",
    **{f"{char}月": f"{i}月" for i, char in enumerate("一二三四五六七八九", 1)},
}  # fmt: skip
_ENTITIES = {
    "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&#160;": " ", "&thinsp;": " ", "&ensp;": " ", "&ndash;": "–",
    "&amp;nbsp;": " ", "&mdash;": "–", "'''": " ", "''": " ",
}  # fmt: skip
_MARKUP = r"(?is)<ref[^>]*/>|<ref.*?</ref\s*>|<ref.*$|<!--.*?-->|</?[a-z][^>]*>|https?://\S+|\[\[[^\[\]|]*\||\bq[0-9]+"


def fold(texts: pl.DataFrame) -> pl.DataFrame:
    """`texts` and `folded`: lower case, without accents and markup, every run of letters as `<run>`."""
    folded = pl.col("folded")
    clean = pl.col("text").str.replace_many(_ENTITIES, leftmost=True).str.replace_all(_MARKUP, " ")
    cleaned = texts.with_columns(folded=clean.str.replace_many(_BEFORE).str.to_lowercase())
    # Most texts are ASCII, and normalising takes longer than all the rest here.
    ascii_only = folded.str.len_bytes() == folded.str.len_chars()
    bare = folded.str.normalize("NFKD").str.replace_all(r"\p{Mn}+", "").str.to_lowercase()
    plain = bare.str.normalize("NFC").str.replace_many(_AFTER, leftmost=True)
    both = pl.concat([cleaned.filter(ascii_only), cleaned.filter(~ascii_only).with_columns(plain)])
    return both.with_columns(folded.str.replace_all(r"\p{L}+", "<$0>"))


@functools.cache
def _month_names() -> dict[str, dict[str, int]]:
    """Folded month names by language, from CLDR, each with its number.

    The locale files are read directly: `Locale.months` resolves stand-alone names to those of whatever locale
    was used before (python-babel issue 1234), and loading without inheritance would spoil babel's own cache.
    """
    rows: list[tuple[str, int, str]] = []
    for locale in MONTH_LOCALES:
        with Path(localedata.resolve_locale_filename(locale)).open("rb") as file:
            contexts = pickle.load(file).get("months", {}).values()  # noqa: S301, the installed package's own data
        widths = [context.get(width) for context in contexts for width in ("wide", "abbreviated")]
        named = [pair for width in widths if isinstance(width, dict) for pair in width.items()]
        forms = ["{}", *AFFIXES.get(locale[:2], "").split()]
        names = [(month, form.format(name.rstrip("."))) for month, name in named for form in forms]
        rows += [(locale[:2], month, name) for month, name in names]
    rows += [(lang, i, name) for lang, text in LOCATIVES.items() for i, name in enumerate(text.split(), 1)]
    rows.append(("en", 9, "sept"))
    table = fold(pl.DataFrame(rows, schema=["language", "month", "text"], orient="row"))
    # Catalan has "de gener", "d’abril": the last word is the name.
    table = table.select("language", "month", pl.col("folded").str.extract_all("<[^>]*>").list.last())
    found: dict[str, dict[str, int]] = {}
    for language, month, name in table.drop_nulls().iter_rows():
        found.setdefault(language, {})[name] = month
    return found


@functools.cache
def month_letters(language: str | None) -> dict[str, str]:
    """The letter for each `<name>`; `X` where languages differ and `language` does not decide."""
    meanings: dict[str, set[int]] = {}
    for names in _month_names().values():
        for name, month in names.items():
            meanings.setdefault(name, set()).add(month)
    letters = {name: chr(64 + min(found)) if len(found) == 1 else "X" for name, found in meanings.items()}
    own = _month_names().get((language or "").lower()[:2], {})
    return letters | {name: chr(64 + month) for name, month in own.items()}
