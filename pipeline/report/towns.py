"""The towns that a text may mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from rich.text import Text

from pipeline.errors import TwintownsError
from pipeline.locate.weights import THRESHOLD
from pipeline.report.console import open_console, plain_table, print_more
from pipeline.report.current import fetch_rows, open_current, read_release_id
from pipeline.report.places import unlinked_places, unlinked_text
from pipeline.report.wording import code_text, town_text

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import polars as pl

#: How `find_town` says that a text is a name of a town, not only like one or a part of one.
WHOLE_NAME: Final = ("id", "former_id", "usual_name", "other_name")
#: What is read of a town; a release of an earlier version lacks some of it, and the database says so.
_TOWN: Final = "town_id, name, country_name, matched_name, match, partner_count"
#: Other towns that are named beside the best one.
OTHERS_NAMED: Final = 4
#: Towns that a name may mean, of which so many are shown.
_TOWNS_SHOWN: Final = 20
_TOWN_COLUMNS: Final[dict[str, Literal["left", "right"]]] = {
    "id": "left",
    "name": "left",
    "country": "left",
    "inhabitants": "right",
    "partners": "right",
    "matches by": "left",
}


class UnknownTownError(TwintownsError):
    """No town has a name."""


class ResolvedTown(NamedTuple):
    """What a text means.

    Attributes:
        town: the row of `find_town`.
        others: further towns of that name that have partners, best first.
        unlinked: places that are called just so, where the town only has the text in its name.
    """

    town: dict[str, Any]
    others: list[dict[str, Any]]
    unlinked: list[dict[str, Any]]


def resolve_town(connection: duckdb.DuckDBPyConnection, text: str, folder: str = "") -> ResolvedTown:
    """Return the town that a text means.

    Args:
        connection: the database of a release.
        text: a name, also with its country, or an id.
        folder: the option that suggested commands need to read the same release.

    Raises:
        UnknownTownError: no town is called that; the message names the place that is and that no list names, and towns
            with a name like it.
    """
    towns = fetch_rows(connection, f"SELECT {_TOWN} FROM find_town(?) ORDER BY rank", text)
    is_called_so = bool(towns) and towns[0]["match"] in WHOLE_NAME
    unlinked = [] if is_called_so else unlinked_places(connection, text)
    # Bern means Bern, and not Bernkastel, also where no list names a partner of it.
    is_unlinked = bool(unlinked) and unlinked[0]["score"] >= THRESHOLD
    if not towns or towns[0]["match"] == "similar" or is_unlinked:
        release_id = read_release_id(connection)
        raise UnknownTownError(
            f"no town is called {text!r} in release {release_id}; {_advice(towns, unlinked, folder)}"
        )
    best, *others = towns
    others = [town for town in others if town["match"] in WHOLE_NAME and town["partner_count"]]
    return ResolvedTown(best, others, unlinked)


def _advice(near: list[dict[str, Any]], unlinked: list[dict[str, Any]], folder: str) -> str:
    clauses = [unlinked_text(unlinked)] if unlinked else []
    if near:
        clauses.append(f"did you mean {' or '.join(map(town_text, near[:OTHERS_NAMED]))}?")
    elif not unlinked:
        clauses.append(f"no place is known by that name; try its first letters with: twintowns towns TEXT{folder}")
    return "; ".join(clauses)


class TownListing(NamedTuple):
    """The towns that a text may mean.

    Attributes:
        towns: the columns of `find_town`, best first.
        unlinked: the places of that name that no list of the release names, unless a town has it.
    """

    towns: pl.DataFrame
    unlinked: list[dict[str, Any]]


def read_towns(out: Path, text: str) -> TownListing:
    """Return the towns that a text may mean in the current release.

    Raises:
        TwintownsError: there is no release.
    """
    with open_current(out) as connection:
        connection.execute(f"SELECT {_TOWN} FROM find_town('') LIMIT 0")
        towns: pl.DataFrame = connection.sql("FROM find_town($text) ORDER BY rank", params={"text": text}).pl()
        is_found = towns["match"].is_in(WHOLE_NAME).any()
        return TownListing(towns, [] if is_found else unlinked_places(connection, text))


def print_towns(text: str, listing: TownListing, limit: int | None = None) -> None:
    """Print the towns that a text may mean, one line each."""
    console = open_console()
    towns = listing.towns
    if listing.unlinked:
        console.out(f"{text}: {unlinked_text(listing.unlinked)}")
    if towns.is_empty():
        if not listing.unlinked:
            console.out(f"no town is known by the name or id {text!r}, nor by one like it")
        return
    shown = towns.head(limit or _TOWNS_SHOWN)
    table = plain_table()
    for heading, justify in _TOWN_COLUMNS.items():
        table.add_column(heading, justify=justify, overflow="fold")
    for row in shown.iter_rows(named=True):
        table.add_row(
            Text(row["town_id"]),
            Text(row["name"]),
            Text(row["country_name"] or ""),
            f"{row['population']:,}" if row["population"] else "",
            str(row["partner_count"]),
            Text(
                code_text(row["match"])
                if row["match"] == "usual_name"
                else f"{code_text(row['match'])}: {row['matched_name']}"
            ),
        )
    console.print(table)
    print_more(console, towns.height, shown.height)
