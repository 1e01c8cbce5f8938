"""QuickStatements V1 for Wikidata: partnerships that it does not state yet, for a person to review.

The format is that of https://www.wikidata.org/wiki/Help:QuickStatements. A partnership is offered if

- both towns have a Wikidata item, and the claim's towns were located with a score of 0.9 or more;
- no source of the Wikidata family states the pair of items, not even a source that is off by default;
- a source that is on by default and licensed CC0, as Wikidata is, states a formal partnership;
- there is a page to refer to: the claim's evidence, or the address of a register. An encyclopedia is no reference for
  Wikidata, and in other lists the publisher differs from row to row.

A start or an end is given only if the page referred to states it, a start only if no source contradicts. An end on an
unknown day is `somevalue`; a partnership that another source states to be ended or dormant is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.curate.sql import read_sql
from pipeline.export.release import SQL
from pipeline.report.current import read_release_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from duckdb import DuckDBPyConnection

LICENCE: Final = "CC0-1.0"
#: The lowest score of both towns.
MIN_SCORE: Final = 0.9
#: Wikidata's codes: https://www.wikidata.org/wiki/Help:Dates#Precision
_PRECISIONS: Final = {"year": ("%Y-00-00", 9), "month": ("%Y-%m-00", 10), "day": ("%Y-%m-%d", 11)}
#: An address without characters that would end the quoted text, the column or the line, or begin a comment.
_ADDRESS: Final = r"^https?://[^\s\"|*\\]+$"
_SNAPSHOTS_OF_WIKIDATA: Final = """
    SELECT string_agg(source_id || ' of ' || as_of, ', ' ORDER BY source_id)
    FROM (
        SELECT source_id, max(as_of_date) AS as_of
        FROM snapshots JOIN sources USING (source_id) WHERE family = 'wikidata' GROUP BY source_id
    )
"""


def write_quickstatements(connection: DuckDBPyConnection, on_by_default: Collection[str]) -> tuple[Iterator[str], str]:
    """Return the commands, each partnership from either town, and a summary in one sentence.

    Args:
        connection: the open release.
        on_by_default: ids of the sources that may be offered.
    """
    parameters = {
        "address": _ADDRESS,
        "licence": LICENCE,
        "source_ids": sorted(on_by_default),
        "min_score": MIN_SCORE,
    }
    offers = connection.sql(read_sql(SQL, "quickstatements"), params=parameters).pl()
    rows = offers.drop_nulls("reference").sort("partnership_id")
    summary = (
        f"{rows.height:,} partnerships that Wikidata did not state, {rows['start_date'].count():,} with a start; "
        f"{offers.height - rows.height:,} left out, because there is no page to refer to"
    )
    return _lines(connection, rows), f"{summary}. A person must review them before they are run"


def _lines(connection: DuckDBPyConnection, rows: pl.DataFrame) -> Iterator[str]:
    name = read_release_id(connection)
    for comment in (
        f"twintowns {name}: partnerships for Wikidata, as QuickStatements V1",
        "WARNING: a person must review every line before it is run. Towns are located by a program and can be wrong",
        _compared_with(connection),
        "Open each reference first. Delete the lines that you did not check",
    ):
        yield f"/* {comment} */\n"
    yield from _commands(rows, name).str.join("\n").str.replace(r"(.)$", "${1}\n")


def _compared_with(connection: DuckDBPyConnection) -> str:
    snapshots = connection.sql(_SNAPSHOTS_OF_WIKIDATA).pl().item()
    if snapshots is None:
        return "This release has read nothing from Wikidata: all of this may be there already"
    return f"Not stated by {snapshots}: what was added since, or is not in these, may be there already"


def _commands(rows: pl.DataFrame, name: str) -> pl.Series:
    """Return two commands for each row, from either town, in the order of the rows."""
    end = _time("end").fill_null(pl.when(pl.col("status") == "ended").then(pl.lit("somevalue")))
    qualifiers = [
        "\tP580\t" + _time("start"),
        "\tP582\t" + end,
        '\tS854\t"' + pl.col("reference") + '"',
        pl.lit(f" /* twintowns {name} ") + pl.col("partnership_id") + ": " + pl.col("sources").list.join(", ") + " */",
    ]
    sides = [
        rows.select(
            "partnership_id",
            command=pl.concat_str(pl.col(item) + "\tP190\t" + pl.col(partner), *qualifiers, ignore_nulls=True),
            side=pl.lit(side),
        )
        for side, (item, partner) in enumerate((("item_a", "item_b"), ("item_b", "item_a")))
    ]
    return pl.concat(sides).sort("partnership_id", "side")["command"]


def _time(side: str) -> pl.Expr:
    """Return a date as Wikidata writes it, at its precision; null if it is coarser than a year."""
    date, precision = pl.col(f"{side}_date"), pl.col(f"{side}_precision")
    return pl.coalesce(
        pl.when(precision == word).then(pl.lit("+") + date.dt.strftime(form) + f"T00:00:00Z/{code}")
        for word, (form, code) in _PRECISIONS.items()
    )
