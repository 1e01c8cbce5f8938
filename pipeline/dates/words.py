"""The words of dates in forty locales, and texts folded so that they can be found."""

from __future__ import annotations

import functools
import pickle
from pathlib import Path
from typing import Final

import babel
import polars as pl
from babel import localedata

from pipeline.gazetteer.cache import kept
from pipeline.gazetteer.gazetteer import cache_folder

MONTH_LOCALES: Final = (
    "de", "de_AT", "en", "fr", "it", "es", "nl", "pl", "cs", "sk", "pt", "sv", "da", "nb", "nn", "fi", "hu",
    "ro", "bg", "hr", "sl", "sr", "sr_Latn", "lt", "lv", "et", "el", "tr", "uk", "ru", "ca", "eu", "gl", "ar",
    "he", "id", "is", "be", "sq", "ga", "cy", "mt", "hy", "ka", "th", "mk", "bs", "lb", "rm", "az",
)  # fmt: skip
_MONTHS: Final = pl.Schema({"language": pl.String, "month": pl.Int8, "folded": pl.String})
_CACHE_LAYOUT: Final = b"1"  # raised when names are folded otherwise
# Months of one language that are everyday words in another: Maltese February, Norwegian "from".
WORDS_ELSEWHERE: Final = ("fan", "fra", "main", "out", "pro", "sub")
# What CLDR does not list: other spellings, and locatives ("in March"), in the order of the months.
SPELLINGS: Final = (("en", 9, "sept"), ("de", 2, "feber"), ("de", 3, "maerz"), ("es", 9, "setiembre"))
LOCATIVES: Final = {
    "pl": "styczniu lutym marcu kwietniu maju czerwcu lipcu sierpniu wrzesniu pazdzierniku listopadzie grudniu",
    "cs": "lednu unoru breznu dubnu kvetnu cervnu cervenci srpnu zari rijnu listopadu prosinci",
    "sk": "januari februari marci aprili maji juni juli auguste septembri oktobri novembri decembri",
    "sl": "januarju februarju marcu aprilu maju juniju juliju avgustu septembru oktobru novembru decembru",
    "uk": "січні лютому березні квітні травні червні липні серпні вересні жовтні листопаді грудні",
    "hr": "sijecnju veljaci ozujku travnju svibnju lipnju srpnju kolovozu rujnu listopadu studenom prosincu",
    "ru": "январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре",
}
AFFIXES: Final = {"fi": "{}ssa {}n", "eu": "{}ren {}n", "hu": "{}ban {}ben {}i", "he": "ב{}"}

# Bounds are no dates: "before 1990" may be any year. In front of the date, behind it, and in one language only.
BEFORE = (
    "before|until|prior|earlier|later|latest|least|after|vor|nach|bis|spatestens|fruhestens|mindestens|avant|apres"
    "|jusqu|jusque|prima|dopo|fino|antes|hasta|despues|depois|apos|ate|abans|fins|voor|sinds> <minstens|fore|efter"
    "|etter|indtil|inntil|ennen|enne|parast|kuni|pirms|lidz|pries|iki|przed|pred|az> <do|inainte|dupa|pana|преди|след"
    "|prije|nakon|poslije|pre|пре|пред|πριν|μετα|εως|μεχρι|после|перед|після|לפני|אחרי|עד|قبل|بعد|حتى|sebelum|setelah"
)
BEFORE_IN: Final = {
    "en": "by|till|to> <about|up> <to", "nl": "na|tot", "sv": "till|innan", "da": "for|til",
    "nb": "for|til", "no": "for|til", "pl": "do|po", "cs": "do|po", "sk": "do|po", "sl": "do|po", "hr": "do|poslije",
    "bs": "do", "sr": "do|до|posle", "mk": "до|по", "bg": "до", "ru": "до", "uk": "до", "be": "да|до|пасля",
    "lv": "pec", "lt": "po|iki", "is": "fyrir|eftir|til", "it": "entro|ante", "pt": "ante", "es": "tras",
}  # fmt: skip
AFTER = "elott\\w*|utan\\w*|ig|jalkeen|oncesi\\w*|once|sonra\\w*|이전|이후|까지|earlier|or> <earlier|or> <before"
FILLERS = (
    "dem|den|der|das|jahre?|jahren|anfang|ende|mitte|the|year|early|late|mid|about|seit|since|than|to|in|en|an|a|au"
    "|l|le|la|il|el|al|annee|annees|anno|ano|any|del|della|dell|de|d|do|o|os|as|het|jaar|ar|aret|vuotta|aasta|roku|r"
    "|rokem|roce|rok|rokom|letom|letu|leta|lata|to|απο|το|ετος|года|годом|год|годы|року|рік|anul|anului|ca|c|circa|שנת"
    "|عام|سنة|tahun|zum"
)
# What stands between two days, or two months, of one date.
JOINERS = (
    "und|u|bis|zum|and|to|until|et|au|e|ed|al|y|en|tot|och|till|og|til|ja|ir|un|lidz|i|do|az|a|es|si|и|по|і|та|до|και"
    "|εως|ve|ile|in|na|eta"
)

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
    r"|[0-9]\s?<?[年月日]?>?\s?<?(?:頃|ころ|左右|경)|[0-9]\s<korul"
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

