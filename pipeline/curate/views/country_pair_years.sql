-- A panel: how many dated partnerships of each two countries started, ended and were in force, from the first year on.
-- One whose first year is unknown does not count; one that ended in an unknown year is never in force.
CREATE VIEW country_pair_years AS
WITH
dated AS (
    SELECT
        least(town_a.country_code, town_b.country_code) AS country_a,
        greatest(town_a.country_code, town_b.country_code) AS country_b,
        start_year,
        end_year,
        status
    FROM partnerships
    JOIN towns AS town_a ON town_a.town_id = town_a_id
    JOIN towns AS town_b ON town_b.town_id = town_b_id
    WHERE start_year IS NOT NULL AND town_a.country_code IS NOT NULL AND town_b.country_code IS NOT NULL
),
steps AS (
    SELECT
        country_a, country_b,
        start_year AS year,
        1 AS started,
        0 AS ended,
        -- Nobody knows until when it was in force.
        CASE WHEN status = 'ended' AND end_year IS NULL THEN 0 ELSE 1 END AS change
    FROM dated
    UNION ALL
    SELECT country_a, country_b, greatest(start_year, end_year) AS year, 0 AS started, 1 AS ended, -1 AS change
    FROM dated
    WHERE end_year IS NOT NULL
),
counted AS (
    SELECT country_a, country_b, year, sum(started) AS started, sum(ended) AS ended, sum(change) AS change
    FROM steps
    GROUP BY country_a, country_b, year
),
-- The panel ends in the last year that any file or date is of.
horizon AS (
    SELECT greatest(
        (SELECT max(year(as_of_date)) FROM snapshots),
        (SELECT max(greatest(start_year, end_year)) FROM partnerships)
    ) AS last_year
),
-- The years from one change to the next.
spans AS (
    SELECT
        counted.* EXCLUDE (year),
        year AS first_year,
        sum(change) OVER changes_so_far AS in_force,
        coalesce(lead(year) OVER changes_so_far, last_year + 1) AS next_year
    FROM counted
    CROSS JOIN horizon
    WINDOW changes_so_far AS (PARTITION BY country_a, country_b ORDER BY year)
),
named AS (
    SELECT
        spans.*,
        countries_a.name AS country_a_name,
        countries_b.name AS country_b_name
    FROM spans
    LEFT JOIN countries AS countries_a ON countries_a.country_code = country_a
    LEFT JOIN countries AS countries_b ON countries_b.country_code = country_b
    ORDER BY country_a, country_b, first_year
),
panel AS (
    SELECT *, unnest(range(first_year, next_year)) AS panel_year FROM named
)
SELECT
    country_a,
    country_a_name,
    country_b,
    country_b_name,
    panel_year::INTEGER AS year,
    CASE WHEN panel_year = first_year THEN started ELSE 0 END::BIGINT AS started,
    CASE WHEN panel_year = first_year THEN ended ELSE 0 END::BIGINT AS ended,
    in_force::BIGINT AS in_force
FROM panel;
