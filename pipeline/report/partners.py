"""The partners of a town."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rich.text import Text

from pipeline.publish.hints import of_release
from pipeline.report.console import open_console, plain_table, print_more, town_markup
from pipeline.report.current import open_current, read_release_id
from pipeline.report.places import unlinked_text
from pipeline.report.towns import OTHERS_NAMED, WHOLE_NAME, resolve_town
from pipeline.report.wording import code_text, count_text, date_text, town_text

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


class TownPartners(NamedTuple):
    """The partners of a town.

    Attributes:
        town: the row of `find_town` for the town that was taken.
        others: further towns of that name, best first.
        partners: the columns of `partners_of`.
        release_id: the release that was read.
        unlinked: the places that are called just so, where the town only has the name in its own.
    """

    town: dict[str, Any]
    others: list[dict[str, Any]]
    partners: pl.DataFrame
    release_id: str
    unlinked: list[dict[str, Any]]


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
        town, others, unlinked = resolve_town(connection, text, of_release(out))
        partners = connection.sql("FROM partners_of($town)", params={"town": town["town_id"]}).pl()
        return TownPartners(town, others, partners, read_release_id(connection), unlinked)


def print_partners(listing: TownPartners, out: Path, limit: int | None = None) -> None:
    """Print the partners of a town, one line each, and which town that is."""
    console = open_console()
    town, partners = listing.town, listing.partners
    console.print(f"{town_markup(town)} · {count_text(partners.height, 'partner')} · release {listing.release_id}")
    if town["match"] == "other_name":
        console.out(f"{town['matched_name']} is another name of it.", style="dim")
    elif town["match"] not in WHOLE_NAME:
        console.out(
            f"No town is called just so; {town['matched_name']} is the best that has it in its name.", style="dim"
        )
    if listing.unlinked:
        console.out(f"There are places called so: {unlinked_text(listing.unlinked)}.", style="dim")
    if listing.others:
        more = f" and {len(listing.others) - OTHERS_NAMED} more" if len(listing.others) > OTHERS_NAMED else ""
        console.out(f"Also called so: {'; '.join(map(town_text, listing.others[:OTHERS_NAMED]))}{more}", style="dim")
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
