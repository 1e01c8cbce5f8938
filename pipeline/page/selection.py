"""Which partnerships and towns the map and the search hold: all, as long as a browser reads them in a moment.

Beyond that they hold the partnerships that come first by: most sources, most statements, `partnership_id`.
Headline figures, charts, country pairs and sources never depend on this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import duckdb


#: What each adds to the page, in bytes: as measured, compressed and in base64, of lists that exist and of made ones.
_PARTNERSHIP, _STATEMENT, _TOWN, _NAME = 11, 9, 25, 10
#: What the page has besides (program, base map, charts, credits), and some room.
_REST = 700_000


@dataclass(frozen=True)
class Limits:
    """What the page holds at most.

    Attributes:
        partnerships: partnerships; also the towns without any, which have an award or belong to a group.
        size: bytes of the page.
    """

    partnerships: int = 80_000
    size: int = 10_000_000


#: Partnerships in their order, as long as the page is not too large. A town and its names come with the first of them.
_CHOSEN: Final = f"""
WITH first AS (
    SELECT *, row_number() OVER (ORDER BY source_count DESC, claim_count DESC, partnership_id) AS rank
    FROM (
        SELECT partnership_id, town_a_id, town_b_id, source_count, claim_count
        FROM partnerships
        ORDER BY source_count DESC, claim_count DESC, partnership_id
        LIMIT $partnerships
    )
),
introduced AS (
    SELECT town_id, min(rank) AS rank
    FROM (SELECT town_a_id AS town_id, rank FROM first UNION ALL SELECT town_b_id, rank FROM first)
    GROUP BY town_id
),
named AS (
    SELECT rank, {_TOWN} * count(DISTINCT town_id) + {_NAME} * count(*) AS bytes
    FROM introduced
    JOIN town_names USING (town_id)
    GROUP BY rank
),
weighed AS (
    SELECT
        first.*,
        sum({_PARTNERSHIP} + {_STATEMENT} * claim_count + coalesce(bytes, 0)) OVER (ORDER BY rank) AS bytes
    FROM first
    LEFT JOIN named USING (rank)
)
SELECT partnership_id, town_a_id, town_b_id FROM weighed WHERE bytes <= $bytes
"""
#: Their towns, and those without a partner.
_HELD: Final = """
SELECT town_a_id AS town_id FROM chosen
UNION
SELECT town_b_id FROM chosen
UNION
(SELECT town_id FROM towns ANTI JOIN town_network USING (town_id) ORDER BY town_id LIMIT $partnerships)
"""
#: No more than the sum of these can be in the page; the tables know their heights.
_WHOLE: Final = f"""
SELECT partnerships <= $partnerships
    AND {_PARTNERSHIP} * partnerships + {_STATEMENT} * claims + {_TOWN} * towns + {_NAME} * names <= $bytes
FROM (
    SELECT
        (SELECT count(*) FROM partnerships) AS partnerships,
        (SELECT count(*) FROM claims) AS claims,
        (SELECT count(*) FROM towns) AS towns,
        (SELECT count(*) FROM town_names) AS names
)
"""
#: The towns numbered: the order in which everything else names them. `partners` counts those of the whole release.
_PLACED: Final = """
SELECT
    row_number() OVER (ORDER BY town_id) - 1 AS place,
    town_id, name, country_code, population, kind, located_by, wikidata_id,
    round(latitude * 1000)::INTEGER AS y,
    round(longitude * 1000)::INTEGER AS x,
    coalesce(partner_count, 0) AS partners
FROM towns
SEMI JOIN held USING (town_id)
LEFT JOIN town_network USING (town_id)
ORDER BY town_id
"""
#: The partnerships with the numbers of their towns.
_LINKS: Final = """
SELECT
    row_number() OVER (ORDER BY a.place, b.place) - 1 AS link, a.place AS a, b.place AS b,
    partnership_id, start_claim_id, form, status, start_date, start_precision, end_date, end_precision, end_cause,
    start_agreement, state_a_at_start, state_b_at_start, family_count, stated_by_both
FROM partnerships
SEMI JOIN chosen USING (partnership_id)
JOIN placed AS a ON a.town_id = town_a_id
JOIN placed AS b ON b.town_id = town_b_id
ORDER BY link
"""


def select(connection: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    """Make the temporary tables `placed` (towns, by `place`) and `links` (partnerships, by `link`).

    Args:
        connection: a release's database.
        limits: what they hold at most.
    """
    most = {"partnerships": limits.partnerships, "bytes": limits.size - _REST}
    if connection.execute(_WHOLE, most).fetchone() == (True,):
        connection.execute("CREATE TEMP VIEW chosen AS FROM partnerships; CREATE TEMP VIEW held AS FROM towns")
    else:
        connection.execute(f"CREATE TEMP TABLE chosen AS {_CHOSEN}", most)
        connection.execute(f"CREATE TEMP TABLE held AS {_HELD}", {"partnerships": limits.partnerships})
    connection.execute(f"CREATE TEMP TABLE placed AS {_PLACED}")
    connection.execute(f"CREATE TEMP TABLE links AS {_LINKS}")
