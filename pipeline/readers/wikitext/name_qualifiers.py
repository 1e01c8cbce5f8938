"""What stands beside a partner's name: brackets, dates, references, words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.atoms import PRIVATE, is_flag, is_link
from pipeline.readers.wikitext.link_classifier import Senses
from pipeline.readers.wikitext.partners import set_country
from pipeline.readers.wikitext.parts import COMMAS, DATE, MARKS
from pipeline.readers.wikitext.words import status_of

if TYPE_CHECKING:
    from pipeline.readers.wikitext.atoms import Line
    from pipeline.readers.wikitext.partners import Context, Partner
    from pipeline.readers.wikitext.parts import Part
    from pipeline.readers.wikitext.periods import Dated
    from pipeline.readers.wikitext.profiles import Profile

_IN_BRACKETS: Final = re.compile(r"[,;，；、/]")
_DASHES: Final = frozenset({"–", "—", "-", ":", "→"})


def add_date(partner: Partner, one: Dated) -> None:
    """Give a partner a date that stands beside its name."""
    if one.role == "since" and not partner.since:
        partner.since = one.text
    elif one.role == "until" and not partner.until:
        partner.until = one.text
    else:
        if one.role == "suspended":
            partner.status = "suspended"
        partner.notes.append(one.text)


class Beside:
    """Adds what stands beside the last partner."""

    def __init__(self, line: Line, profile: Profile, context: Context) -> None:
        self.line, self.profile, self.context = line, profile, context
        self.senses = Senses(line, profile)
        self.partners: list[Partner] = []
        #: Whether the last partner's country was printed behind its name.
        self.country_behind = False
        self.since = ""

    def set_country(self, text: str) -> None:
        """Give the last partner its country."""
        self.country_behind = True
        set_country(self.partners[-1], text)

    def qualify(self, part: Part, text: str, links: list[str]) -> None:
        """Take a part that says more of the partner before it: its region, its country, words."""
        plain = self.line.plain(text).strip(" .")
        place, is_within = self.senses.behind_within(plain)
        # Behind a comma a name is where the town lies: "Pittsburgh, Pensilvania".
        is_name = part.separator in COMMAS and place[:1].isupper() and not self.senses.is_remark(place)
        is_place = (
            bool(place) and len(place.split()) <= 4 and bool(links or is_within or is_name or places.is_region(place))
        )
        if part.separator in _DASHES or not is_place or self.profile.twin.search(place):
            self.finish(part, plain)
            return
        current = self.partners[-1]
        for piece in [self.line.link(char).label for char in links] or [place]:
            if places.is_country(piece):
                self.set_country(piece)
            else:
                current.region = current.region or piece
        self.finish(part, "")

    def after_name(self, part: Part, text: str) -> None:
        """Read what follows a name up to the next separator: `in Germany`, `(Frankreich)`, `seit 1956`, words."""
        within = re.match(rf"\s*(?:{self.profile.within.pattern})\s+(.+)", text)
        plain = self.line.plain(within[1] if within else text).replace(DATE, "").strip(" .")
        if places.is_country(plain):
            self.set_country(plain)
            plain = ""
        elif within and plain and len(plain.split()) <= 5:
            plain = self._where(text, plain)
        else:
            for country in self.senses.countries(text):
                self.set_country(country)
        self.finish(part, plain)

    def _where(self, text: str, plain: str) -> str:
        """Take "in [[Brittany]]"; return the words that are left."""
        current = self.partners[-1]
        links = [char for char in text if is_link(char)]
        for char in links:
            label = self.line.link(char).label
            if self.senses.is_country(char):
                self.set_country(label)
            else:
                current.region = current.region or label
        if links:
            return ""
        if plain[:1].isupper():
            current.region = current.region or plain
            return ""
        return plain

    def finish(self, part: Part, words: str) -> None:
        """Take a part's brackets, dates, references and remaining words."""
        if not self.partners:
            self.since = next((one.text for one in part.dates if one.role == "since"), self.since)
            return
        current = self.partners[-1]
        for bracket in part.brackets:
            self.bracket(bracket)
        for one in part.dates:
            add_date(current, one)
        current.url = current.url or next(iter(part.refs), "")
        self.note(words)

    def note(self, words: str) -> None:
        """Keep words that are left over, unless they only go with a date."""
        words = " ".join(MARKS.sub(" ", words).split()).strip(" .,;:–-()")
        current = self.partners[-1]
        status = status_of(words, self.profile)
        if status and current.status in {"", "unknown"}:
            current.status = status
        of_date = (self.profile.since, self.profile.until)
        if len(words) > 1 and not all(
            any(pattern.fullmatch(word) for pattern in of_date) for word in (words, words.split()[-1])
        ):
            current.notes.append(words)

    def bracket(self, text: str) -> None:
        """Take what stands in brackets behind a name."""
        for dated in _IN_BRACKETS.split(text):
            piece = dated.replace(DATE, " ")
            for char in PRIVATE.findall(piece):
                if is_flag(char):
                    self.partners[-1].country = self.partners[-1].country or self.line.flag(char)
            plain = self.line.plain(piece).strip(" .")
            place, _ = self.senses.behind_within(plain)
            if not place or self._country_in_bracket(piece, place):
                continue
            if DATE in dated and not places.is_region(place):
                self.note(plain)  # "(Vertrag vom 8. Juli 1991)"
            else:
                self._region_in_bracket(piece, place, plain)

    def _country_in_bracket(self, piece: str, place: str) -> bool:
        current, marks = self.partners[-1], self.profile.country_marks
        countries = self.senses.countries(piece)
        if places.is_country(place):
            self.set_country(place)
        elif place in marks or (len(place) == 3 and places.is_code(place)):
            current.country = current.country or marks.get(place, place)
        elif countries and not self.profile.renamed.match(place):
            self.set_country(countries[0])
            others = (char for char in piece if is_link(char) and not self.senses.is_country(char))
            region = next((self.line.link(char).label for char in others), "")
            current.region = current.region or region
        else:
            return False
        return True

    def _region_in_bracket(self, piece: str, place: str, plain: str) -> None:
        current = self.partners[-1]
        links = [self.line.link(char).label for char in piece if is_link(char)]
        in_another_script = places.is_cjk(current.name) and place[:1].isascii()
        if in_another_script or self.profile.renamed.match(place) or self.senses.is_remark(place):
            self.note(plain)
        elif links and plain != links[-1]:
            # "(Ar Releg-Kerhuon in [[Brittany]])": the linked word is where.
            current.region = current.region or links[-1]
            self.note(plain)
        elif not current.region and (place[:1].isupper() or places.is_cjk(place) or places.is_region(place)):
            current.region = place
        else:
            self.note(plain)
