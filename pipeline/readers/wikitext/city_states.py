"""Towns that are called like their country: Singapore, Luxembourg, Tunis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.dates_in_text import find_dates, first_since
from pipeline.readers.wikitext.partners import Context, Partner
from pipeline.readers.wikitext.profiles import common_words

if TYPE_CHECKING:
    from pipeline.readers.wikitext.line import Line
    from pipeline.readers.wikitext.profiles import Profile

_NAME_END: Final = re.compile(r"[,(（，;]")


def read_city_state(line: Line, profile: Profile, context: Context) -> list[Partner]:
    """Return the partner of a line that names only a country, where that is a town too."""
    dates = find_dates(line.text, profile)
    before = line.plain(line.text[: dates[0].start] if dates else None)
    name = _NAME_END.split(before)[0].strip(" .:")
    name = profile.since.sub("", name).strip() if not places.is_country(name) else name
    if not places.is_country(name) or places.country_code(name) not in common_words().city_states:
        return []
    since, url = first_since(dates), line.first_url
    partner = Partner(name, name, name, since=since, status=context.status, form=context.form, url=url)
    partner.town = context.town
    for date in dates:
        if date.role not in {"since", "other"} and not partner.add_date(date):
            partner.notes.append(date.text)
    return [partner]
