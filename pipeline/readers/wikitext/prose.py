"""Sentences that name partners: "X is twinned with A, B and C"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.atoms import PRIVATE, Line, is_link
from pipeline.readers.wikitext.items import read_partners
from pipeline.readers.wikitext.periods import find_dates
from pipeline.readers.wikitext.words import form_of

if TYPE_CHECKING:
    from pipeline.readers.wikitext.partners import Context, Partner
    from pipeline.readers.wikitext.profiles import Profile

#: "These are the twin towns: A, B"
_COLON: Final = re.compile(r"[:：](?P<partners>.*[\ue000-\ue7ff].*)")
_REFERENCES: Final = "".join(map(chr, range(0xF000, 0xF400))) + " "
_LINKS: Final = re.compile("[\ue000-\ue7ff]")
_SENTENCE: Final = re.compile(
    r"(?<=[\ue000-\uf3ff)])[.](?=[\uf000-\uf3ff]|\s+[^\W\d_a-z])|(?<=[^\W\d_]{3})[.!?](?=\s+[^\W\d_a-z]|\s*[\uf000-\uf3ff]|\s*\Z)|(?<=\d{4})\.(?=\s+[A-ZÀ-Ý]|\s*\Z)|。"
)


def read_prose(line: Line, profile: Profile, context: Context) -> list[Partner]:
    """Return the partners that the sentences of a paragraph name."""
    partners: list[Partner] = []

    def worded(match: re.Match[str]) -> str:
        # "is [[Sister city|twinned]] with": the words of the link belong to the sentence.
        link = line.link(match[0])
        about = profile.not_partner.search(link.target) or profile.not_partner.search(link.label)
        return link.label if about else match[0]

    for sentence in _sentences(_LINKS.sub(worded, line.text)):
        if sentence.rstrip(_REFERENCES).endswith((":", "：")):
            continue  # what it speaks of is below
        for pattern in (*profile.prose, _COLON):
            match = pattern.search(sentence)
            if match and (pattern is not _COLON or profile.twin.search(sentence[: match.start()])):
                found = _named(line, sentence, match, profile, context)
                partners += found
                if found:
                    break
    return partners


def _sentences(text: str) -> list[str]:
    ends = [match.end() for match in _SENTENCE.finditer(text)]
    found, start = [], 0
    for end in [*ends, len(text)]:
        # A reference behind the full stop belongs to the sentence before it.
        tail = re.match(r"[\uf000-\uf3ff\s]*", text[end:])
        stop = end + (tail.end() if tail else 0)
        if text[start:stop].strip():
            found.append(text[start:stop])
        start = max(start, stop)
    return found


def _named(line: Line, sentence: str, match: re.Match[str], profile: Profile, context: Context) -> list[Partner]:
    start, end = match.span("partners")
    outside = sentence[:start] + " " + sentence[end:]
    part = Line(sentence[start:end], line.links, line.flags, line.refs, line.twins)
    form = form_of(line.plain(outside), profile)
    said = replace(context, as_list=True, form=context.form if form is None else form)
    partners = [one for one in read_partners(part, profile, said) if _is_named(one, part)]
    dates = [one for one in find_dates(outside, profile) if one.role == "since"]
    words = line.plain(outside)
    for partner in partners:
        if not partner.since and len(dates) == 1:
            partner.since = dates[0].text
        if not partner.status:
            partner.status = next(
                (status for status in ("suspended", "ended") if _says(getattr(profile, status), words)), ""
            )
    refs = [line.ref(char) for char in PRIVATE.findall(sentence) if "\uf000" <= char < "\uf400"]
    for partner in partners:
        partner.url = partner.url or next((ref for ref in refs if ref), "")
    return partners


def _says(pattern: re.Pattern[str], words: str) -> bool:
    match = pattern.search(words)
    return match is not None and not words[match.end() :].strip()[:1].isupper()


def _is_named(partner: Partner, part: Line) -> bool:
    """Return whether a partner read from a sentence is a town rather than a word that begins with a capital."""
    if partner.article:
        return True
    if places.is_country(partner.name):
        return False
    has_links = any(map(is_link, part.text))
    # Beside names that are linked, one that is not needs its country to be believed.
    return not has_links or bool(partner.country)
