"""The statements of twinning of a SPARQL endpoint into the raw store, in parts that no server is too small for.

First the items are asked for that have statements, with how many; then the statements of some hundred items at a time,
then what is known of the towns that they name, and of the regions these lie in. Each part that is there stays there, so
that a fetch that was stopped goes on; a part that is too much for the server is asked for in halves. The snapshot is
two files of lines, each a row of the answers in the JSON of SPARQL 1.1, ordered by item.
"""

from __future__ import annotations

import heapq
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from pipeline.errors import DeclarationError, SourceError
from pipeline.extract.http import BadAnswerError, Fetched, TimedOutError, TooLargeError
from pipeline.extract.wikidata import queries
from pipeline.extract.wikidata import terms as t
from pipeline.extract.wikidata.partial import Partial, batches, lines_of, parts
from pipeline.raw_store.snapshots import RawStore, describe_made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.extract.http import Answer
    from pipeline.sources import Declaration, SourceFile

RESULTS: Final = "application/sparql-results+json"
#: Most items, and most statements, in one question.
BATCH_ITEMS, BATCH_STATEMENTS = 200, 500
#: Bytes of one answer; what is larger is asked for in parts, so that memory stays bounded.
SIZE_CAP: Final = 16 << 20
#: Digits of an id by which items are counted at most; a server that cannot count a thousandth of them never will.
COUNTED_DIGITS: Final = 3
#: Servers that cut answers without a word cut them at a round number of rows.
ROUND: Final = 1000
_ITEM: Final = re.compile(rf"{re.escape(t.iri('wd:'))}(Q[1-9][0-9]*)")
_TOO_MUCH: Final = (TimedOutError, TooLargeError, BadAnswerError)

Binding = dict[str, dict[str, str]]


class Asks(Protocol):
    """What this needs of the network: `pipeline.extract.http.Web` has it."""

    def ask(
        self, url: str, *, form: Mapping[str, str] | None = None, accept: str | None = None, size_cap: int | None = None
    ) -> Answer | None:
        """Return the answer to a POST of a form."""


@dataclass(frozen=True)
class Job:
    """What is asked for, and of whom; parts of one job do not go with another's."""

    endpoint: str
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    batch_items: int
    batch_statements: int
    #: The questions themselves: other ones have other answers.
    questions: str


def fetch_wikidata(
    declaration: Declaration, raw: Path, web: Asks, *, endpoint: str | None = None, countries: Iterable[str] = (),
    tell: Callable[[str, int, int], None] = lambda *_: None,
) -> list[Fetched]:  # fmt: skip
    """Bring the statements of twinning, and the towns that they name, into the raw store.

    Args:
        declaration: of a source whose `live.service` is `wikidata`; its files hold the statements and the towns.
        raw: the raw store; finished parts are kept in the source's folder until all are there.
        web: the network.
        endpoint: another address than the declared one.
        countries: ISO 3166-1 codes: only statements of towns there. All if none.
        tell: told of each step with how much of it is done, and how much there is.

    Raises:
        DeclarationError: a country is no ISO code, or the declaration has not the two files.
        SourceError: the endpoint does not answer, or not wholly; what was fetched stays for the next time.
    """
    assert declaration.live is not None
    made_of: dict[str, SourceFile] = {declaration.format_of(file).type: file for file in declaration.files}
    if not {"wikidata_statements", "wikidata_towns"} <= set(made_of):
        raise DeclarationError(
            f"{declaration.path}: a live source of Wikidata has two files, of the formats wikidata_statements and "
            "wikidata_towns"
        )
    job = Job(
        endpoint or declaration.live.endpoint,
        tuple(declaration.live.languages or t.LABEL_ORDER),
        tuple(sorted({_country(code) for code in countries})),
        BATCH_ITEMS,
        BATCH_STATEMENTS,
        _questions(),
    )
    store = RawStore(raw)
    partial = Partial(raw / declaration.id / ".partial", asdict(job))
    fetch = _Fetch(job, web, partial, tell)
    stated = list(fetch.statements())
    lines = {"wikidata_statements": lines_of(stated), "wikidata_towns": fetch.towns(stated)}
    joined = {kind: partial.join(f"{kind}.joined", of_kind) for kind, of_kind in lines.items()}
    results = []
    # Only when both are whole, so that the one is never read with another day's other.
    for kind, (path, sha256, size) in joined.items():
        file = made_of[kind]
        snapshot = describe_made(declaration, file, sha256, size, job.endpoint)
        known = [entry.sha256 for entry in store.manifest(declaration.id) if entry.file_name == file.name]
        store.take(snapshot, path)
        outcome = "unchanged" if known[-1:] == [sha256] else "new"
        results.append(Fetched(declaration.id, file.name, outcome, size))
    partial.remove()
    return results


