"""What words say of a twinning: which form, and whether it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipeline.readers.wikitext.profiles import Profile

#: Words that say how a twinning stands, the first that is found wins.
STATUSES: Final = ("suspended", "ended", "dormant")


def form_of(text: str, profile: Profile) -> str | None:
    """Return the form that words name: "" where they name several, None where none."""
    rest, found = text, []
    for form, pattern in profile.forms.items():
        if pattern.search(rest):
            found.append(form)
            rest = pattern.sub(" ", rest)
    if not found:
        return None
    return found[0] if len(found) == 1 else ""


def status_of(words: str, profile: Profile) -> str:
    """Return the status that words state, or ""; "former Yugoslavia" states none."""
    for status in STATUSES:
        match = getattr(profile, status).search(words)
        if match:
            following = words[match.end() :].strip()
            if status == "ended" and following[:1].isupper() and not profile.twin.search(following):
                continue
            return status
    return ""
