"""What stands next to a partner's name: brackets, dates, references, words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.dates_in_text import first_since
from pipeline.readers.wikitext.line import PLACEHOLDER
from pipeline.readers.wikitext.link_classifier import LinkClassifier
from pipeline.readers.wikitext.segments import DATE, DATE_OR_BRACKET, Segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.readers.wikitext.line import Line
    from pipeline.readers.wikitext.partners import Partner
    from pipeline.readers.wikitext.profiles import Profile

_BRACKET_SEPARATOR: Final = re.compile(r"[,;，；、/]")
#: Letters right behind a link end its word: `[[Split]]om`.
_TRAIL: Final = re.compile(r"\A[^\W\d_A-ZÀ-ÞА-Я\u3040-\uffff]{1,12}(?![^\W\d_])")
#: A remark of at most so many words tells the form.
_FEW_WORDS: Final = 4
_MOST_WORDS_OF_COUNTRY: Final = 3
_DASHES: Final = frozenset({"–", "—", "-", ":", "→"})


class NameQualifiers:
    """Adds to the last partner what stands next to its name."""

    def __init__(self, line: Line, profile: Profile) -> None:
        self.line, self.profile = line, profile
        self.classifier = LinkClassifier(line, profile)
        self.partners: list[Partner] = []
        #: Whether the country of the last partner is printed behind its name.
        self.is_country_behind = False
        #: The start that the line states before its first partner.
        self.since = ""

    def set_country(self, text: str) -> None:
        """Set the country of the last partner."""
        self.is_country_behind = True
        self.partners[-1].set_country(text)

    def add_segment(self, segment: Segment, text: str, links: list[str]) -> None:
        """Read a segment that says more of the partner before it: its region, its country, words."""
        plain = self.line.plain(text).strip(" .")
        place, is_within = self.classifier.strip_within(plain)
        # Behind a comma a name is where the town is: "Pittsburgh, Pensilvania".
        is_name = segment.is_after_comma and place[:1].isupper() and not self.classifier.is_remark(place)
        is_place = bool(links or is_within or is_name or places.is_region(place)) and 1 <= len(place.split()) <= 4
        if segment.is_after_comma and self.classifier.is_kind_of_town(plain):
            country = next(iter(self.classifier.countries(text)), "") or self.classifier.country_of_adjective(plain)
            if country:
                self.set_country(country)  # "Celle, ville allemande"
                self.add_rest(segment, "")
                return
        if segment.separator in _DASHES or not is_place or self.profile.twin.search(place):
            self.add_rest(segment, plain)
            return
        for name in [self.line.links[char].label for char in links] or [place]:
            if places.is_country(name):
                self.set_country(name)
            else:
                self.partners[-1].fill(region=name)
        self.add_rest(segment, "")

    def add_text_behind(self, segment: Segment, text: str) -> None:
        """Read the text between a name and the next separator: `in Germany`, `(Frankreich)`, `seit 1956`, words."""
        text = _TRAIL.sub("", text)
        within = re.match(rf"\s*(?:{self.profile.within.pattern})\s+(.+)", text)
        plain = self.line.plain(within[1] if within else text).replace(DATE, "").strip(" .")
        plain = self.classifier.in_nominative(plain)
        if segment.dates and not places.is_country(plain):
            # "in Finland sedan 1946"
            dated = self.classifier.in_nominative(self.classifier.before_date(f"{plain} {DATE}").strip(" ."))
            plain = dated if places.is_country(dated) else plain
        if places.is_country(plain):
            self.set_country(plain)
            plain = ""
        elif within and (rest := self._add_leading_country(plain)) is not None:
            plain = rest
        elif within and plain and len(plain.split()) <= 5:
            plain = self._add_location(text, plain)
        else:
            for country in self.classifier.countries(text):
                self.set_country(country)
        self.add_rest(segment, plain)

    def _add_leading_country(self, plain: str) -> str | None:
        """Add the country that words begin with: "Costa Rica zusammen"; return the other words, None without one."""
        words = plain.split()
        for count in range(min(len(words) - 1, _MOST_WORDS_OF_COUNTRY), 0, -1):
            country = self.classifier.in_nominative(" ".join(words[:count]))
            if places.is_country(country) and words[count][:1].islower():
                self.set_country(country)
                return " ".join(words[count:])
        return None

    def _add_location(self, text: str, plain: str) -> str:
        """Read "in [[Brittany]]"; return the words that are left."""
        links = self.line.links_in(text)
        for char in links:
            if self.classifier.is_country(char):
                self.set_country(self.line.links[char].label)
            else:
                self.partners[-1].fill(region=self.line.links[char].label)
        self.partners[-1].fill(country=self.classifier.country_of_adjective(PLACEHOLDER.sub("", text)))
        if not links and plain[:1].isupper():
            self.partners[-1].fill(region=plain)
            return ""
        return "" if links else plain

    def add_rest(self, segment: Segment, words: str) -> None:
        """Add a segment's brackets, dates, references and remaining words."""
        if not self.partners:
            self.since = first_since(segment.dates) or self.since
            return
        for bracket in segment.brackets:
            self.add_bracket(bracket)
        left_over: list[str] = []
        for date in segment.dates:
            is_of_status = len(segment.dates) == 1 and date.role == "since" and not date.is_stated
            if is_of_status and words and self.profile.status_of(words) in {"ended", "suspended", "dormant"}:
                self.partners[-1].fill(until=date.text)  # "suspended (2022)"
            elif not self.partners[-1].add_date(date):
                left_over.append(date.text)
        self.partners[-1].fill(url=next(iter(segment.urls), ""))
        self.add_note(words, dates=left_over, is_dated=bool(segment.dates))

    def add_note(self, words: str, *, dates: Sequence[str] = (), is_dated: bool = False) -> None:
        """Add remaining words as a note, unless they only go with a date; `dates` are those that nothing else took."""
        words = " ".join(DATE_OR_BRACKET.sub(" ", words).split()).strip(" .,;:–-()")
        partner, status = self.partners[-1], self.profile.status_of(words)
        if partner.status in {"suspended", "dormant", "ended"} and self.profile.renewed.search(words):
            status = "active"  # "suspended in 2014, resumed"
            partner.status = ""
        if status and partner.status in {"", "unknown"}:
            partner.status = status
        form = self.profile.form_of(words) if len(words.split()) <= _FEW_WORDS and not status else None
        if form and form != "contact":
            partner.form = form  # "(friendship city)"
        goes_with_date = self.profile.goes_with_date
        words = self.profile.without_date_words(words) if is_dated and not dates else words
        if dates and not words and partner.notes:
            words = partner.notes.pop()  # of a bracket: "(Patenschaft seit 1953)"
        words = " ".join(filter(None, (words, ", ".join(dates))))
        if len(words) > 1 and not (goes_with_date(words) and goes_with_date(words.split()[-1])):
            partner.notes.append(words)

    def add_bracket(self, bracket: str) -> None:
        """Read what stands in brackets behind a name."""
        for piece in _BRACKET_SEPARATOR.split(bracket):
            text = piece.replace(DATE, " ")
            for char in self.line.flags_in(text):
                self.partners[-1].fill(country=self.line.flags[char])
            plain = self.line.plain(text).strip(" .")
            place, _ = self.classifier.strip_within(plain)
            if not place or self._add_country_in_bracket(text, place):
                continue
            if DATE in piece and not places.is_region(place):
                self.add_note(plain, is_dated=True)  # "(Vertrag vom 8. Juli 1991)"
            else:
                self._add_region_in_bracket(text, place, plain)

    def _add_country_in_bracket(self, text: str, place: str) -> bool:
        """Add the country or its code in brackets; return whether there is one."""
        partner, marks = self.partners[-1], self.profile.country_marks
        countries = self.classifier.countries(text)
        if places.is_country(place):
            self.set_country(place)
        elif place in marks or (len(place) == 3 and places.is_country_code(place)):
            partner.fill(country=marks.get(place, place))
        elif countries and not self.profile.renamed.match(place):
            self.set_country(countries[0])
            regions = (char for char in self.line.links_in(text) if not self.classifier.is_country(char))
            partner.fill(region=next((self.line.links[char].label for char in regions), ""))
        else:
            return False
        return True

    def _add_region_in_bracket(self, text: str, place: str, plain: str) -> None:
        partner = self.partners[-1]
        links = [self.line.links[char].label for char in self.line.links_in(text)]
        is_other_script = places.is_cjk(partner.name) and place[:1].isascii()
        is_name = place[:1].isupper() or places.is_cjk(place) or places.is_region(place)
        if is_other_script or self.profile.renamed.match(place) or self.classifier.is_remark(place):
            self.add_note(plain)
        elif links and plain != links[-1]:
            # "(Ar Releg-Kerhuon in [[Brittany]])": the linked word is where the town is.
            partner.fill(region=links[-1])
            self.add_note(plain)
        elif not partner.region and is_name:
            partner.region = place
        else:
            self.add_note(plain)
