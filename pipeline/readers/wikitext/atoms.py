"""What a line is made of besides text: links, flags, references and twinning templates, one character each.

Everything else can then be read with patterns: `⚑ L (1967)` whatever the flag and the link are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from pipeline.dates.words import month_letters
from pipeline.readers.wikitext.places import country_of_flag, fold

#: Characters of the private use area stand for what is no plain text: the atom's number is added.
LINK, FLAG, REF, TWIN = "\ue000", "\ue800", "\uf000", "\uf400"
SPAN: Final = 0x3FF
BREAK, STRUCK, UNSTRUCK = "\x0b", "\x0e", "\x0f"
PRIVATE: Final = re.compile("[\ue000-\uf8ff]")
_FILE: Final = re.compile(
    r":?\s*(?:file|image|datei|bild|bestand|afbeelding|plik|grafika|soubor|súbor|fichier|ficheiro|imagem"
    r"|immagine|archivo"
    r"|imagen|fil|billede|tiedosto|kuva|fájl|kép|файл|изображение|зображення|fișier|imagine|datoteka|slika"
    r"|fitxer|imatge"
    r"|ファイル|画像|文件|檔案|档案|图像|圖像)\s*:\s*(?P<name>[^|]*)",
    re.IGNORECASE,
)
FLAG_FILE: Final = re.compile(
    r"(?:civil |state )?(?:flag|ensign|bandiera|bandera|bandeira|drapeau|flagge|flaga|vlag)[ _]*(?:of|de|del|di"
    r"|der|van|d'|du)?[ _]+"
    r"(?:the[ _]+)?(?P<of>[^.(]+?)(?:[ _]*\([^)]*\))?(?:[ _]+\d+)?(?:[ _]+(?:bordered|variant|shape))?\.(?:svg"
    r"|png|gif|jpg)",
    re.IGNORECASE,
)
_CATEGORY: Final = re.compile(
    r"\s*(?:category|kategorie|categoria|categoría|catégorie|categorie|kategoria|kategória|kategori|luokka"
    r"|категория|категорія"
    r"|kategorija|分类|分類|カテゴリ)\s*:",
    re.IGNORECASE,
)
_DATE_LINK: Final = re.compile(
    r"[\s\d.年月日º°]+|(?:\d{1,2}[.º°]?|1er)\s*(?:de\s+|d')?[^\W\d_]{3,}|[^\W\d_]{3,}\s+\d{1,2}"
    r"|[^\W\d_]{3,}\s+\d{4}|\d+월 ?\d*일?"
)
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_REIGNS: Final = frozenset({"明治", "大正", "昭和", "平成", "令和"})
_INTERLANGUAGE: Final = re.compile(r"\A[a-z-]{2,12}:(?=\S)")
_PIPE_TRICK: Final = re.compile(r"\s*\([^)]*\)\Z|,.*\Z")


@dataclass(slots=True)
class Link:
    """A link: where it goes and what it prints."""

    target: str
    label: str


@dataclass(slots=True)
class Call:
    """A template: its name, and its arguments as wikitext, those without a name in order."""

    name: str
    given: tuple[str, ...]
    named: dict[str, str]


@dataclass(slots=True)
class Line:
    """A line as text in which single characters stand for links, flags, references and twinning templates."""

    text: str
    links: list[Link] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    twins: list[Call] = field(default_factory=list)
    #: Names of templates that are none of those known.
    unknown: list[Call] = field(default_factory=list)
    images: int = 0

    def link(self, char: str) -> Link:
        """Return the link that a character stands for."""
        return self.links[ord(char) - ord(LINK)]

    def flag(self, char: str) -> str:
        """Return the country of the flag that a character stands for."""
        return self.flags[ord(char) - ord(FLAG)]

    def ref(self, char: str) -> str:
        """Return the address that a reference gives, or ""."""
        return self.refs[ord(char) - ord(REF)]

    def twin(self, char: str) -> Call:
        """Return the twinning template that a character stands for."""
        return self.twins[ord(char) - ord(TWIN)]

    def plain(self, text: str) -> str:
        """Return a part of the text as a reader sees it."""

        def shown(match: re.Match[str]) -> str:
            char = match[0]
            return self.link(char).label if LINK <= char < FLAG else ""

        return " ".join(PRIVATE.sub(shown, text).replace(BREAK, " ").replace(STRUCK, "").replace(UNSTRUCK, "").split())


def is_link(char: str) -> bool:
    """Return whether a character stands for a link."""
    return LINK <= char < FLAG


def is_flag(char: str) -> bool:
    """Return whether a character stands for a flag."""
    return FLAG <= char < REF


def link_atom(target: str, label: str | None, line: Line) -> str:
    """Return what stands for a link: a character, or its text where it is a date, or nothing."""
    target = target.strip().replace("_", " ")
    file = _FILE.match(target)
    if file:
        return _file_atom(file["name"], line)
    if _CATEGORY.match(target):
        return ""
    shown = _label(target, label)
    words = PRIVATE.sub("", shown)
    is_date = _is_date(words)
    is_flag_alone = not words.strip() and any(map(is_flag, shown))
    if not shown or is_date or is_flag_alone or target in _REIGNS or len(line.links) > SPAN:
        return shown
    line.links.append(Link(PRIVATE.sub("", target), " ".join(words.split())))
    return chr(ord(LINK) + len(line.links) - 1)


def _is_date(words: str) -> bool:
    """Return whether a link's text is a date: `1974`, `5 maggio`, but not `Praga 1`."""
    if _DATE_LINK.fullmatch(words) is None or not any(char.isdigit() for char in words):
        return False
    named = _WORD.findall(words)
    return not named or any(f"<{fold(word)}>" in month_letters("en") for word in named) or not words.isascii()


def _file_atom(name: str, line: Line) -> str:
    match = FLAG_FILE.match(name.strip())
    country = country_of_flag(match["of"].replace("_", " ").strip()) if match else None
    line.images += not country
    return flag_atom(country, line) if country else ""


def _label(target: str, label: str | None) -> str:
    """Return what a link prints."""
    if label is None:
        return _INTERLANGUAGE.sub("", target.lstrip(":").replace("\x1c", "|"))
    shown = label.replace("\x1c", "|").rsplit("|", 1)[-1].strip()
    # [[Cambridge (Massachusetts)|]]: the pipe trick.
    return shown or _PIPE_TRICK.sub("", target)


def flag_atom(country: str, line: Line) -> str:
    """Return the character that stands for a flag."""
    if len(line.flags) > SPAN:
        return ""
    line.flags.append(country)
    return chr(ord(FLAG) + len(line.flags) - 1)
