-- Number of partnerships of each country; a domestic one counts once, null is an unknown country.
CREATE VIEW partnerships_per_country AS
WITH
linked AS (
    SELECT
        town_a.country_code AS country_a,
        town_b.country_code AS country_b,
        count(*) AS partnerships,
        count(*) FILTER (is_domestic) AS domestic,
        count(*) FILTER (status = 'active') AS active,
        count(*) FILTER (status = 'ended') AS ended,
        count(*) FILTER (start_precision <> 'unknown') AS dated
    FROM partnerships
    JOIN towns AS town_a ON town_a.town_id = town_a_id
    JOIN towns AS town_b ON town_b.town_id = town_b_id
    GROUP BY country_a, country_b
),
sides AS (
    SELECT country_a AS country_code, country_b AS partner_country_code, * FROM linked
    UNION ALL
    SELECT country_b AS country_code, country_a AS partner_country_code, * FROM linked
    WHERE country_a IS DISTINCT FROM country_b
),
towns_with_partners AS (
    SELECT country_code, count(*) AS towns
    FROM towns
    WHERE town_id IN (SELECT unnest([town_a_id, town_b_id]) FROM partnerships)
    GROUP BY country_code
)
SELECT
    sides.country_code,
    any_value(countries.name) AS country_name,
    sum(partnerships)::BIGINT AS partnerships,
    sum(domestic)::BIGINT AS domestic,
    sum(active)::BIGINT AS active,
    sum(ended)::BIGINT AS ended,
    sum(dated)::BIGINT AS dated,
    any_value(towns) AS towns,
    count(DISTINCT partner_country_code) FILTER (
        partner_country_code IS DISTINCT FROM sides.country_code
    ) AS partner_countries
FROM sides
JOIN towns_with_partners ON towns_with_partners.country_code IS NOT DISTINCT FROM sides.country_code
LEFT JOIN countries ON countries.country_code = sides.country_code
GROUP BY sides.country_code
ORDER BY partnerships DESC, sides.country_code ASC NULLS LAST;
