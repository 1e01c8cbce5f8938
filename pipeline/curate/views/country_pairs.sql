-- Number of partnerships between two countries, or within one; codes are sorted, an unknown one is last.
CREATE VIEW country_pairs AS
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
ORDER BY partnerships DESC, country_a ASC NULLS LAST, country_b ASC NULLS LAST;
