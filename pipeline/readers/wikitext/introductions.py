"""Partners that no heading tells: below a line that introduces them, in an infobox, or in a sentence somewhere."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext.profiles import Profile, common_words, load_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIST: Final = re.compile(r"\s*(?:[*#]|\{\||\{\{|\[\[)")
_LABEL: Final = re.compile(r"\s*(?:;|'''|<b>)\s*([^\n]{3,80}?)(?:'''|</b>|\s|:)*(?:<ref\b[^\n]*)?\Z", re.IGNORECASE)
_REFERENCES: Final = re.compile(r"<ref\b[^<>]*/>|<ref\b[^<>]*>[^<>]*</ref>|'{2,}|<[^<>]{1,40}>")
_PARAMETER: Final = re.compile(r"\s*+\|\s*+(?P<key>[^\s=|{}\[\]<>][^=|\n{}\[\]<>]{2,39}?)\s*+=(?P<value>.*)", re.DOTALL)
_NO_PARAGRAPH: Final = frozenset("*#=|{!<")
_END: Final = r"\Z"
#: Characters of the longest line that introduces a list.
_LONGEST: Final = 300


@functools.cache
def page_pattern(language: str) -> re.Pattern[str]:
    """Return a pattern that finds what may be about twinnings in a page: a heading, an introduction, a parameter.

    It is a quick filter for many pages: each of its parts begins with a literal.

    Raises:
        SourceError: the language has no profile.
    """
    profile = load_profile(language)
    heading = rf"==(?!=)[^\n=]{{0,80}}?(?i:{profile.section_words})[^\n=]*=="
    words = rf"(?i:{profile.twin.pattern}|{profile.ties.pattern})"
    introduction = rf"\n(?=[^\n:：|=]{{5,{_LONGEST}}}+[:：][' ]*+\n)[^\n]{{0,{_LONGEST}}}?{words}"
    label = rf"\n(?:;|''')[^\n]{{0,80}}?(?i:{profile.section_words})"
    keys = f"{profile.section_words}|{common_words().twin_parameters.pattern.removesuffix(_END)}"
    parameter = rf"\n\s*+\|(?=[^\n=]{{3,60}}+=)[^\n=]{{0,40}}?(?i:{keys})[^\n=]{{0,30}}=\s*\S"
    return re.compile(f"{heading}|{introduction}|{label}|{parameter}")


def introduces(text: str, profile: Profile) -> bool:
    """Return whether a line ends in a colon and is about partners."""
    if len(text) > _LONGEST:
        return False
    plain = _REFERENCES.sub("", text).strip()
    return plain.endswith((":", "：")) and is_about_partners(plain, profile)


def is_about_partners(text: str, profile: Profile) -> bool:
    """Return whether the words of a heading or an introduction may be about partners."""
    is_about = profile.twin.search(text) or profile.ties.search(text)
    return is_about is not None and not profile.not_sections.search(text)


def find_introduced(lines: list[str], taken: list[tuple[int, int]], profile: Profile) -> Iterator[tuple[int, int]]:
    """Yield first and last index of the lists outside the `taken` lines that a line above introduces."""
    index = 0
    while index < len(lines):
        end = next((last for first, last in taken if first <= index < last), None)
        if end is None and _is_introduction(lines[index], profile):
            behind = _skip_blank(lines, index + 1)
            if behind < len(lines) and _LIST.match(lines[behind]):
                end = _end_of_list(lines, behind, profile)
                yield index, end
        index = max(index + 1, end or 0)


def _is_introduction(line: str, profile: Profile) -> bool:
    if line[:1] in {"", "*", "#", "=", "|", "{", "!"}:
        return False
    label = _LABEL.match(line) if line[0] in ";'<" else None
    if label and profile.sections.search(label[1]) and not profile.not_sections.search(label[1]):
        return True
    return introduces(line, profile)


def _skip_blank(lines: list[str], index: int) -> int:
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index


def _end_of_list(lines: list[str], index: int, profile: Profile) -> int:
    """Return the end of a list: the next line that is neither one of it nor introduces more of it."""
    in_table = False
    while index < len(lines):
        line = lines[index]
        in_table = (in_table or line.lstrip().startswith("{|")) and not line.lstrip().startswith("|}")
        is_list = in_table or _LIST.match(line) or line[:1] in {"", ":", "|", "}"} or not line.strip()
        if line.startswith("==") or not (is_list or _is_introduction(line, profile)):
            break
        index += 1
    return index


def find_parameters(lines: list[str], profile: Profile) -> Iterator[tuple[int, int]]:
    """Yield first and last index of the parameters of infoboxes that hold partners: `|Gemellaggi = {{FRA}} [[Pau]]`."""
    for index, line in enumerate(lines):
        parameter = parse_parameter(line) if line.lstrip()[:1] == "|" else None
        if parameter is None:
            continue
        if is_numbered(parameter[0]):
            is_first = not _is_numbered_line(lines[index - 1]) if index else True
            if is_first:
                yield (
                    index,
                    next((end for end in range(index, len(lines)) if not _is_numbered_line(lines[end])), len(lines)),
                )
            continue
        if not profile.sections.search(parameter[0].replace("_", " ")):
            continue
        end = index + 1
        while end < len(lines) and lines[end].strip() and lines[end].lstrip()[0] not in "|}=":
            end += 1
        if "[[" in "".join(lines[index:end]) or "{{" in "".join(lines[index:end]):
            yield index, end


def is_numbered(key: str) -> bool:
    """Return whether a parameter holds one partner, or the country of one: `twin1`, `twin1_country`."""
    return common_words().twin_parameters.match(key) is not None or holds_country(key)


def _is_numbered_line(line: str) -> bool:
    parameter = parse_parameter(line) if line.lstrip()[:1] == "|" else None
    return parameter is not None and is_numbered(parameter[0])


def holds_country(key: str) -> bool:
    """Return whether a parameter holds the country of the partner before it: `twin1_country`."""
    return common_words().country_parameters.match(key) is not None


def mentions_twinning(text: str) -> bool:
    """Return whether a text has words of a twinning of towns, or of partners that may be towns."""
    words, lower = common_words(), text.lower()
    return any(word in lower for word in (*words.twinned, *words.partnered))


def find_sentences(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield first and last index of the paragraphs that have words of a twinning and a link."""
    for index, line in enumerate(lines):
        if line[:1] not in _NO_PARAGRAPH and "[[" in line and mentions_twinning(line):
            yield index, index + 1


def parse_parameter(line: str) -> tuple[str, str] | None:
    """Return name and value of a line that is a parameter of a template, or None."""
    match = _PARAMETER.match(line)
    return (match["key"], match["value"]) if match else None
