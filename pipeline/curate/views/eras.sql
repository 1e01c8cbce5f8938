-- Number of partnerships that began in each era of European history; unknown if the date is too coarse.
CREATE VIEW eras AS
WITH
periods (position, era, since_year, until_year) AS (
    VALUES
    (1, 'before 1945', NULL::INTEGER, 1944),
    (2, 'reconciliation', 1945, 1970),
    (3, 'détente', 1971, 1984),
    (4, 'opening', 1985, 1990),
    (5, 'after 1990', 1991, NULL),
    (6, 'unknown', NULL, NULL)
),
spans AS (
    SELECT
        status,
        is_domestic,
        year(start_date) AS earliest,
        earliest + CASE start_precision WHEN 'decade' THEN 9 WHEN 'century' THEN 99 ELSE 0 END AS latest
    FROM partnerships
),
dated AS (
    SELECT coalesce(era, 'unknown') AS era, status, is_domestic
    FROM spans
    LEFT JOIN periods
        ON
            era <> 'unknown'
            AND earliest >= coalesce(since_year, earliest)
            AND latest <= coalesce(until_year, latest)
)
SELECT
    periods.era,
    since_year,
    until_year,
    count(status) AS partnerships,
    count(*) FILTER (status = 'active') AS active,
    count(*) FILTER (status = 'ended') AS ended,
    count(*) FILTER (is_domestic) AS domestic
FROM periods
LEFT JOIN dated ON dated.era = periods.era
GROUP BY position, periods.era, since_year, until_year
ORDER BY position;
