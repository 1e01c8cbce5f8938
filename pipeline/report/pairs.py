"""Which partnership is meant by two names or ids, and what to say where none joins them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import TwintownsError

if TYPE_CHECKING:
    import duckdb

#: A partnership's id, as schemas/columns.py has it.
_PARTNERSHIP_ID = re.compile(r"p[0-9a-f]{16}")
#: Only what is near enough to a name is shown as another reading of it.
_ALSO_MEANT, _SHOWN = 0.5, 8
#: A path of more partnerships than this says nothing about two towns.
_LONGEST_PATH = 4
_SIMILAR_NAME = 0.88

Row = dict[str, Any]


class NoPartnershipError(TwintownsError):
    """No partnership joins two towns, or none has an id."""


@dataclass(frozen=True)
class Pair:
    """A partnership and how the question led to it.

    Attributes:
        partnership_id: the partnership.
        first_id: the town that was named first.
        meant: for each name of the question: `text`, `town_id`, `matched_name`, `match`, and `passed_over`, the town
            that the name alone would rather mean.
        others: further partnerships that the two names can mean.
        followed: the retired id that led here.
    """

    partnership_id: str
    first_id: str | None = None
    meant: tuple[Row, ...] = ()
    others: tuple[Row, ...] = ()
    followed: str | None = None


def ask(connection: duckdb.DuckDBPyConnection, query: str, *values: object) -> list[Row]:
    """Return the rows of a query as dictionaries."""
    answer = connection.execute(query, values)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def find_pair(connection: duckdb.DuckDBPyConnection, first: str, second: str | None) -> Pair:
    """Find the partnership that is meant.

    A name that several towns bear is taken for the one that has a partnership with the other: of all combinations of
    what `find_town` gives for both, the best that is a partnership.

    Args:
        connection: the database of a release.
        first: a name or a town id, or alone the id of a partnership.
        second: a name or a town id.

    Raises:
        NoPartnershipError: there is none; the message says what the names were taken for and what comes nearest.
    """
    if second is None:
        return _by_id(connection, first.strip())
    towns = [ask(connection, "FROM find_town(?) ORDER BY rank", text) for text in (first, second)]
    pairs = _joined(connection, *towns)
    if not pairs:
        raise NoPartnershipError(_say_nearest(connection, (first, second), towns))
    best, *others = pairs
    ids = {end["town_id"] for pair in pairs for end in pair["ends"]}
    meant = [
        _meant(text, end, found[0], ids) for text, end, found in zip((first, second), best["ends"], towns, strict=True)
    ]
    named = [
        {"partnership_id": one["partnership_id"], "towns": [_named(end) for end in one["ends"]]}
        for one in others
        if one["score"] >= _ALSO_MEANT
    ]
    return Pair(best["partnership_id"], best["ends"][0]["town_id"], tuple(meant), tuple(named))


def _by_id(connection: duckdb.DuckDBPyConnection, text: str) -> Pair:
    partnership_id = text.lower()
    if not _PARTNERSHIP_ID.fullmatch(partnership_id):
        raise NoPartnershipError(
            f"{text!r} is not the id of a partnership (p and 16 hexadecimal digits); name its two towns"
        )
    if ask(connection, "FROM partnerships WHERE partnership_id = ?", partnership_id):
        return Pair(partnership_id)
    query = "SELECT new_id FROM redirects WHERE entity = 'partnership' AND old_id = ?"
    moved = ask(connection, query, partnership_id)
    if not moved:
        raise NoPartnershipError(
            f"no partnership has the id {partnership_id}, and none had it in an earlier release; name its two towns"
        )
    return Pair(moved[0]["new_id"], followed=partnership_id)


def _joined(connection: duckdb.DuckDBPyConnection, first: list[Row], second: list[Row]) -> list[Row]:
    """Return the partnerships between the towns of two lists, the best reading of both names first."""
    query = """
        SELECT partnership_id, town_a_id, town_b_id, source_count FROM partnerships
        WHERE (list_contains($1, town_a_id) AND list_contains($2, town_b_id))
           OR (list_contains($2, town_a_id) AND list_contains($1, town_b_id))
    """
    sides = [{town["town_id"]: town for town in towns} for towns in (first, second)]
    readings = []
    for link in ask(connection, query, *(list(side) for side in sides)):
        ends = (link["town_a_id"], link["town_b_id"])
        for a, b in (ends, ends[::-1]):
            if a in sides[0] and b in sides[1]:
                found = (sides[0][a], sides[1][b])
                score = found[0]["score"] * found[1]["score"]
                readings.append(link | {"ends": found, "score": score})
    readings.sort(key=_preference)
    return list({one["partnership_id"]: one for one in reversed(readings)}.values())[::-1]


def _preference(reading: Row) -> tuple[object, ...]:
    ranks = [end["rank"] for end in reading["ends"]]
    # Of pairs that the names fit equally well, the one that most sources know is most likely meant.
    return -reading["score"], -reading["source_count"], sum(ranks), ranks, reading["partnership_id"]


def _meant(text: str, town: Row, best: Row, paired: set[str]) -> Row:
    # The best has a partner after all: in another pair, or as a namesake of its partner.
    passed_over = None if best["town_id"] in paired else _named(best)
    return {
        "text": text, "town_id": town["town_id"], "matched_name": town["matched_name"], "match": town["match"],
        "passed_over": passed_over,
    }  # fmt: skip


def _named(town: Row) -> str:
    return f"{town['name']}, {town['country_code'] or 'no country'} ({town['town_id']})"


def _say_nearest(
    connection: duckdb.DuckDBPyConnection, texts: tuple[str, str], towns: list[list[Row]]
) -> str:  # fmt: skip
    lines = [f"no partnership of {texts[0]} and {texts[1]} is stated by any source of this release."]
    for text, found in zip(texts, towns, strict=True):
        lines += _say_town(text, found)
    if not all(towns):
        lines.append("  look for a town with: twintowns query \"FROM find_town('…')\"")
        return "\n".join(lines)
    a, b = towns[0][0], towns[1][0]
    if a["town_id"] == b["town_id"]:
        lines.append("  both names lead to the same town; give the ids of two towns")
        return "\n".join(lines)
    for own, other in ((a, b), (b, a)):
        similar = _similar_partners(connection, own["town_id"], other["town_id"])
        if similar:
            lines.append(
                f"  partners of {own['name']} with a name like {other['name']}: {'; '.join(map(_named, similar))}"
            )
    lines += _say_path(connection, a["town_id"], b["town_id"])
    lines.append(f"  all partners of {a['name']}: twintowns query \"FROM partners_of('{a['town_id']}')\"")
    return "\n".join(lines)


def _say_town(text: str, found: list[Row]) -> list[str]:
    if not found:
        return [f"  {text}: no town is known by that name or id, nor by one like it"]
    best, *others = found
    how = "" if best["match"] in ("usual_name", "id") else f", {best['match'].replace('_', ' ')} {best['matched_name']}"
    partners = f"{best['partner_count']} partner{'s' * (best['partner_count'] != 1)}"
    lines = [f"  {text} was taken for {_named(best)}{how}, which has {partners}"]
    if others:
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        lines.append(f"    it could also be {'; '.join(map(_named, others[:_SHOWN]))}{more}")
    return lines


def _similar_partners(connection: duckdb.DuckDBPyConnection, town_id: str, wanted_id: str) -> list[Row]:
    query = """
        SELECT town_id, partners.name, country_code
        FROM (SELECT partner_id AS town_id FROM town_partners WHERE town_id = $1)
        JOIN towns AS partners USING (town_id),
        (SELECT search_key(name) AS wanted FROM towns WHERE town_id = $2)
        WHERE jaro_winkler_similarity(search_key(partners.name), wanted) >= $3
           OR starts_with(search_key(partners.name), wanted || ' ')
        ORDER BY jaro_winkler_similarity(search_key(partners.name), wanted) DESC, town_id
        LIMIT 4
    """
    return ask(connection, query, town_id, wanted_id, _SIMILAR_NAME)


def _say_path(connection: duckdb.DuckDBPyConnection, first: str, second: str) -> list[str]:
    steps = ask(connection, "FROM path_between(?, ?) ORDER BY step", first, second)
    if not steps or len(steps) > _LONGEST_PATH + 1:
        return [f"  no way of {_LONGEST_PATH} partnerships or fewer leads from one to the other"]
    return [f"  the shortest way: {' – '.join(step['name'] for step in steps)} ({len(steps) - 1} partnerships)"]
