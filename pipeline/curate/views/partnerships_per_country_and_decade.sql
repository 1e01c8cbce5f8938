-- Number of partnerships of each country that began in each decade; a domestic one counts once, unknown is null.
CREATE VIEW partnerships_per_country_and_decade AS
WITH
dated AS (
    SELECT
        town_a.country_code AS country_a,
        town_b.country_code AS country_b,
        CASE
            WHEN start_precision IN ('day', 'month', 'year', 'decade')
                THEN (year(start_date) // 10 * 10)::INTEGER
        END AS decade,
        status,
        is_domestic
    FROM partnerships
    JOIN towns AS town_a ON town_a.town_id = town_a_id
    JOIN towns AS town_b ON town_b.town_id = town_b_id
),
sides AS (
    SELECT country_a AS country_code, decade, status, is_domestic FROM dated
    UNION ALL
    SELECT country_b AS country_code, decade, status, is_domestic FROM dated
    WHERE country_a IS DISTINCT FROM country_b
),
counted AS (
    SELECT
        country_code,
        decade,
        count(*) AS partnerships,
        count(*) FILTER (status = 'active') AS active,
        count(*) FILTER (status = 'ended') AS ended,
        count(*) FILTER (is_domestic) AS domestic
    FROM sides
    GROUP BY country_code, decade
)
SELECT country_code, name AS country_name, decade, partnerships, active, ended, domestic
FROM counted
LEFT JOIN countries USING (country_code)
ORDER BY country_name ASC NULLS LAST, country_code ASC NULLS LAST, decade ASC NULLS LAST;
