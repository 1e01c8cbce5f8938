-- Links between East and West that began before 1990, by the states of the time; Yugoslavia is on neither side.
CREATE VIEW iron_curtain_links AS
WITH states (state, side) AS (
    SELECT
        unnest([
            'Albania', 'Bulgaria', 'Czechoslovakia', 'East Germany', 'Hungary', 'Poland', 'Romania', 'Soviet Union'
        ]), 'east'
    UNION ALL
    SELECT unnest([
        'Andorra', 'Austria', 'Belgium', 'Canada', 'Cyprus', 'Denmark', 'Finland', 'France', 'Greece', 'Iceland',
        'Ireland', 'Italy', 'Liechtenstein', 'Luxembourg', 'Malta', 'Monaco', 'Netherlands', 'Norway', 'Portugal',
        'San Marino', 'Spain', 'Sweden', 'Switzerland', 'Turkey', 'United Kingdom', 'United States', 'West Berlin',
        'West Germany'
    ]), 'west'
)
SELECT
    partnership_id,
    town_a.name AS town_a_name,
    state_a_at_start,
    town_a.country_code AS town_a_country_code,
    country_a.name AS town_a_country_name,
    town_b.name AS town_b_name,
    state_b_at_start,
    town_b.country_code AS town_b_country_code,
    country_b.name AS town_b_country_name,
    start_date,
    start_precision,
    start_year,
    form,
    status,
    distance_km
FROM partnerships
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
LEFT JOIN countries AS country_a ON country_a.country_code = town_a.country_code
LEFT JOIN countries AS country_b ON country_b.country_code = town_b.country_code
JOIN states AS side_a ON side_a.state = state_a_at_start
JOIN states AS side_b ON side_b.state = state_b_at_start
WHERE
    side_a.side <> side_b.side
    AND start_date >= DATE '1945-05-08'
    AND start_date < DATE '1990-01-01'
    AND start_precision IN ('day', 'month', 'year', 'decade')
ORDER BY start_date, town_a_name, town_b_name, partnership_id;
