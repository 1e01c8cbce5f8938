-- The towns that have a document, with how many of their partners are in it.
SELECT
    town_id,
    name,
    country_code,
    count(partnership_id) AS partner_count,
    'towns/' || town_id || '.json' AS file
FROM towns
LEFT JOIN (
    SELECT unnest([town_a_id, town_b_id]) AS town_id, partnership_id
    FROM partnerships
    SEMI JOIN selected_partnerships USING (partnership_id)
) USING (town_id)
GROUP BY ALL
HAVING $is_all OR partner_count > 0
ORDER BY town_id
