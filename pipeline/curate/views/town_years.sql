-- A panel: how many dated partnerships of each town started, ended and were in force, from the first year on.
-- One whose first year is unknown does not count; one that ended in an unknown year is never in force.
CREATE VIEW town_years AS
WITH
dated AS (
    SELECT unnest([town_a_id, town_b_id]) AS town_id, start_year, end_year, status
    FROM partnerships
    WHERE start_year IS NOT NULL
),
steps AS (
    SELECT
        town_id,
        start_year AS year,
        1 AS started,
        0 AS ended,
        -- Nobody knows until when it was in force.
        CASE WHEN status = 'ended' AND end_year IS NULL THEN 0 ELSE 1 END AS change
    FROM dated
    UNION ALL
    SELECT town_id, greatest(start_year, end_year) AS year, 0 AS started, 1 AS ended, -1 AS change
    FROM dated
    WHERE end_year IS NOT NULL
),
counted AS (
    SELECT town_id, year, sum(started) AS started, sum(ended) AS ended, sum(change) AS change
    FROM steps
    GROUP BY town_id, year
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
    WINDOW changes_so_far AS (PARTITION BY town_id ORDER BY year)
),
named AS (
    SELECT
        spans.*,
        towns.name AS town_name,
        country_code,
        countries.name AS country_name
    FROM spans
    JOIN towns USING (town_id)
    LEFT JOIN countries USING (country_code)
    ORDER BY town_id, first_year
),
panel AS (
    SELECT *, unnest(range(first_year, next_year)) AS panel_year FROM named
)
SELECT
    town_id,
    town_name,
    country_code,
    country_name,
    panel_year::INTEGER AS year,
    CASE WHEN panel_year = first_year THEN started ELSE 0 END::BIGINT AS started,
    CASE WHEN panel_year = first_year THEN ended ELSE 0 END::BIGINT AS ended,
    in_force::BIGINT AS in_force
FROM panel;
