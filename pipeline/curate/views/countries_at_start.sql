-- Number of partnerships between the states of the time (such as East Germany, Yugoslavia), with today's countries.
CREATE VIEW countries_at_start AS
WITH
sorted_states AS (
    SELECT
        (state_a_at_start <= state_b_at_start) AS are_sorted,
        CASE WHEN are_sorted THEN state_a_at_start ELSE state_b_at_start END AS state_a,
        CASE WHEN are_sorted THEN state_b_at_start ELSE state_a_at_start END AS state_b,
        CASE WHEN are_sorted THEN town_a.country_code ELSE town_b.country_code END AS country_a,
        CASE WHEN are_sorted THEN town_b.country_code ELSE town_a.country_code END AS country_b,
        status,
        start_year
    FROM partnerships
    JOIN towns AS town_a ON town_a.town_id = town_a_id
    JOIN towns AS town_b ON town_b.town_id = town_b_id
    WHERE state_a_at_start IS NOT NULL AND state_b_at_start IS NOT NULL
),
counted AS (
    SELECT
        state_a,
        state_b,
        country_a,
        country_b,
        count(*) AS partnerships,
        count(*) FILTER (status = 'ended') AS ended,
        min(start_year) AS first_year,
        max(start_year) AS last_year
    FROM sorted_states
    GROUP BY ALL
)
SELECT
    state_a,
    state_b,
    country_a AS today_country_a,
    countries_a.name AS today_country_a_name,
    country_b AS today_country_b,
    countries_b.name AS today_country_b_name,
    partnerships,
    ended,
    first_year,
    last_year
FROM counted
LEFT JOIN countries AS countries_a ON countries_a.country_code = country_a
LEFT JOIN countries AS countries_b ON countries_b.country_code = country_b
ORDER BY partnerships DESC, state_a, state_b, today_country_a, today_country_b;
