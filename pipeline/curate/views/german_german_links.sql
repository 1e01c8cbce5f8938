-- Links between two towns of today's Germany that began, or may have begun, before unification (3 October 1990).
CREATE VIEW german_german_links AS
WITH dated AS (
    SELECT
        *,
        start_date + CASE start_precision
            WHEN 'day' THEN INTERVAL 1 DAY
            WHEN 'month' THEN INTERVAL 1 MONTH
            WHEN 'year' THEN INTERVAL 1 YEAR
            WHEN 'decade' THEN INTERVAL 10 YEAR
            WHEN 'century' THEN INTERVAL 100 YEAR
        END <= DATE '1990-10-03' AS is_certain
    FROM partnerships
),
-- The codes of GeoNames: 01 to 10 are western states, 11 to 15 eastern ones, and 16 is Berlin, which was on both sides.
german_towns AS (
    SELECT
        *,
        CASE
            WHEN admin1_code BETWEEN '01' AND '10' THEN 'west'
            WHEN admin1_code BETWEEN '11' AND '15' THEN 'east'
        END AS side
    FROM towns
    WHERE country_code = 'DE'
)
SELECT
    partnership_id,
    town_a_id,
    town_a.name AS town_a_name,
    town_a.admin1_code AS town_a_admin1_code,
    town_b_id,
    town_b.name AS town_b_name,
    town_b.admin1_code AS town_b_admin1_code,
    state_a_at_start,
    state_b_at_start,
    -- If the start interval includes the unification, the states are unknown, but not the position of the towns.
    coalesce(
        'East Germany' IN (state_a_at_start, state_b_at_start) AND state_a_at_start <> state_b_at_start,
        town_a.side <> town_b.side
    ) AS crossed_the_border,
    start_date,
    start_precision,
    start_year,
    is_certain,
    form,
    status,
    distance_km
FROM dated
JOIN german_towns AS town_a ON town_a.town_id = town_a_id
JOIN german_towns AS town_b ON town_b.town_id = town_b_id
WHERE is_certain OR (start_date < DATE '1990-10-03' AND start_year IS NOT NULL)
ORDER BY start_date, town_a_name, town_b_name, partnership_id;
