-- Partnerships with incompatible start dates for one event and form.
WITH
conflicting AS (
    SELECT partnership_id
    FROM dated_claims
    -- These events can happen several times.
    WHERE dated_event NOT IN ('renewed', 'suspended', 'resumed', 'precursor')
    GROUP BY partnership_id, dated_form, dated_event
    HAVING
        -- All intervals overlap if the last one begins before the first one ends.
        max(start_date) > min(start_last_day)
        -- Overlapping intervals are nested, except a decade across two centuries: 2000 to 2009 and 1901 to 2000.
        OR NOT coalesce(
            intervals_agree(
                max(start_date) FILTER (start_precision = 'decade'),
                max(start_last_day) FILTER (start_precision = 'decade'),
                max(start_date) FILTER (start_precision = 'century'),
                max(start_last_day) FILTER (start_precision = 'century')
            ),
            true
        )
)
SELECT DISTINCT partnership_id FROM conflicting;