_UNTIL = (
    r"(?i)^\s*(?:bis(?: zum| zu)?|until|till|up to|to|jusqu['’](?:en|au|à)|fino (?:al?|alla|all['’])|hasta(?: el)?|tot"
    r"|do(?: roku| r\.)?|až do(?: roku)?|até|fins(?: al?)?|til|indtil|inntil|asti|kuni|līdz|iki"
    r"|până(?: în| la)?|до|μέχρι(?: το)?|έως(?: το)?|עד|حتى)\s+"
)

# Digits of other scripts; footnote marks and invisible characters must not join or part numbers.
_BEFORE = (
    dict.fromkeys("[]{}", " ")
    | {"<": "≤", ">": "≥"}  # since < and > mark words
    | {chr(zero + i): str(i) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50) for i in range(10)}
    | dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹", " ")
    | dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u061c\u00ad\ufeff", "")
    | dict.fromkeys("‐‑−", "-")
    | dict.fromkeys("’‘ʼ´׳", "'")
)
_TENS = ("", "十", "二十", "三十", "四十", "五十", "六十")
_CJK = {f"{ten}{unit}": i * 10 + j for i, ten in enumerate(_TENS) for j, unit in enumerate(" 一二三四五六七八九")}
_AFTER = dict(zip("ıłøđßæς", ("i", "l", "o", "d", "ss", "ae", "σ"), strict=True)) | {
    "년대": "年代", "년": "年", "월": "月", "일": "日", "세기": "世紀", "元年": "1年", "〇": "0", "零": "0",
    # The longest first.
    **{numeral.strip(): str(value) for numeral, value in reversed(_CJK.items()) if value},
}  # fmt: skip
_ENTITIES = {
    "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&#160;": " ", "&thinsp;": " ", "&ensp;": " ", "&ndash;": "–",
    "&amp;nbsp;": " ", "&mdash;": "–", "'''": " ", "''": " ",
}  # fmt: skip
_MARKUP = r"(?is)<ref[^>]*/>|<ref.*?</ref\s*>|<ref.*$|<!--.*?-->|</?[a-z][^>]*>|https?://\S+|\[\[[^\[\]|]*\||\bq[0-9]+"


def without_until(text: pl.Expr) -> pl.Expr:
    """Return texts of ends without a leading "until": there it says no more than the date."""
    return text.str.replace(_UNTIL, "")


def part(frame: pl.DataFrame, condition: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows that meet a condition and those that do not."""
    met = frame.select(condition).to_series()
    if not met.any():
        return frame.clear(), frame
    return frame.filter(met), frame.filter(~met)


def fold(texts: pl.DataFrame) -> pl.DataFrame:
    """`texts` and `folded`: lower case, without accents and markup, every run of letters as `<run>`."""
    folded = pl.col("folded")
    clean = pl.col("text").str.replace_many(_ENTITIES, leftmost=True).str.replace_all(_MARKUP, " ")
    cleaned = texts.with_columns(folded=clean.str.replace_many(_BEFORE).str.to_lowercase())
    # Most texts are ASCII, and normalising takes longer than all the rest here.
    ascii_only = folded.str.len_bytes() == folded.str.len_chars()
    others, cleaned = part(cleaned, ~ascii_only)
    if others.height:
        bare = folded.str.normalize("NFKD").str.replace_all(r"\p{Mn}+", "").str.to_lowercase()
        plain = bare.str.normalize("NFC").str.replace_many(_AFTER, leftmost=True)
        cleaned = pl.concat([cleaned, others.with_columns(plain)])
    return cleaned.with_columns(folded.str.replace_all(r"\p{L}+", "<$0>"))


@functools.cache
def _month_names() -> dict[str, dict[str, int]]:
    """Folded month names by language, from CLDR, each with its number; kept between runs."""
    made_of = repr(
        (babel.__version__, MONTH_LOCALES, SPELLINGS, LOCATIVES, AFFIXES, _ENTITIES, _MARKUP, _BEFORE, _AFTER)
    )
    named = kept(cache_folder(), "month_names", [_CACHE_LAYOUT, made_of.encode()], _MONTHS, _fold_months)
    found: dict[str, dict[str, int]] = {}
    for language, month, name in named.iter_rows():
        found.setdefault(language, {})[name] = month
    return found


def _fold_months() -> pl.DataFrame:
    """`language`, `month`, `folded`.

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
    rows += [(language, month, name) for language, month, name in SPELLINGS]
    table = fold(pl.DataFrame(rows, schema=["language", "month", "text"], orient="row"))
    # Catalan has "de gener", "d’abril": the last word is the name.
    table = table.select("language", "month", pl.col("folded").str.extract_all("<[^>]*>").list.last())
    # A single letter is an abbreviation of other things too (Thai "ค.").
    return table.drop_nulls().filter(pl.col("folded").str.len_chars() > 3).cast(_MONTHS)


@functools.cache
def month_letters(language: str | None) -> dict[str, str]:
    """The letter for each `<name>`; `X` where languages differ and `language` does not decide."""
    meanings: dict[str, set[int]] = {}
    for names in _month_names().values():
        for name, month in names.items():
            meanings.setdefault(name, set()).add(month)
    letters = {name: chr(64 + min(found)) if len(found) == 1 else "X" for name, found in meanings.items()}
    for word in WORDS_ELSEWHERE:
        letters.pop(f"<{word}>", None)
    own = _month_names().get((language or "").lower()[:2], {})
    letters |= {name: chr(64 + month) for name, month in own.items()}
    return {"<des> <de>": "<des_de>"} | letters  # Catalan "since", where "des." is December
