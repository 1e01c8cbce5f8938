"""Rows of SPARQL results, and the same rows as lines of a snapshot."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from pipeline.extract.partial import read_lines
from pipeline.extract.wikidata import terms as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

#: A row of the JSON of SPARQL 1.1: variable → term (`type`, `value`, …).
Row = dict[str, dict[str, str]]

_COUNT: Final = re.compile(r"[0-9]{1,18}")
_ITEM: Final = re.compile(rf"{re.escape(t.iri('wd:'))}(Q[1-9][0-9]{{0,17}})")
_TOWN: Final = re.compile(rf'"town":{{"type":"uri","value":"{re.escape(t.iri("wd:"))}Q([0-9]{{1,18}})"}}'.encode())


def item_number(item: str) -> int:
    """Return 64 for `Q64`."""
    return int(item[1:])


def town_number(line: bytes) -> int:
    """Return the number of the item that a line is about."""
    town = _TOWN.search(line)
    return int(town[1]) if town else 0


def read_rows(body: object, variables: Iterable[str] = ()) -> list[Row]:
    """Return the rows of the parsed JSON of SPARQL results.

    Args:
        body: the parsed JSON.
        variables: every row must have a value of these.

    Raises:
        ValueError: it has another structure.
    """
    results = body.get("results") if isinstance(body, dict) else None
    rows = results.get("bindings") if isinstance(results, dict) else None
    if not isinstance(rows, list):
        raise ValueError("no list results.bindings")  # noqa: TRY004 (it is about data)
    required = frozenset(variables)
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not all(map(_is_term, row.values())):
            raise ValueError(f"row {number} is not made of terms with a type and a value")
        if missing := required - row.keys():
            raise ValueError(f"row {number} has no {', '.join(sorted(missing))}")
    return rows


def _is_term(term: object) -> bool:
    if not isinstance(term, dict) or not all(isinstance(value, str) for value in term.values()):
        return False
    return "value" in term if term.get("type") != "bnode" else True


def read_count(row: Row) -> int:
    """Return the count that a row has.

    Raises:
        ValueError: it is no number.
    """
    count = row["count"]["value"]
    if not _COUNT.fullmatch(count):
        raise ValueError(f"{count[:40]!r} is no number of rows")
    return int(count)


def read_counts(rows: Iterable[Row]) -> dict[str, int]:
    """Return the count of each item.

    Raises:
        ValueError: a count is no number.
    """
    items = ((_ITEM.fullmatch(row["town"]["value"]), row) for row in rows if "town" in row)
    return {item[1]: read_count(row) for item, row in items if item}


def to_lines(rows: Iterable[Row]) -> list[bytes]:
    """Return each distinct row as a line, ordered by item and text.

    Labels of blank nodes are left out: they have no meaning outside their response, and differ between responses.
    """
    lines = set()
    for row in rows:
        terms = {name: {"type": "bnode"} if term["type"] == "bnode" else term for name, term in row.items()}
        text = json.dumps(terms, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        # JSON can escape half of a surrogate pair; UTF-8 cannot hold it.
        lines.add(text.encode("utf-8", "replace") + b"\n")
    return sorted(lines, key=lambda line: (town_number(line), line))


def mentioned_items(paths: Iterable[Path], variables: Sequence[str], about: str) -> list[str]:
    """Return the items that some variables name in the rows about one property, ordered by number."""
    # The text of a line is searched before it is parsed: most rows are about another property.
    mark = f'"{t.iri(about)}"'.encode()
    items: set[str] = set()
    for line in read_lines(paths):
        if mark in line:
            row: Row = json.loads(line)
            matches = (_ITEM.fullmatch(row.get(variable, {}).get("value", "")) for variable in variables)
            items.update(match[1] for match in matches if match)
    return sorted(items, key=item_number)
