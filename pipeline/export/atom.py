"""Atom (RFC 4287): what differs from the release before, one entry for each partnership or town."""

from __future__ import annotations

from datetime import UTC, datetime, time
from html import escape
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5

from feedgen.feed import FeedGenerator

from pipeline import __version__
from pipeline.curate.sql import read_sql
from pipeline.export.change_wording import entry_title, value_changes
from pipeline.export.characters import WEB_ADDRESS, expressible
from pipeline.export.release import SQL, read_credits, release_date
from pipeline.publish.package import AUTHOR, TITLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "twintowns")


def write_atom(
    connection: DuckDBPyConnection, where: str | None, *, limit: int, base_url: str | None = None
) -> tuple[Iterator[str], str]:
    """Return a feed of the table `changes`, the most important first, and a summary in one sentence.

    Ended or suspended partnerships come first, then added and removed ones, then others; towns come last. `updated` is
    the day of the newest snapshot. The first release has a feed without entries.

    Args:
        connection: the open release.
        where: the condition that the release was opened with. With a condition, only selected partnerships and their
            towns; what was removed is in no table any more, so no condition selects it.
        limit: the number of entries.
        base_url: the address of the release's page, for links to its towns.
    """
    parameters = {"is_all": where is None, "address": WEB_ADDRESS}
    rows = connection.sql(read_sql(SQL, "changed_entities"), params=parameters).pl()
    release: dict[str, str | None]
    [release] = connection.sql("SELECT release_id, previous_release_id FROM release").pl().to_dicts()
    updated = datetime.combine(release_date(connection), time(), UTC)
    feed = _feed(release["release_id"], base_url, updated)
    feed.rights("; ".join(f"{credit['title']}: {credit['licence']}" for credit in read_credits(connection)))
    for row in rows.head(limit).iter_rows(named=True):
        _add_entry(feed, row, release, base_url, updated)
    return iter((feed.atom_str(pretty=True).decode(),)), _summary(rows.height, limit, release)


def _summary(entities: int, limit: int, release: dict[str, str | None]) -> str:
    before = release["previous_release_id"]
    if before is None:
        return "0 entries, because this is the first release: there is none before it to compare it with"
    left_out = max(entities - limit, 0)
    more = f"; {left_out:,} left out (--limit {entities} takes all)" if left_out else ""
    return f"{min(entities, limit):,} entries: what differs from {before}{more}"


def _feed(release: str | None, base_url: str | None, updated: datetime) -> FeedGenerator:
    feed = FeedGenerator()
    feed.id(uuid5(_NAMESPACE, base_url or "changes").urn)
    feed.title(f"{TITLE}: changes")
    feed.subtitle(f"What differs in release {release} from the one before")
    feed.updated(updated)
    feed.language("en")
    feed.author(name=AUTHOR)
    feed.generator("twintowns", version=__version__)
    if base_url:
        feed.link(href=base_url, rel="alternate", type="text/html")
    return feed


def _add_entry(
    feed: FeedGenerator, row: dict[str, Any], release: dict[str, str | None], base_url: str | None, updated: datetime
) -> None:
    entry = feed.add_entry(order="append")
    entry.id(uuid5(_NAMESPACE, f"{release['release_id']}/{row['entity']}/{row['entity_id']}").urn)
    entry.title(expressible(entry_title(row)))
    entry.updated(updated)
    entry.category([{"term": row["entity"]}, {"term": row["change"]}])
    if base_url and row["town_id"]:
        entry.link(href=f"{base_url}#town={row['town_id']}", rel="alternate")
    entry.content(expressible(_content(row, release)), type="html")


def _content(row: dict[str, Any], release: dict[str, str | None]) -> str:
    """Return HTML: every value that changed, the id, the sources, and a page of one.

    The page is no link of the entry, because feedgen 1.0 writes every link of an entry as its alternate.
    """
    changes = "".join(f"<li>{escape(change)}</li>" for change in value_changes(row))
    releases = f"release {release['release_id']}, before it {release['previous_release_id']}"
    content = f"<ul>{changes}</ul>" if changes else ""
    content += f"<p>{row['entity'].capitalize()} {escape(row['entity_id'])} {row['change']}: {releases}.</p>"
    if row["sources"]:
        content += f"<p>Stated by: {escape('; '.join(row['sources']))}</p>"
    if row["evidence_url"]:
        address = escape(row["evidence_url"])
        content += f'<p>See <a href="{address}">{address}</a></p>'
    return content
