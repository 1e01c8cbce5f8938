-- Towns with a partnership, numbered from 0 by number of partners and id.
WITH
sides AS (
    SELECT town_a_id AS town_id FROM partnerships
    UNION ALL
    SELECT town_b_id AS town_id FROM partnerships
),
degrees AS (
    SELECT town_id, count(*) AS partner_count FROM sides GROUP BY town_id
)
SELECT row_number() OVER (ORDER BY partner_count, town_id) - 1 AS node, town_id, partner_count
FROM degrees;
