-- The first partnerships, as many as fit. A town and its names count with the first of its partnerships.
WITH ranked AS (
    SELECT *, row_number() OVER (ORDER BY source_count DESC, claim_count DESC, partnership_id) AS rank
    FROM (
        SELECT partnership_id, town_a_id, town_b_id, source_count, claim_count
        FROM partnerships
        ORDER BY source_count DESC, claim_count DESC, partnership_id
        LIMIT $partnerships
    )
),
first_of_town AS (
    SELECT town_id, min(rank) AS rank
    FROM (
        SELECT town_a_id AS town_id, rank FROM ranked
        UNION ALL
        SELECT town_b_id, rank FROM ranked
    )
    GROUP BY town_id
),
new_towns AS (
    SELECT rank, $town_bytes * count(DISTINCT town_id) + $name_bytes * count(*) AS bytes
    FROM first_of_town
    JOIN town_names USING (town_id)
    GROUP BY rank
),
sized AS (
    SELECT
        ranked.*,
        sum($partnership_bytes + $claim_bytes * claim_count + coalesce(bytes, 0)) OVER (ORDER BY rank) AS bytes
    FROM ranked
    LEFT JOIN new_towns USING (rank)
)
SELECT partnership_id, town_a_id, town_b_id FROM sized WHERE bytes <= $bytes
