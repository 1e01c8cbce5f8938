"""The town that a name means, and its partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from rich.text import Text

from pipeline.errors import TwintownsError
from pipeline.publish.hints import of_release
from pipeline.report.console import open_console, plain_table, print_more, town_markup
from pipeline.report.current import fetch_rows, open_current, read_release_id
from pipeline.report.wording import code_text, count_text, date_text, town_text

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import polars as pl

#: How `find_town` says that a text is a name of a town, not only like one or a part of one.
_WHOLE_NAME: Final = ("id", "former_id", "usual_name", "other_name")
#: What is read of a town; a release of an earlier version lacks some of it, and the database says so.
_TOWN: Final = "town_id, name, country_name, matched_name, match, partner_count"
#: Other towns that are named beside the best one.
_OTHERS: Final = 4


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


class TownPartners(NamedTuple):
    """The partners of a town.

    Attributes:
        town: the row of `find_town` for the town that was taken.
        others: further towns of that name, best first.
        partners: the columns of `partners_of`.
        release_id: the release that was read.
    """

    town: dict[str, Any]
    others: list[dict[str, Any]]
    partners: pl.DataFrame
    release_id: str


def read_partners(out: Path, text: str) -> TownPartners:
    """Return the partners of the town that a text means in the current release.

    Args:
        out: the folder of the releases.
        text: a name in any language, also with its country as in `Cambridge, US`; or an id.

    Raises:
        UnknownTownError: no town is called that; the message names those that are called like it.
        TwintownsError: there is no release.
    """
    with open_current(out) as connection:
        town, others = resolve_town(connection, text, of_release(out))
        partners = connection.sql("FROM partners_of($town)", params={"town": town["town_id"]}).pl()
        return TownPartners(town, others, partners, read_release_id(connection))


def read_towns(out: Path, text: str) -> pl.DataFrame:
    """Return the towns that a text may mean, best first: the columns of `find_town`.

    Raises:
        TwintownsError: there is no release.
    """
    with open_current(out) as connection:
        connection.execute(f"SELECT {_TOWN} FROM find_town('') LIMIT 0")
        towns: pl.DataFrame = connection.sql("FROM find_town($text) ORDER BY rank", params={"text": text}).pl()
    return towns


def resolve_town(
    connection: duckdb.DuckDBPyConnection, text: str, folder: str = ""
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the town that a text means, and others that have that name and partners, too.

    Args:
        connection: the database of a release.
        text: a name, also with its country, or an id.
        folder: the option that suggested commands need to read the same release.

    Raises:
        UnknownTownError: no town is called that.
    """
    towns = fetch_rows(connection, f"SELECT {_TOWN} FROM find_town(?) ORDER BY rank", text)
    if not towns or towns[0]["match"] == "similar":
        release_id = read_release_id(connection)
        raise UnknownTownError(f"no town is called {text!r} in release {release_id}; {_advice(towns, folder)}")
    best, *others = towns
    return best, [town for town in others if town["match"] in _WHOLE_NAME and town["partner_count"]]


def _advice(similar: list[dict[str, Any]], folder: str) -> str:
    if similar:
        return f"did you mean {' or '.join(map(town_text, similar[:_OTHERS]))}?"
    command = f"twintowns towns TEXT{folder}"
    return (
        "no list of this release names a partner of it, or it has another name here: "
        f"try its first letters with: {command}"
    )


def print_partners(listing: TownPartners, out: Path, limit: int | None = None) -> None:
    """Print the partners of a town, one line each, and which town that is."""
    console = open_console()
    town, partners = listing.town, listing.partners
    console.print(f"{town_markup(town)} · {count_text(partners.height, 'partner')} · release {listing.release_id}")
    if town["match"] == "other_name":
        console.out(f"{town['matched_name']} is another name of it.", style="dim")
    elif town["match"] not in _WHOLE_NAME:
        console.out(
            f"No town is called just so; {town['matched_name']} is the best that has it in its name.", style="dim"
        )
    if listing.others:
        more = f" and {len(listing.others) - _OTHERS} more" if len(listing.others) > _OTHERS else ""
        console.out(f"Also called so: {'; '.join(map(town_text, listing.others[:_OTHERS]))}{more}", style="dim")
    if partners.is_empty():
        console.print("No source of this release states a partner. That does not say that it has none.")
        return
    console.print()
    shown = partners.head(limit) if limit else partners
    table = plain_table()
    for heading in ("partner", "country", "since", "status", "form"):
        table.add_column(heading, overflow="fold")
    table.add_column("sources", justify="right")
    for row in shown.iter_rows(named=True):
        cells = (
            row["partner_name"],
            row["partner_country_name"] or "",
            _since(row),
            _status(row),
            code_text(row["form"]),
        )
        table.add_row(*(Text(cell) for cell in cells), str(row["source_count"]))
    console.print(table)
    print_more(console, partners.height, shown.height)
    console.print()
    example = shown["partner_name"][0]
    folder = of_release(out)
    name = town["town_id"] if listing.others else f'"{town["name"]}"'
    console.out(f'Why, and who says so: twintowns explain {name} "{example}"{folder}', style="dim")


def _since(row: dict[str, Any]) -> str:
    start = date_text(row["start_date"], row["start_precision"]) or "?"
    return f"{start} (disputed)" if row["start_agreement"] == "conflict" else start


def _status(row: dict[str, Any]) -> str:
    status = code_text(row["status"])
    if row["end_year"]:
        status += f" {row['end_year']}"
    return f"{status}, perhaps of a district" if row["may_be_of_district"] else status


def print_towns(text: str, towns: pl.DataFrame, limit: int | None = None) -> None:
    """Print the towns that a text may mean, one line each."""
    console = open_console()
    if towns.is_empty():
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
