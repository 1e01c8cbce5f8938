-- Number of partnerships between two countries, or within one: each counts once; codes are sorted, unknown is last.
CREATE VIEW country_pairs AS
WITH counted AS (
    SELECT
        least(town_a.country_code, town_b.country_code) AS country_a,
        CASE
            WHEN town_a.country_code IS NOT NULL AND town_b.country_code IS NOT NULL
                THEN greatest(town_a.country_code, town_b.country_code)
        END AS country_b,
        count(*) AS partnerships,
        count(*) FILTER (status = 'active') AS active,
        count(*) FILTER (status = 'ended') AS ended,
        count(*) FILTER (start_precision <> 'unknown') AS dated,
        min(start_year) AS first_year,
        max(start_year) AS last_year
    FROM partnerships
    JOIN towns AS town_a ON town_a.town_id = town_a_id
    JOIN towns AS town_b ON town_b.town_id = town_b_id
    GROUP BY country_a, country_b
)
SELECT
    country_a,
    countries_a.name AS country_a_name,
    country_b,
    countries_b.name AS country_b_name,
    partnerships,
    active,
    ended,
    dated,
    first_year,
    last_year
FROM counted
LEFT JOIN countries AS countries_a ON countries_a.country_code = country_a
LEFT JOIN countries AS countries_b ON countries_b.country_code = country_b
ORDER BY partnerships DESC, country_a ASC NULLS LAST, country_b ASC NULLS LAST;