def _country(code: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", code):
        raise DeclarationError(f"--countries {code}: not a code of ISO 3166-1 such as DE or FR")
    return code.upper()


def _questions() -> str:
    one = ["Q1"]
    asked = (queries.count_by_town([]), queries.statements_of(one), queries.towns_of(one, []))
    return "\n".join((*asked, queries.labels_of(one, [])))


class _Fetch:
    """One fetch: the parts that are there, and the questions for the others."""

    def __init__(self, job: Job, web: Asks, partial: Partial, tell: Callable[[str, int, int], None]) -> None:
        self.job, self.web, self.partial, self.tell = job, web, partial, tell

    def statements(self) -> Iterator[Path]:
        """Yield the parts with the rows of all statements, by item."""
        counts = self._counts()
        done, total = 0, len(counts)
        for batch in batches(counts.items(), self.job.batch_items, self.job.batch_statements):
            yield from parts(self.partial, "statements", batch, lambda items: self._ask_statements(items, counts))
            done += len(batch)
            self.tell("statements of items", done, total)

    def towns(self, stated: Sequence[Path]) -> Iterator[bytes]:
        """Return the rows of all items that statements name, of those that redirects lead to, and of their regions."""
        named = self._mentioned(stated, ("town", "value"), f"ps:{t.TWINNED}")
        first = list(self._parts("towns", named, self._ask_towns))
        known = set(named)
        targets = [item for item in self._mentioned(first, ("value",), "owl:sameAs") if item not in known]
        second = list(self._parts("redirects", targets, self._ask_towns))
        known.update(targets)
        places = self._mentioned([*first, *second], ("value",), f"ps:{t.REGION}")
        third = list(self._parts("regions", [item for item in places if item not in known], self._ask_labels))
        return heapq.merge(lines_of(first), lines_of(second), lines_of(third), key=_line_number)

    def _parts(self, name: str, items: Sequence[str], ask: Callable[[list[str]], list[bytes] | None]) -> Iterator[Path]:
        done = 0
        for batch in batches(((item, 1) for item in items), self.job.batch_items, self.job.batch_items):
            yield from parts(self.partial, name, batch, ask)
            done += len(batch)
            self.tell(name, done, len(items))

    def _mentioned(self, paths: Iterable[Path], variables: Sequence[str], prefixed: str) -> list[str]:
        """Return the items that parts name in these variables, in rows about one property, by number."""
        # The text of a row is searched before it is parsed: most rows are about something else.
        mark = f'"{t.iri(prefixed)}"'.encode()
        found = set()
        for line in lines_of(paths):
            if mark in line:
                row = json.loads(line)
                for variable in variables:
                    named = _ITEM.fullmatch(row.get(variable, {}).get("value", ""))
                    if named:
                        found.add(named[1])
        return sorted(found, key=_number)

    # The questions

    def _counts(self) -> dict[str, int]:
        """Return how many statements each item has that has any, by number."""
        path = self.partial.path("items.json")
        if not path.exists():
            counts = self._count("")
            if not counts:
                where = f" of {', '.join(self.job.countries)}" if self.job.countries else ""
                raise SourceError(
                    f"{self.job.endpoint}: knows no statement of twinning ({t.TWINNED}){where}; is it an endpoint with "
                    "Wikidata's statements?"
                )
            ordered = dict(sorted(counts.items(), key=lambda one: _number(one[0])))
            self.partial.write(path.name, [json.dumps(ordered).encode()])
        found: dict[str, int] = json.loads(path.read_bytes())
        return found

    def _count(self, prefix: str) -> dict[str, int]:
        """Ask for items whose id begins so; where these are too many, by their next digit."""
        query = queries.count_by_town(self.job.countries, prefix)
        try:
            rows = self._ask(query)
            self._check_round(query, rows)
        except _TOO_MUCH:
            if len(prefix) > COUNTED_DIGITS:
                raise
            longer = [f"{prefix or 'Q'}{digit}" for digit in range(0 if prefix else 1, 10)]
            counts = {item: count for part in longer for item, count in self._count(part).items()}
            if prefix:
                counts |= _counted(self._ask(queries.count_by_town(self.job.countries, item=prefix)))
            return counts
        return _counted(rows)

    def _ask_statements(self, items: list[str], counts: Mapping[str, int]) -> list[bytes] | None:
        expected = sum(counts[item] for item in items)

        def ask() -> list[bytes]:
            rows = self._ask(queries.statements_of(items))
            main = t.iri(f"ps:{t.TWINNED}")
            found = len({row["statement"]["value"] for row in rows if row["property"]["value"] == main})
            if found != expected:
                # Somebody may have edited since the items were counted.
                (now,) = self._ask(queries.count_statements(items))
                self._require(found, int(now["count"]["value"]), "statements")
            return _lines(rows)

        return self._whole(items, ask)

    def _ask_towns(self, items: list[str]) -> list[bytes] | None:
        return self._ask_about(items, queries.towns_of(items, self.job.languages))

    def _ask_labels(self, items: list[str]) -> list[bytes] | None:
        return self._ask_about(items, queries.labels_of(items, self.job.languages))

    def _ask_about(self, items: list[str], query: str) -> list[bytes] | None:
        def ask() -> list[bytes]:
            rows = self._ask(query)
            self._check_round(query, rows)
            return _lines(rows)

        return self._whole(items, ask)

    def _whole(self, items: list[str], ask: Callable[[], list[bytes]]) -> list[bytes] | None:
        """Return what was asked for, or None where less should be asked for at a time."""
        try:
            return ask()
        except _TOO_MUCH as error:
            if len(items) > 1:
                return None
            raise SourceError(
                f"{error}\nEven what is known of {items[0]} alone is not answered. What was fetched so far is kept in "
                f"{self.partial.folder}; the same command goes on from there"
            ) from error

    def _check_round(self, query: str, rows: Sequence[Binding]) -> None:
        if rows and len(rows) % ROUND == 0:
            (counted,) = self._ask(queries.count_rows(query))
            self._require(len(rows), int(counted["count"]["value"]), "rows")

    def _require(self, found: int, expected: int, what: str) -> None:
        if found != expected:
            raise BadAnswerError(f"{self.job.endpoint}: {found} {what} came of {expected}: the answer was cut")

    def _ask(self, query: str) -> list[Binding]:
        """Return the rows of an answer.

        Raises:
            BadAnswerError: it is not the whole JSON of SPARQL results.
        """
        answer = self.web.ask(self.job.endpoint, form={"query": query}, accept=RESULTS, size_cap=SIZE_CAP)
        try:
            assert answer is not None
            content: Any = answer.json or json.loads(answer.content)
            rows: list[Binding] = content["results"]["bindings"]
        except (ValueError, KeyError, TypeError) as error:
            raise BadAnswerError(
                f"{self.job.endpoint}: what came is not the whole JSON of SPARQL results ({error}); nothing was kept"
            ) from error
        return rows


def _counted(rows: Iterable[Binding]) -> dict[str, int]:
    found = ((_ITEM.fullmatch(row["town"]["value"]), row) for row in rows if "town" in row)
    return {item[1]: int(row["count"]["value"]) for item, row in found if item}


def _lines(rows: Iterable[Binding]) -> list[bytes]:
    """Return each row once as a line, ordered by item and text.

    Labels of blank nodes are left out: they mean nothing outside their answer, and differ from one to the next.
    """
    texts = set()
    for row in rows:
        named = {name: {"type": "bnode"} if term["type"] == "bnode" else term for name, term in row.items()}
        text = json.dumps(named, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        # JSON can escape one half of a surrogate pair; UTF-8 cannot hold it.
        texts.add(text.encode("utf-8", "replace") + b"\n")
    return sorted(texts, key=lambda text: (_line_number(text), text))


_TOWN: Final = re.compile(rf'"town":{{"type":"uri","value":"{re.escape(t.iri("wd:"))}Q([0-9]+)"}}'.encode())


def _line_number(line: bytes) -> int:
    found = _TOWN.search(line)
    return int(found[1]) if found else 0


def _number(item: str) -> int:
    return int(item[1:])
