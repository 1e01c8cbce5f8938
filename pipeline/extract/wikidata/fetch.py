"""The statements of twinning of a SPARQL endpoint into the raw store, in batches that are small enough for any server.

First the items that have statements are counted; then the statements of some hundred items at a time are fetched,
then the facts about the towns that they name, and the labels of the regions of these. Finished batches stay on disk,
so that an interrupted fetch continues; a batch that is too much for the server is fetched in halves. The snapshot is
two files of lines, each line a row of the results in the JSON of SPARQL 1.1, ordered by item.
"""

from __future__ import annotations

import heapq
import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import DeclarationError, SourceError
from pipeline.extract.http.errors import BadResponseError, TimedOutError, TooLargeError
from pipeline.extract.http.guard import redact_url
from pipeline.extract.partial import PartialFetch, ignore_progress, make_batches, read_lines, store_generated
from pipeline.extract.wikidata import queries
from pipeline.extract.wikidata import terms as t
from pipeline.extract.wikidata.rows import (
    Row,
    item_number,
    mentioned_items,
    read_count,
    read_counts,
    read_rows,
    to_lines,
    town_number,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.extract.http.client import HttpClient
    from pipeline.extract.http.fetch import FetchResult
    from pipeline.extract.partial import OnProgress
    from pipeline.sources import Declaration

RESULTS: Final = "application/sparql-results+json"
#: Most items, and most statements, in one query.
BATCH_ITEMS, BATCH_STATEMENTS = 200, 500
#: Bytes of one response; what is larger is fetched in halves, so that memory stays bounded.
SIZE_CAP: Final = 16 << 20
#: Items are counted by at most this many digits of their id; a server that cannot count a thousandth never will.
COUNTED_DIGITS: Final = 3
#: Servers that truncate results silently truncate them at a round number of rows.
ROUND: Final = 1000
_TOO_MUCH: Final = (TimedOutError, TooLargeError, BadResponseError)


def fetch_wikidata(
    declaration: Declaration,
    raw: Path,
    client: HttpClient,
    *,
    endpoint: str | None = None,
    countries: Iterable[str] = (),
    on_progress: OnProgress = ignore_progress,
) -> list[FetchResult]:
    """Fetch the statements of twinning, and the towns that they name, into the raw store.

    The arguments are those of `fetch_live`. Finished batches stay in the source's folder until all are there.

    Raises:
        DeclarationError: a country is no ISO code.
        SourceError: the endpoint does not respond, or not completely; what was fetched stays for the next time.
    """
    assert declaration.live is not None
    files: dict[str, Any] = {declaration.format_of(file).type: file for file in declaration.files}
    endpoint = endpoint or declaration.live.endpoint
    languages = declaration.live.languages or [*t.LABEL_ORDER]
    codes = sorted({_country_code(country) for country in countries})
    job = {
        "endpoint": endpoint,
        "languages": languages,
        "countries": codes,
        # Other queries have other results.
        "queries": queries.templates(),
    }
    partial = PartialFetch(raw / declaration.id, job, on_progress, _TOO_MUCH)
    fetch = _WikidataFetch(client, partial, endpoint, languages, codes)
    statements = list(fetch.statements())
    # Both files are finished before one is stored: they are never read with a file of another day.
    joined = {
        "wikidata_statements": partial.join("statements.joined", read_lines(statements)),
        "wikidata_towns": partial.join("towns.joined", fetch.towns(statements)),
    }
    results = [store_generated(declaration, files[kind], path, raw, endpoint) for kind, path in joined.items()]
    partial.remove()
    return results


def _country_code(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise DeclarationError(f"--countries {text}: not a code of ISO 3166-1 such as DE or FR")
    return text.upper()


class _WikidataFetch:
    """The batches of one fetch."""

    def __init__(
        self,
        client: HttpClient,
        partial: PartialFetch,
        endpoint: str,
        languages: Sequence[str],
        countries: Sequence[str],
    ) -> None:
        self.client, self.partial, self.endpoint = client, partial, endpoint
        self.languages, self.countries = languages, countries

    def statements(self) -> Iterator[Path]:
        """Yield the files with the rows of all statements, ordered by item."""
        counts = self._counts()

        def fetch(items: list[str]) -> list[bytes]:
            rows = self._query(queries.statements_of(items), "statement", "property")
            main = t.iri(f"ps:{t.TWINNED}")
            received = len({row["statement"]["value"] for row in rows if row["property"]["value"] == main})
            if received != sum(counts[item] for item in items):
                # Somebody may have edited since the items were counted.
                self._require(received, self._query_count(queries.count_statements(items)), "statements")
            return to_lines(rows)

        batches = make_batches(counts, BATCH_ITEMS, counts, BATCH_STATEMENTS)
        return self.partial.fetch_batches("statements", batches, fetch)

    def towns(self, statements: Sequence[Path]) -> Iterator[bytes]:
        """Return the rows of the items in statements, of the targets of their redirects, and of their regions."""

        def fetch_towns(items: list[str]) -> list[bytes]:
            return to_lines(self._query_counted(queries.towns_of(items, self.languages)))

        def fetch_labels(items: list[str]) -> list[bytes]:
            return to_lines(self._query_counted(queries.labels_of(items, self.languages)))

        items = mentioned_items(statements, ("town", "value"), f"ps:{t.TWINNED}")
        towns = list(self.partial.fetch_batches("towns", make_batches(items, BATCH_ITEMS), fetch_towns))
        fetched = set(items)
        targets = [item for item in mentioned_items(towns, ("value",), "owl:sameAs") if item not in fetched]
        redirects = list(self.partial.fetch_batches("redirects", make_batches(targets, BATCH_ITEMS), fetch_towns))
        fetched.update(targets)
        regions = mentioned_items([*towns, *redirects], ("value",), f"ps:{t.REGION}")
        regions = [item for item in regions if item not in fetched]
        labels = list(self.partial.fetch_batches("regions", make_batches(regions, BATCH_ITEMS), fetch_labels))
        return heapq.merge(read_lines(towns), read_lines(redirects), read_lines(labels), key=town_number)

    def _counts(self) -> dict[str, int]:
        """Return the number of statements of each item that has any, ordered by item."""
        path = self.partial.path("items.json")
        if not path.exists():
            counts = self._count("")
            if not counts:
                where = f" of {', '.join(self.countries)}" if self.countries else ""
                raise SourceError(
                    f"{redact_url(self.endpoint)}: has no statement of twinning ({t.TWINNED}){where}; is it an "
                    "endpoint with Wikidata's statements?"
                )
            ordered = {item: counts[item] for item in sorted(counts, key=item_number)}
            self.partial.write(path.name, [json.dumps(ordered).encode()])
        stored: dict[str, int] = json.loads(path.read_bytes())
        return stored

    def _count(self, prefix: str) -> dict[str, int]:
        """Count the statements of the items whose id begins so; where these are too many, by their next digit."""
        try:
            return self._read_counts(self._query_counted(queries.count_by_town(self.countries, prefix)))
        except _TOO_MUCH:
            if len(prefix) > COUNTED_DIGITS:
                raise
        counts: dict[str, int] = {}
        for digit in range(0 if prefix else 1, 10):
            counts |= self._count(f"{prefix or 'Q'}{digit}")
        if prefix:
            counts |= self._read_counts(self._query(queries.count_by_town(self.countries, item=prefix)))
        return counts

    def _read_counts(self, rows: list[Row]) -> dict[str, int]:
        # A sum over nothing is a row without a town.
        with self._parsing():
            return read_counts(rows)

    def _query_count(self, query: str) -> int:
        """Return the only number of a result."""
        rows = self._query(query, "count")
        with self._parsing():
            if len(rows) != 1:
                raise ValueError(f"{len(rows)} rows for one count")
            return read_count(rows[0])

    def _query_counted(self, query: str) -> list[Row]:
        """Return the rows of a result; where their number is suspiciously round, they are counted.

        Raises:
            BadResponseError: the result was truncated.
        """
        rows = self._query(query)
        if rows and len(rows) % ROUND == 0:
            self._require(len(rows), self._query_count(queries.count_rows(query)), "rows")
        return rows

    def _require(self, received: int, expected: int, what: str) -> None:
        if received != expected:
            raise BadResponseError(
                f"{redact_url(self.endpoint)}: {received} {what} came of {expected}: the result was truncated"
            )

    def _query(self, query: str, *variables: str) -> list[Row]:
        """Return the rows of a result, which all must have a value of these variables.

        Raises:
            BadResponseError: it is not the JSON of SPARQL results.
        """
        response = self.client.request(self.endpoint, form={"query": query}, accept=RESULTS, size_cap=SIZE_CAP)
        assert response is not None
        with self._parsing():
            return read_rows(response.json, variables)

    @contextmanager
    def _parsing(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, KeyError) as error:
            raise BadResponseError(
                f"{redact_url(self.endpoint)}: the response is not the JSON of SPARQL results ({error}); nothing was "
                "kept"
            ) from error
