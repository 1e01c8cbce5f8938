-- Partnerships suspended or ended because of the war since 2022, by the country of either town and by month.
-- The month is null where sources only say that it was before some day.
CREATE VIEW suspended_since_2022 AS
WITH dated AS (
    SELECT
        partnership_id,
        town_a_country_code,
        town_b_country_code,
        event,
        event_date,
        -- A date of a year alone is no month.
        CASE WHEN event_precision IN ('day', 'month') THEN date_trunc('month', event_date)::DATE END AS event_month
    FROM status_changes
    WHERE
        event IN ('suspended', 'ended')
        AND cause = 'war'
        AND coalesce(
            year(event_date) >= 2022, try_cast(regexp_extract(event_text, '\d{4}') AS INTEGER) >= 2022, false
        )
),
-- A partnership that several pages write about is counted in the first month that any of them gives.
first_changes AS (
    SELECT
        partnership_id,
        event,
        any_value(town_a_country_code) AS town_a_country_code,
        any_value(town_b_country_code) AS town_b_country_code,
        min(event_month) AS event_month
    FROM dated
    GROUP BY partnership_id, event
),
by_country AS (
    SELECT
        partnership_id,
        event,
        event_month,
        unnest(list_distinct([town_a_country_code, town_b_country_code])) AS country_code
    FROM first_changes
)
SELECT
    country_code,
    any_value(countries.name) AS country_name,
    event_month,
    count(*) FILTER (event = 'suspended') AS suspended,
    count(*) FILTER (event = 'ended') AS ended,
    count(DISTINCT partnership_id) AS partnerships
FROM by_country
JOIN countries USING (country_code)
WHERE country_code IS NOT NULL
GROUP BY country_code, event_month
ORDER BY country_code, event_month NULLS LAST;
