-- The last day of the interval of a date with a precision.
CREATE MACRO interval_end(first_day, "precision") AS (
    first_day
    + CASE "precision"
        WHEN 'month' THEN INTERVAL 1 MONTH
        WHEN 'year' THEN INTERVAL 1 YEAR
        WHEN 'decade' THEN INTERVAL 10 YEAR
        WHEN 'century' THEN INTERVAL 100 YEAR
        ELSE INTERVAL 1 DAY
    END
    - INTERVAL 1 DAY
)::DATE;
