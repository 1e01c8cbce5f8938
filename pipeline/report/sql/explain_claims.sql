-- The claims of a partnership, with the last days of their dates.
SELECT
    *, -- noqa: AM04
    interval_end(start_date, start_precision) AS start_last_day,
    interval_end(end_date, end_precision) AS end_last_day
FROM claims
WHERE partnership_id = $1
ORDER BY claim_id
