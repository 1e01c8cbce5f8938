"""QuickStatements V1 for Wikidata: partnerships that it does not state yet, for a person to review.

The format is that of https://www.wikidata.org/wiki/Help:QuickStatements. What may be offered:

- both towns have an item of their own, and the statement's towns were identified with a score of 0.9 or more;
- no source of the Wikidata family states the pair, by item, not even one that is off by default;
- a source states a formal partnership whose licence is CC0, as Wikidata's own is, and which is on by default;
- there is a page to refer to: the statement's own evidence, or else the address of a register. An encyclopedia is no
  reference for Wikidata, and other lists name another publisher in each row;
- a start or an end is given only where the page referred to states it, a start only where nobody contradicts. What
  ended on an unknown day says so (`somevalue`); what ended or rests by another source's word alone is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.export.release import release_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from duckdb import DuckDBPyConnection

LICENCE = "CC0-1.0"
#: How certain the identification of both towns must be.
LEAST_SCORE = 0.9
#: Wikidata's codes: https://www.wikidata.org/wiki/Help:Dates#Precision
_PRECISIONS = {"year": ("%Y-00-00", 9), "month": ("%Y-%m-00", 10), "day": ("%Y-%m-%d", 11)}
#: Nothing that would end the text in quotes, the column, the line, or begin a comment.
_ADDRESS = r"^https?://[^\s\"|*\\]+$"
_OFFERED = """
WITH offered AS (
    SELECT claims.*, CASE
        WHEN regexp_matches(evidence_url, $address) THEN evidence_url
        WHEN sources.kind = 'register' AND regexp_matches(sources.url, $address) THEN sources.url
    END AS reference
    FROM claims JOIN sources USING (source_id)
    WHERE sources.licence = $licence AND list_contains($names, source_id) AND claims.form = 'partnership'
        AND claim_rank <> 'deprecated' AND least(town_location_score, partner_location_score) >= $least
),
pairs AS (
    SELECT p.*, a.wikidata_id AS item_a, b.wikidata_id AS item_b,
        least(a.wikidata_id, b.wikidata_id) AS low, greatest(a.wikidata_id, b.wikidata_id) AS high
    FROM partnerships AS p
    JOIN towns AS a ON a.town_id = p.town_a_id
    JOIN towns AS b ON b.town_id = p.town_b_id
    WHERE a.wikidata_id <> b.wikidata_id
),
stated AS (
    SELECT DISTINCT low, high
    FROM claims JOIN sources USING (source_id) JOIN pairs USING (partnership_id)
    WHERE 'wikidata' IN (claims.family, sources.family)
),
statements AS (
    SELECT partnership_id, list(DISTINCT source_id ORDER BY source_id) AS sources,
        min(reference ORDER BY claim_id) FILTER (evidence_url IS NOT NULL) AS evidence, min(reference) AS reference
    FROM offered GROUP BY partnership_id
)
SELECT partnership_id, item_a, item_b, statements.sources,
    coalesce(said_ended.reference, started.reference, evidence, statements.reference) AS reference,
    CASE WHEN started.reference = coalesce(said_ended.reference, started.reference)
        AND start_agreement IN ('single', 'agree') THEN pairs.start_date END AS start_date,
    pairs.start_precision,
    CASE WHEN finished.reference = said_ended.reference THEN pairs.end_date END AS end_date,
    pairs.end_precision,
    pairs.status
FROM pairs
SEMI JOIN partnerships_asked_for USING (partnership_id)
JOIN statements USING (partnership_id)
LEFT JOIN offered AS started ON started.claim_id = pairs.start_claim_id
LEFT JOIN offered AS finished ON finished.claim_id = pairs.end_claim_id
LEFT JOIN offered AS said_ended ON said_ended.claim_id = pairs.status_claim_id AND pairs.status = 'ended'
ANTI JOIN stated USING (low, high)
WHERE pairs.form = 'partnership'
    AND (
        pairs.status IN ('active', 'unknown')
        OR said_ended.reference IS NOT NULL
    )
"""


def write_quickstatements(connection: DuckDBPyConnection, on_by_default: Collection[str]) -> tuple[Iterator[str], str]:
    """Return the commands, each partnership from either town, and one sentence on what is in them.

    Args:
        connection: the open release.
        on_by_default: ids of the sources that are on unless told otherwise; no other is offered.
    """
    asked = {"address": _ADDRESS, "licence": LICENCE, "names": sorted(on_by_default), "least": LEAST_SCORE}
    found = connection.sql(_OFFERED, params=asked).pl()
    rows = found.drop_nulls("reference").sort("partnership_id")
    about = (
        f"{rows.height:,} partnerships that Wikidata did not state, {rows['start_date'].count():,} with a start; "
        f"{found.height - rows.height:,} left out, because there is no page to refer to"
    )
    return _lines(connection, rows), f"{about}. A person must review them before they are run"


def _lines(connection: DuckDBPyConnection, rows: pl.DataFrame) -> Iterator[str]:
    name = release_id(connection)
    for line in (
        f"twintowns {name}: partnerships for Wikidata, as QuickStatements V1",
        "WARNING: a person must review every line before it is run. Towns are identified by a program and can be wrong",
        _compared_with(connection),
        "Open each reference first. Delete the lines that you did not check",
    ):
        yield f"/* {line} */\n"
    yield from _commands(rows, name).str.join("\n").str.replace(r"(.)$", "${1}\n")


def _compared_with(connection: DuckDBPyConnection) -> str:
    seen = connection.sql(
        """
        SELECT string_agg(source_id || ' of ' || as_of, ', ' ORDER BY source_id)
        FROM (
            SELECT source_id, max(as_of_date) AS as_of
            FROM snapshots JOIN sources USING (source_id) WHERE family = 'wikidata' GROUP BY source_id
        )
        """
    ).pl()
    known = seen.item()
    if known is None:
        return "This release has read nothing from Wikidata: all of this may be there already"
    return f"Not stated by {known}: what was added since, or is not in these, may be there already"


def _commands(rows: pl.DataFrame, name: str) -> pl.Series:
    """Return two commands for each row, from either town, in the order of the rows."""
    end = _time("end").fill_null(pl.when(pl.col("status") == "ended").then(pl.lit("somevalue")))
    parts = [
        _part("P580", _time("start")),
        _part("P582", end),
        _part("S854", '"' + pl.col("reference") + '"'),
        pl.lit(f" /* twintowns {name} ") + pl.col("partnership_id") + ": " + pl.col("sources").list.join(", ") + " */",
    ]
    sides = [
        rows.select(
            "partnership_id",
            command=pl.concat_str(pl.col(one) + "\tP190\t" + pl.col(other), *parts, ignore_nulls=True),
            side=pl.lit(side),
        )
        for side, (one, other) in enumerate((("item_a", "item_b"), ("item_b", "item_a")))
    ]
    return pl.concat(sides).sort("partnership_id", "side")["command"]


def _part(code: str, value: pl.Expr) -> pl.Expr:
    return f"\t{code}\t" + value


def _time(side: str) -> pl.Expr:
    """Return a date as Wikidata writes it, at its precision; null where it is coarser than a year."""
    date, precision = pl.col(f"{side}_date"), pl.col(f"{side}_precision")
    return pl.coalesce(
        pl.when(precision == word).then(pl.lit("+") + date.dt.strftime(form) + f"T00:00:00Z/{code}")
        for word, (form, code) in _PRECISIONS.items()
    )
