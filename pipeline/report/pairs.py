"""The partnership that two names or ids mean, and what is near if there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.curate.sql import read_sql
from pipeline.errors import TwintownsError
from pipeline.report.current import SQL, fetch_rows
from pipeline.report.places import unlinked_places, unlinked_text
from pipeline.report.towns import WHOLE_NAME
from pipeline.report.wording import Row, code_text, count_text, town_text

if TYPE_CHECKING:
    import duckdb

#: The id of a partnership, as in schemas/columns.py.
_PARTNERSHIP_ID: Final = re.compile(r"p[0-9a-f]{16}")
#: Other readings of the names are listed from this score on (of whole names, not of parts); of other
#: towns of a name, so many.
_OTHER_PAIR_SCORE, _OTHER_TOWNS = 0.81, 8
#: A longer path says nothing about two towns.
_LONGEST_PATH: Final = 4
#: Jaro-Winkler similarity of two names that may have been confused.
_SIMILAR_NAME: Final = 0.88


class NoPartnershipError(TwintownsError):
    """There is no partnership of two towns, or none with an id."""


@dataclass(frozen=True)
class Pair:
    """A partnership, and how the names led to it.

    Attributes:
        partnership_id: the partnership.
        first_id: the town of the first name.
        meant: for each name `text`, `town_id`, `matched_name`, `match`, and `passed_over`: the town that the name
            would mean without the other name.
        others: further partnerships that the two names can mean.
        followed: the retired id that was given.
    """

    partnership_id: str
    first_id: str | None = None
    meant: tuple[Row, ...] = ()
    others: tuple[Row, ...] = ()
    followed: str | None = None


def find_pair(connection: duckdb.DuckDBPyConnection, first: str, second: str | None, folder: str = "") -> Pair:
    """Return the partnership that two names mean.

    A name that several towns have means the one that is a partner of the other: of all pairs of towns that `find_town`
    returns for both names, the best that is a partnership.

    Args:
        connection: the database of a release.
        first: a name or a town id; or, alone, the id of a partnership.
        second: a name or a town id.
        folder: the option that suggested commands need to read the same release.

    Raises:
        NoPartnershipError: there is none; the message says which towns the names mean, and what is near.
    """
    if second is None:
        return _find_by_id(connection, first.strip())
    texts = (first, second)
    towns = [fetch_rows(connection, "FROM find_town(?) ORDER BY rank", text) for text in texts]
    pairs = _partnerships_between(connection, *towns)
    if not pairs:
        raise NoPartnershipError(_describe_nearest(connection, texts, towns, folder))
    best, *others = pairs
    paired = {end["town_id"] for pair in pairs for end in pair["ends"]}
    meant = [
        {
            "text": text,
            **{name: end[name] for name in ("town_id", "matched_name", "match")},
            # If the best town of the name has a partner of that name, too, it is in another pair.
            "passed_over": None if candidates[0]["town_id"] in paired else town_text(candidates[0]),
        }
        for text, end, candidates in zip(texts, best["ends"], towns, strict=True)
    ]
    other_pairs = [
        {"partnership_id": pair["partnership_id"], "towns": [town_text(end) for end in pair["ends"]]}
        for pair in others
        if pair["score"] >= _OTHER_PAIR_SCORE
    ]
    return Pair(best["partnership_id"], best["ends"][0]["town_id"], tuple(meant), tuple(other_pairs))


def is_partnership_id(text: str) -> bool:
    """Return whether a text is the id of a partnership, or looks like one: no town has such a name."""
    return _PARTNERSHIP_ID.fullmatch(text.strip().lower()) is not None


def _find_by_id(connection: duckdb.DuckDBPyConnection, text: str) -> Pair:
    partnership_id = text.lower()
    if not is_partnership_id(text):
        raise NoPartnershipError(
            f"{text!r} is not the id of a partnership (p and 16 hexadecimal digits); name its two towns"
        )
    if fetch_rows(connection, "FROM partnerships WHERE partnership_id = ?", partnership_id):
        return Pair(partnership_id)
    redirect = "SELECT new_id FROM redirects WHERE entity = 'partnership' AND old_id = ?"
    for row in fetch_rows(connection, redirect, partnership_id):
        return Pair(row["new_id"], followed=partnership_id)
    raise NoPartnershipError(
        f"no partnership has the id {partnership_id}, and none had it in an earlier release; name its two towns"
    )


def _partnerships_between(connection: duckdb.DuckDBPyConnection, first: list[Row], second: list[Row]) -> list[Row]:
    """Return the partnerships of two lists of towns, best reading of the names first, with `ends` and `score`."""
    sides = [{town["town_id"]: town for town in towns} for towns in (first, second)]
    readings = []
    for row in fetch_rows(connection, read_sql(SQL, "partnerships_between"), *(list(side) for side in sides)):
        town_ids = (row["town_a_id"], row["town_b_id"])
        for first_id, second_id in (town_ids, town_ids[::-1]):
            if first_id in sides[0] and second_id in sides[1]:
                ends = (sides[0][first_id], sides[1][second_id])
                readings.append(row | {"ends": ends, "score": ends[0]["score"] * ends[1]["score"]})
    best: dict[str, Row] = {}
    for reading in sorted(readings, key=_preference):
        best.setdefault(reading["partnership_id"], reading)
    return list(best.values())


def _preference(reading: Row) -> tuple[object, ...]:
    ranks = [end["rank"] for end in reading["ends"]]
    # Of pairs that the names fit equally well, the one with the most sources is most likely meant.
    return -reading["score"], -reading["source_count"], sum(ranks), ranks, reading["partnership_id"]


def _describe_nearest(
    connection: duckdb.DuckDBPyConnection, texts: tuple[str, str], towns: list[list[Row]], folder: str
) -> str:
    """Return the message for names that mean no partnership: the towns that they mean, and what is near."""
    lines = [f"no partnership of {texts[0]} and {texts[1]} is stated by any source of this release."]
    for text, candidates in zip(texts, towns, strict=True):
        lines += _describe_name(text, candidates)
        if not any(town["match"] in WHOLE_NAME for town in candidates):
            places = unlinked_places(connection, text)
            lines += [f"    {unlinked_text(places)}"] if places else []
    if not all(towns):
        return "\n".join([*lines, f"  look for a town with: twintowns towns TEXT{folder}"])
    a, b = towns[0][0], towns[1][0]
    if a["town_id"] == b["town_id"]:
        return "\n".join([*lines, "  both names lead to the same town; give the ids of two towns"])
    statement = read_sql(SQL, "similar_partners")
    for town, other in ((a, b), (b, a)):
        similar = fetch_rows(connection, statement, town["town_id"], other["town_id"], _SIMILAR_NAME)
        if similar:
            partners = "; ".join(map(town_text, similar))
            lines.append(f"  partners of {town['name']} with a name like {other['name']}: {partners}")
    lines.append(_describe_path(connection, a["town_id"], b["town_id"]))
    lines.append(f"  all partners of {a['name']}: twintowns partners {a['town_id']}{folder}")
    return "\n".join(lines)


def _describe_name(text: str, candidates: list[Row]) -> list[str]:
    if not candidates:
        return [f"  {text}: no town is known by that name or id, nor by one like it"]
    best, *others = candidates
    match = "" if best["match"] in ("usual_name", "id") else f", {code_text(best['match'])} {best['matched_name']}"
    partners = count_text(best["partner_count"], "partner")
    lines = [f"  {text} was taken for {town_text(best)}{match}, which has {partners}"]
    if others:
        more = f" and {len(others) - _OTHER_TOWNS} more" if len(others) > _OTHER_TOWNS else ""
        lines.append(f"    it could also be {'; '.join(map(town_text, others[:_OTHER_TOWNS]))}{more}")
    return lines


def _describe_path(connection: duckdb.DuckDBPyConnection, first_id: str, second_id: str) -> str:
    steps = fetch_rows(connection, "FROM path_between(?, ?) ORDER BY step", first_id, second_id)
    if not steps or len(steps) > _LONGEST_PATH + 1:
        return f"  no way of {_LONGEST_PATH} partnerships or fewer leads from one to the other"
    return f"  the shortest way: {' – '.join(step['name'] for step in steps)} ({len(steps) - 1} partnerships)"
