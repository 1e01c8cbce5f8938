-- Towns of two countries that share at least two partners, but are not partners themselves; the likeliest first.
CREATE VIEW natural_partners AS
WITH
links AS (
    SELECT town_a_id AS town_id, town_b_id AS partner_id FROM partnerships
    UNION ALL
    SELECT town_b_id AS town_id, town_a_id AS partner_id FROM partnerships
),
-- A shared partner with many partners says little, so it has less weight (Adamic and Adar 2003).
-- A sum of decimals is exact, so it does not depend on the order in which threads add.
hubs AS (
    SELECT town_id, (1 / ln(partner_count))::DECIMAL(18, 12) AS weight FROM town_network WHERE partner_count > 1
),
pairs AS (
    SELECT
        a.partner_id AS town_a_id,
        b.partner_id AS town_b_id,
        count(*) AS shared_partners,
        sum(weight)::DOUBLE AS score
    FROM hubs
    JOIN links AS a ON a.town_id = hubs.town_id
    JOIN links AS b ON b.town_id = hubs.town_id AND a.partner_id < b.partner_id
    GROUP BY a.partner_id, b.partner_id
    HAVING count(*) > 1
)
SELECT
    town_a_id,
    town_a.name AS town_a_name,
    town_a.country_code AS town_a_country_code,
    country_a.name AS town_a_country_name,
    town_b_id,
    town_b.name AS town_b_name,
    town_b.country_code AS town_b_country_code,
    country_b.name AS town_b_country_name,
    shared_partners,
    round(score, 3) AS score,
    round(distance_between(town_a.latitude, town_a.longitude, town_b.latitude, town_b.longitude), 1) AS distance_km
FROM pairs
ANTI JOIN partnerships USING (town_a_id, town_b_id)
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
LEFT JOIN countries AS country_a ON country_a.country_code = town_a.country_code
LEFT JOIN countries AS country_b ON country_b.country_code = town_b.country_code
WHERE town_a.country_code <> town_b.country_code
ORDER BY round(score, 3) DESC, town_a_id, town_b_id;
