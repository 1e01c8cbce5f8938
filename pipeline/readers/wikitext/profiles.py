"""Profiles: how the Wikipedia of one language writes of twinnings, as data."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.errors import SourceError

_FOLDER: Final = Path(__file__).with_name("languages")
_COMMON: Final = Path(__file__).with_name("common.toml")
_NOTHING: Final = re.compile(r"(?!)")


@dataclass(frozen=True)
class Evidence:
    """What on a page tells the country that it is about: a pattern, and the country or the pattern's group."""

    pattern: re.Pattern[str]
    country: str | None


@dataclass(frozen=True)
class Profile:
    """The words of one language. Patterns ignore case and are searched for, unless it says otherwise.

    Attributes:
        language: its code, as in the address of its Wikipedia.
        search: what to search for, to discover pages with twinnings.
        sections: titles of sections that are about twinnings and nothing else.
        weak_sections: titles of sections that may hold twinnings among other things.
        not_sections: titles that look like one of these and are none (universities, companies, consulates).
        list_titles: titles of whole pages that list twinnings; group `of` is the country or town that they are of.
        forms: what in a heading or an intro says which form is meant, by form.
        since, until, renewed, ended, suspended, dormant: words beside a date or a name.
        former: headings of what is over.
        renamed: words in front of the name that a town bears now.
        prose: sentences that name partners; group `partners` is where, and the rest of the sentence else.
        twin: what makes a line be about twinnings.
        not_partner: link targets that are no towns (the article on twinning itself).
        joiners: words between the last two of several names.
        within: words in front of a region or country.
        columns: what a table's header calls our columns.
        flags, twin_templates: names of templates, matched as a whole.
        town_country: what on a page tells its country.
    """

    language: str
    search: tuple[str, ...]
    sections: re.Pattern[str]
    weak_sections: re.Pattern[str]
    not_sections: re.Pattern[str]
    list_titles: tuple[re.Pattern[str], ...]
    forms: dict[str, re.Pattern[str]]
    since: re.Pattern[str]
    until: re.Pattern[str]
    renewed: re.Pattern[str]
    ended: re.Pattern[str]
    suspended: re.Pattern[str]
    dormant: re.Pattern[str]
    former: re.Pattern[str]
    renamed: re.Pattern[str]
    prose: tuple[re.Pattern[str], ...]
    twin: re.Pattern[str]
    not_partner: re.Pattern[str]
    joiners: re.Pattern[str]
    within: re.Pattern[str]
    columns: dict[str, re.Pattern[str]]
    flags: re.Pattern[str]
    twin_templates: re.Pattern[str]
    town_country: tuple[Evidence, ...]
    #: Letters in brackets that mean a country, as on cars: `(F)`, `(CH)`.
    country_marks: dict[str, str]
    #: Adjectives that say where a town is ("the French town of"), with the country's code.
    adjectives: tuple[tuple[re.Pattern[str], str], ...]
    #: Headings above towns of the same country, and that country where no page says it.
    domestic: re.Pattern[str]
    home: str
    #: The text of `sections` and `weak_sections`, for patterns that are put together from them.
    section_words: str


@functools.cache
def languages() -> tuple[str, ...]:
    """Return the languages that have a profile, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load_profile(language: str) -> Profile:
    """Return the profile of a language; of `pt-BR` that of `pt`.

    Raises:
        SourceError: there is none; names those that there are.
    """
    code = language.lower().replace("_", "-").split("-")[0]
    if code not in languages():
        raise SourceError(
            f"no wikitext profile for the language {language!r}; there are {', '.join(languages())} "
            f"(one file each in pipeline/readers/wikitext/languages)"
        )
    return _load(code)


@functools.cache
def _load(code: str) -> Profile:
    own = tomllib.loads((_FOLDER / f"{code}.toml").read_text("utf-8"))
    return _profile(code, own, _common())


@functools.cache
def _common() -> dict[str, Any]:
    return tomllib.loads(_COMMON.read_text("utf-8"))


def common(key: str) -> Any:  # noqa: ANN401, as TOML has it
    """Return what holds in all languages."""
    return _common()[key]


def _profile(code: str, own: dict[str, Any], shared: dict[str, Any]) -> Profile:
    words = own.get("words", {})

    def bounded(key: str) -> re.Pattern[str]:
        return _any([*words.get(key, []), *shared["words"].get(key, [])], bounded=True)

    return Profile(
        language=code,
        search=tuple(own["search"]),
        sections=_any(own["sections"]),
        weak_sections=_any(own.get("weak_sections", [])),
        not_sections=_any([*own.get("not_sections", []), *shared["not_sections"]]),
        list_titles=tuple(re.compile(pattern, re.IGNORECASE) for pattern in own.get("list_titles", [])),
        forms={form: _any(own.get("forms", {}).get(form, [])) for form in shared["form_order"]},
        since=bounded("since"),
        until=bounded("until"),
        renewed=bounded("renewed"),
        ended=bounded("ended"),
        suspended=bounded("suspended"),
        dormant=bounded("dormant"),
        former=bounded("former"),
        renamed=bounded("renamed"),
        prose=tuple(re.compile(pattern, re.IGNORECASE) for pattern in own.get("prose", [])),
        twin=_any([*own["sections"], *own.get("twin", [])]),
        not_partner=_any([*own["sections"], *own.get("twin", []), *own.get("not_partner", []), *shared["not_partner"]]),
        joiners=bounded("joiners"),
        within=bounded("within"),
        columns={
            ours: _any([*own.get("columns", {}).get(ours, []), *shared["columns"].get(ours, [])])
            for ours in shared["columns"]
        },
        flags=_whole([*own.get("flags", []), *shared["flags"]]),
        twin_templates=_whole([*own.get("twin_templates", []), *shared["twin_templates"]]),
        town_country=tuple(
            Evidence(re.compile(one["pattern"], re.IGNORECASE), one.get("country"))
            for one in own.get("town_country", [])
        ),
        country_marks=dict(own.get("country_marks", {})),
        adjectives=tuple(
            (_any([pattern], bounded=True), country) for country, pattern in own.get("adjectives", {}).items()
        ),
        domestic=_whole(own.get("domestic", [])),
        home=own.get("home", ""),
        section_words="|".join([*own["sections"], *own.get("weak_sections", [])]),
    )


def _any(patterns: list[str], *, bounded: bool = False) -> re.Pattern[str]:
    if not patterns:
        return _NOTHING
    text = "|".join(patterns)
    # Scripts without spaces have no word bounds.
    return re.compile(rf"(?<![a-zà-ÿ])(?:{text})(?![a-zà-ÿ])" if bounded else text, re.IGNORECASE)


def _whole(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(patterns)})\Z", re.IGNORECASE) if patterns else _NOTHING
