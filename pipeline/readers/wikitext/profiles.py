"""Language profiles: how the Wikipedia of a language writes about twinnings, as data.

A profile is `languages/<language>.toml`, joined with what `common.toml` has for all languages.
"""

from __future__ import annotations

import functools
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict

from pipeline.errors import SourceError

_FOLDER: Final = Path(__file__).with_name("languages")
_COMMON: Final = Path(__file__).with_name("common.toml")
#: Statuses that words can state; the first that matches wins.
_STATUSES: Final = ("suspended", "ended", "dormant")
_MOST_WORDS_OF_HEADING: Final = 7
_LETTERS: Final = "a-zà-ÿα-ωά-ώа-яѐ-ґ"


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) or "(?!)", re.IGNORECASE)


def _any_word(patterns: list[str]) -> re.Pattern[str]:
    # Only letters of scripts that are written with spaces bound a word.
    return _any_of([rf"(?<![{_LETTERS}])(?:{'|'.join(patterns)})(?![{_LETTERS}])"] if patterns else [])


def _any_name(patterns: list[str]) -> re.Pattern[str]:
    return _any_of([rf"(?:{'|'.join(patterns)})\Z"] if patterns else [])


#: A list of patterns of which one is searched for: anywhere, as a whole word, or (with `match`) as the whole text.
AnyOf = Annotated[re.Pattern[str], BeforeValidator(_any_of)]
AnyWord = Annotated[re.Pattern[str], BeforeValidator(_any_word)]
AnyName = Annotated[re.Pattern[str], BeforeValidator(_any_name)]
#: One pattern.
Pattern = Annotated[re.Pattern[str], BeforeValidator(lambda pattern: _any_of([pattern]))]


class CountryEvidence(BaseModel):
    """A pattern that tells a page's country: the country, or else the pattern's group `country` is its name."""

    pattern: Pattern
    country: str | None = None


