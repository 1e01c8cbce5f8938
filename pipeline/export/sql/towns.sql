-- All towns; `partnerships` counts those of the town that are selected, null if there are none.
SELECT towns.*, counts.partnerships -- noqa: AM04
FROM towns
LEFT JOIN (
    SELECT town_id, count(*) AS partnerships
    FROM (
        SELECT unnest([town_a_id, town_b_id]) AS town_id
        FROM partnerships
        SEMI JOIN selected_partnerships USING (partnership_id)
    )
    GROUP BY town_id
) AS counts USING (town_id)
ORDER BY town_id
