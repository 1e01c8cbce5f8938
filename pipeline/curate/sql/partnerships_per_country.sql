-- How many partnerships each country's towns have; a domestic one counts once, null is the unknown country.
CREATE VIEW partnerships_per_country AS
WITH sides AS (
    SELECT *, town_a_id AS town_id, town_b_id AS partner_id FROM partnerships
    UNION ALL
    SELECT *, town_b_id AS town_id, town_a_id AS partner_id FROM partnerships
)
SELECT
    towns.country_code,
    count(DISTINCT partnership_id) AS partnerships,
    count(DISTINCT partnership_id) FILTER (is_domestic) AS domestic,
    count(DISTINCT partnership_id) FILTER (status = 'active') AS active,
    count(DISTINCT partnership_id) FILTER (status = 'ended') AS ended,
    count(DISTINCT partnership_id) FILTER (start_precision <> 'unknown') AS dated,
    count(DISTINCT sides.town_id) AS towns,
    count(DISTINCT partners.country_code) FILTER (
        partners.country_code IS DISTINCT FROM towns.country_code
    ) AS partner_countries
FROM sides
JOIN towns ON towns.town_id = sides.town_id
JOIN towns AS partners ON partners.town_id = sides.partner_id
GROUP BY towns.country_code
ORDER BY partnerships DESC, towns.country_code ASC NULLS LAST;
