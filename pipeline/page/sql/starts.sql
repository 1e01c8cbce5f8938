-- Partnerships by when they began, of each country and ('') of all; a domestic one counts once for its country.
WITH sides AS (
    SELECT partnership_id, '' AS country_code FROM partnerships
    UNION ALL
    (
        SELECT partnership_id, country_code
        FROM partnerships
        JOIN towns ON town_id = town_a_id
        UNION
        SELECT partnership_id, country_code
        FROM partnerships
        JOIN towns ON town_id = town_b_id
    )
)
SELECT
    country_code,
    start_year AS year,
    CASE
        WHEN start_precision IN ('day', 'month', 'year', 'decade') THEN (year(start_date) // 10 * 10)::INTEGER
    END AS decade,
    start_precision <> 'unknown' AS is_dated,
    count(*) AS partnerships,
    count(*) FILTER (status = 'active') AS active,
    count(*) FILTER (status = 'ended') AS ended,
    count(*) FILTER (is_domestic) AS domestic
FROM sides
JOIN partnerships USING (partnership_id)
WHERE country_code IS NOT NULL
GROUP BY country_code, year, decade, is_dated
ORDER BY country_code, decade NULLS LAST, year NULLS LAST, is_dated DESC
