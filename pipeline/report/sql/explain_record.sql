-- The record of a partnership, with the last days of its dates.
SELECT
    *, -- noqa: AM04
    interval_end(start_date, start_precision) AS start_last_day,
    interval_end(end_date, end_precision) AS end_last_day
FROM partnerships
WHERE partnership_id = $1
