"""Sentences that name partners: "X is twinned with A, B and C"."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.boroughs import as_borough, find_borough, split_subjects
from pipeline.readers.wikitext.city_states import read_city_state
from pipeline.readers.wikitext.dates_in_text import find_dates
from pipeline.readers.wikitext.partner_parser import read_partners
from pipeline.readers.wikitext.profiles import common_words

if TYPE_CHECKING:
    from pipeline.readers.wikitext.line import Line
    from pipeline.readers.wikitext.partners import Context, Partner
    from pipeline.readers.wikitext.profiles import Profile

#: "These are the twin towns: A, B"
_COLON: Final = re.compile(r"\A(?P<before>[^:：]*+)[:：](?P<partners>.*[\ue000-\ue7ff].*)")
_REFERENCES_AT_END: Final = re.compile(r"(?<![\uf000-\uf3ff ])[\uf000-\uf3ff ]++\Z")
_LINKS: Final = re.compile("[\ue000-\ue7ff]")
_PAUSES: Final = frozenset({"ended", "suspended", "dormant"})
#: Letters that names of one town share in all cases.
_SHORTEST_STEM: Final = 4
#: A reference behind the full stop belongs to the sentence before it.
_SENTENCE_END: Final = re.compile(
    r"(?:(?<=[\ue000-\uf3ff)])[.](?=[\uf000-\uf3ff]|\s+[^\W\d_a-z])"
    r"|(?<=[^\W\d_]{3})[.!?](?=\s+[^\W\d_a-z]|\s*[\uf000-\uf3ff]|\s*\Z)"
    r"|(?<=[\ue000-\uf3ff)])\.(?=\s+(?:1[5-9]|20)\d\d\s)"
    r"|(?<=\d{4})\.(?=\s+[A-ZÀ-Ý]|\s*\Z)|。)[\uf000-\uf3ff\s]*"
)


def read_prose(
    line: Line, profile: Profile, context: Context, *, title: str = "", in_text: bool = False
) -> list[Partner]:
    """Return the partners that the sentences of a paragraph name.

    Args:
        line: the paragraph.
        profile: of its language.
        context: what is above it.
        title: the page's town, "" where it has many.
        in_text: no heading says that it is about twinnings; each sentence must.
    """

    def unlink_words(match: re.Match[str]) -> str:
        # "is [[Sister city|twinned]] with": the words of the link belong to the sentence.
        link = line.links[match[0]]
        is_about_twinning = profile.not_partner.search(link.target) or profile.not_partner.search(link.label)
        return link.label if is_about_twinning else match[0]

    partners: list[Partner] = []
    for sentence in _split_sentences(_LINKS.sub(unlink_words, line.text)):
        if _REFERENCES_AT_END.sub("", sentence).endswith((":", "：")):
            continue  # the partners are on the lines below
        for pattern in (*profile.prose, _COLON):
            match = pattern.search(sentence)
            if match and (pattern is not _COLON or profile.twin.search(match["before"])):
                named = _read_sentence(line, sentence, match, profile, context, title)
                named = named if not in_text or _is_about_towns(line.plain(sentence), named) else []
                partners += named
                if named:
                    break
    return partners


def _is_about_towns(sentence: str, partners: list[Partner]) -> bool:
    """Return whether a sentence in the middle of a page is about twinnings of towns."""
    words = common_words()
    if not all(partner.article for partner in partners):
        return False
    certain = (*words.twinned, *words.partnered) if all(partner.country for partner in partners) else words.twinned
    lower = sentence.lower()
    return any(word in lower for word in certain)


def _split_sentences(text: str) -> list[str]:
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(ends) if text[start:end].strip()]


def _read_sentence(
    line: Line, sentence: str, match: re.Match[str], profile: Profile, context: Context, title: str
) -> list[Partner]:
    """Return the partners that the group `partners` of a match names; the rest of the sentence dates them."""
    if profile.planned.search(line.plain(sentence)):
        return []  # listed as a line that names no partner yet
    start, end = match.span("partners")
    rest = sentence[:start] + " " + sentence[end:]
    words = line.plain(rest)
    form = profile.form_of(words)
    context = replace(context, as_list=True, form=context.form if form is None else form)
    if title and (borough := find_borough(rest, line, title, profile)):
        context = replace(context, town=borough)
    partners: list[Partner] = []
    for subject, text in split_subjects(sentence[start:end], profile.language):
        named = replace(line, text=text)
        town = as_borough(line.links[subject].label, title) if subject else context.town
        has_links = bool(named.links_in(text))
        found = read_partners(named, profile, replace(context, town=town))
        found = found or read_city_state(named, profile, replace(context, town=town))
        partners += [partner for partner in found if _is_town(partner, has_links=has_links)]
    others = [partner for partner in partners if not _is_own_town(partner, title)]
    if partners and not others:
        # "[[Łódź]] ended its partnership with Omsk": the subject is the partner.
        before = replace(line, text=sentence[:start])
        others = [partner for partner in read_partners(before, profile, context) if partner.article]
    partners = others
    _add_dates(partners, line, sentence, rest, (start, end), profile)
    return partners


def _add_dates(
    partners: list[Partner], line: Line, sentence: str, rest: str, span: tuple[int, int], profile: Profile
) -> None:
    """Add what a sentence says of all its partners, which a part of it names: dates, a status, a reference."""
    words = line.plain(rest)
    dates = find_dates(rest, profile)
    status = profile.status_of(words)
    if len(partners) == 1 and status not in _PAUSES:
        status = profile.status_of(line.plain(sentence))
    since = [date.text for date in dates if date.role == "since"]
    if status == "active" or (status and not any(date.is_stated for date in dates)):
        # "1998 wurde die Partnerschaft beendet": the date is that of the status.
        since = []
    until = [date.text for date in dates if date.role in {"until", "suspended", "dormant"}]
    since = since or _shared_since(sentence[slice(*span)], partners, profile)
    urls = [line.references[char] for char in sentence if char in line.references]
    is_dated = False
    for partner in partners:
        partner.fill(status=status, url=next(filter(None, urls), ""))
        is_dated = is_dated or bool(partner.since)  # "since 1957 with A, since 1958 with B and C"
        partner.fill(
            since=since[0] if len(since) == 1 and (not is_dated or partner is partners[0]) else "",
            until=until[0] if len(until) == 1 else "",
        )
        if not since and not until and status in _PAUSES and len(dates) == 1:
            partner.fill(until=dates[0].text)
            partner.since = "" if partner.since == partner.until else partner.since


def _shared_since(text: str, partners: list[Partner], profile: Profile) -> list[str]:
    """Return the date behind the last of several towns that is that of each: "with the towns A and B since 1990"."""
    is_last_only = len(partners) > 1 and partners[-1].since and not any(partner.since for partner in partners[:-1])
    if not is_last_only or not common_words().several_towns.search(text):
        return []
    dates = find_dates(text, profile)
    is_in_bracket = any(char in "(（" for char in text[: dates[0].start]) if dates else True
    if len(dates) != 1 or is_in_bracket:
        return []
    for partner in partners:
        partner.fill(since=dates[0].text)
    return [dates[0].text]


def _is_own_town(partner: Partner, title: str) -> bool:
    """Return whether a name without a link is that of the page's town, in whatever case."""
    name, own = places.fold(partner.name), places.fold(title.partition(" (")[0])
    if partner.article or partner.country or not own:
        return False
    stem = own[: max(_SHORTEST_STEM, len(own) - 1)]
    return name == own or (len(own) >= _SHORTEST_STEM and name.startswith(stem) and len(name) <= len(own) + 3)


def _is_town(partner: Partner, *, has_links: bool) -> bool:
    """Return whether a partner of a sentence is a town, and not only a word that begins with a capital."""
    if partner.article:
        return True
    if places.is_country(partner.name):
        return partner.name == partner.country
    # Among linked names, a name without a link counts only with a country.
    return bool(partner.country) or not has_links