class Profile(BaseModel):
    """The words of one language. Patterns ignore case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Code of the language, as in the address of its Wikipedia.
    language: str
    #: Queries that find pages with twinnings.
    search: tuple[str, ...]
    #: Titles of sections about twinnings only, of sections that may have twinnings too, and of sections that look
    #: like one of these but have none (universities, companies, consulates).
    sections: AnyOf
    weak_sections: AnyOf = _any_of([])
    not_sections: AnyOf
    #: Words of a heading, or of a line that ends in a colon, that mean partners if a list of them follows.
    ties: AnyOf = _any_of([])
    #: The patterns of `sections`, `weak_sections` and `ties`, to build other patterns from.
    section_words: str
    #: Titles of pages that list twinnings; group `of` is the country or town.
    list_titles: tuple[Pattern, ...] = ()
    #: Words of a heading or an introduction that mean a form, by form.
    forms: dict[str, AnyOf]
    #: Words that mean a partnership, but a friendship on a page that has headings for partnerships in other words, too.
    friendly: AnyOf = _any_of([])
    #: Words next to a date or a name.
    since: AnyWord
    until: AnyWord
    renewed: AnyWord
    #: Words before the date of which a sentence tells: "As of 2020".
    as_of: AnyWord
    #: Words before a date that is only a bound: "before 1990".
    bounds: AnyWord
    #: Words of a partnership that there is not yet.
    planned: AnyWord
    #: Words for a year, next to its number.
    years: AnyWord
    ended: AnyWord
    suspended: AnyWord
    dormant: AnyWord
    #: Headings of partnerships that are over.
    former: AnyWord
    #: Words before the name that a town has now.
    renamed: AnyWord
    #: Words for a part of a town, which may have partners of its own.
    boroughs: AnyWord
    #: Words between the last two of several names, and words before a region or country.
    joiners: AnyWord
    within: AnyWord
    #: Sentences that name partners; group `partners` is the part that names them.
    prose: tuple[Pattern, ...] = ()
    #: Words of a line that is about twinnings.
    twin: AnyOf
    #: Link targets that are not towns, such as the article on twinning.
    not_partner: AnyOf
    #: Header words of a table's columns, by the reader's name of the column.
    columns: dict[str, AnyOf]
    #: Names of templates.
    flags: AnyName
    twin_templates: AnyName
    town_country: tuple[CountryEvidence, ...] = ()
    #: Forms of the names of months besides those of CLDR.
    months: tuple[str, ...] = ()
    #: Letters in brackets that mean a country, as on cars: `(F)`, `(CH)`.
    country_marks: dict[str, str] = {}
    #: Adjectives that say where a town is ("the French town of"), by the country's code.
    adjectives: dict[str, AnyWord] = {}
    #: Endings of the cases in which a country's name says where a town is: Estonian `Soomes`, Polish `w Niemczech`.
    case_endings: AnyName = _any_of([])
    #: Cases of names that differ in more than their ending, by the country's code.
    cases: dict[str, AnyName] = {}
    #: Headings above towns of the page's own country, and that country where no page states it.
    domestic: AnyName = _any_of([])
    home: str = ""

    def form_of(self, text: str) -> str | None:
        """Return the form that words name: "" where they name several, None where they name none.

        "Project partnerships" are of projects; "partnerships and friendships" are of both.
        """
        named, rest = [], text
        for form, pattern in self.forms.items():
            if pattern.search(rest):
                named.append(form)
                rest = pattern.sub(" ", rest)
        if not named:
            return None
        return named[0] if len(named) == 1 or not self.joins(text) else ""

    def joins(self, text: str) -> bool:
        """Return whether a word or sign joins the parts of a text, and not "with" that begins what follows."""
        if len(text.split()) > _MOST_WORDS_OF_HEADING or any(sign in text for sign in ",;/&+、・"):
            return True
        words = (match[0].strip() for match in self.joiners.finditer(text))
        return any(word and not common_words().with_words.match(word) for word in words)

    def status_of(self, words: str) -> str:
        """Return the status that words state, or ""; "former Yugoslavia" states none, what was resumed is active."""
        for status in _STATUSES:
            match = getattr(self, status).search(words)
            if match and (status != "ended" or self.states_end(words)):
                return "active" if self.renewed.search(words, match.end()) else status
        return ""

    def states_end(self, words: str) -> bool:
        """Return whether words say that something ended; "former Yugoslavia" does not."""
        match = self.ended.search(words)
        following = words[match.end() :].strip() if match else ""
        return match is not None and (not following[:1].isupper() or self.twin.search(following) is not None)

    def without_date_words(self, words: str) -> str:
        """Return the words of a note without those at its ends that went with a date: "umowa z r." is "umowa"."""
        rest = words.split()
        for index in (-1, 0):
            while rest and (not any(map(str.isalnum, rest[index])) or self._is_date_word(rest[index].strip(".,;"))):
                rest.pop(index)
        return " ".join(rest)

    def _is_date_word(self, word: str) -> bool:
        return any(pattern.fullmatch(word) for pattern in (self.since, self.until, self.years))

    def goes_with_date(self, words: str) -> bool:
        """Return whether words only say what a date means: "since"."""
        return bool(self.since.fullmatch(words) or self.until.fullmatch(words))


class CommonWords(BaseModel):
    """What is the same in all languages; `common.toml` describes each list."""

    model_config = ConfigDict(frozen=True)

    silent_templates: AnyName
    text_templates: AnyName
    link_templates: AnyName
    wrapping_templates: AnyName
    with_words: AnyName
    arguments: dict[str, AnyName]
    file_namespaces: AnyName
    category_namespaces: AnyName
    flag_file: Pattern
    end_sections: AnyName
    kinds: frozenset[str]
    states: frozenset[str]
    country_articles: AnyOf
    leading: AnyOf
    not_names: AnyOf
    counted: AnyOf
    of_region: AnyOf
    towns: frozenset[str]
    city_states: frozenset[str]
    end_causes: dict[str, AnyOf]
    codes: dict[str, str]
    abbreviations: dict[str, str]
    regions: dict[str, tuple[str, ...]]
    verbs: AnyWord
    several_towns: AnyWord
    twinned: tuple[str, ...]
    partnered: tuple[str, ...]
    twin_parameters: AnyName
    country_parameters: AnyName
    line_kinds: tuple[str, ...]


@functools.cache
def languages() -> tuple[str, ...]:
    """Return the languages that have a profile, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load_profile(language: str) -> Profile:
    """Return the profile of a language; `pt-BR` has that of `pt`.

    Raises:
        SourceError: the language has no profile; lists those that have one.
    """
    code = language.lower().replace("_", "-").split("-")[0]
    if code not in languages():
        raise SourceError(
            f"no wikitext profile for the language {language!r}; there are {', '.join(languages())} "
            f"(one file each in pipeline/readers/wikitext/languages)"
        )
    return _load(code)


@functools.cache
def common_words() -> CommonWords:
    """Return what is the same in all languages."""
    return CommonWords.model_validate(_common())


@functools.cache
def _common() -> dict[str, Any]:
    return tomllib.loads(_COMMON.read_text("utf-8"))


@functools.cache
def _load(code: str) -> Profile:
    profile, common = tomllib.loads((_FOLDER / f"{code}.toml").read_text("utf-8")), _common()

    def join(table: dict[str, Any], shared: dict[str, Any], *keys: str) -> dict[str, list[str]]:
        return {key: [*table.get(key, []), *shared[key]] for key in keys or shared}

    words, forms = profile.pop("words", {}), profile.get("forms", {})
    twin = [*profile["sections"], *profile.get("twin", [])]
    joined = join(profile, common, "not_sections", "not_partner", "flags", "twin_templates")
    return Profile.model_validate(
        profile
        | joined
        | join(words, common["words"])
        | {
            "language": code,
            "section_words": "|".join(
                [*profile["sections"], *profile.get("weak_sections", []), *profile.get("ties", [])]
            ),
            "forms": {form: forms.get(form, []) for form in common["form_order"]},
            "twin": twin,
            "not_partner": [*twin, *joined["not_partner"]],
            "columns": join(profile.get("columns", {}), common["columns"]),
            "adjectives": {country: [pattern] for country, pattern in profile.get("adjectives", {}).items()},
            "cases": {country: [pattern] for country, pattern in profile.get("cases", {}).items()},
        }
    )
