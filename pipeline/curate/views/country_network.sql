-- Pairs of countries with their number of partnerships, and the number that would be expected by chance.
CREATE VIEW country_network AS
WITH
sides AS (
    SELECT
        least(town_a.country_code, town_b.country_code) AS country_a,
        greatest(town_a.country_code, town_b.country_code) AS country_b,
        distance_km
    FROM partnerships
    JOIN towns AS town_a ON town_a.town_id = town_a_id
    JOIN towns AS town_b ON town_b.town_id = town_b_id
    WHERE town_a.country_code <> town_b.country_code
),
links AS (
    -- A sum of decimals is exact, so it does not depend on the order in which threads add.
    SELECT country_a, country_b, count(*) AS partnerships, avg(distance_km::DECIMAL(9, 1)) AS mean_distance_km
    FROM sides
    GROUP BY country_a, country_b
),
ends AS (
    SELECT unnest([country_a, country_b]) AS country_code, partnerships FROM links
),
totals AS (
    SELECT country_code, sum(partnerships) AS partnerships FROM ends GROUP BY country_code
),
-- If the ends of all links were joined at random, without links inside a country.
chance AS (
    SELECT
        2 * any_value((SELECT sum(partnerships) FROM links))
        / (sum(partnerships) ** 2 - sum(partnerships ** 2)) AS scale
    FROM totals
)
SELECT
    links.country_a,
    countries_a.name AS country_a_name,
    links.country_b,
    countries_b.name AS country_b_name,
    links.partnerships,
    round(scale * a.partnerships * b.partnerships, 1) AS expected,
    round(links.partnerships / (scale * a.partnerships * b.partnerships), 2) AS ratio,
    round(links.partnerships / a.partnerships, 4) AS share_of_a,
    round(links.partnerships / b.partnerships, 4) AS share_of_b,
    round(mean_distance_km, 1) AS mean_distance_km
FROM links
CROSS JOIN chance
JOIN totals AS a ON a.country_code = links.country_a
JOIN totals AS b ON b.country_code = links.country_b
LEFT JOIN countries AS countries_a ON countries_a.country_code = links.country_a
LEFT JOIN countries AS countries_b ON countries_b.country_code = links.country_b
ORDER BY links.partnerships DESC, links.country_a, links.country_b;
