-- Number of partnerships of every status that began in each decade; null if the decade is unknown.
CREATE VIEW partnerships_per_decade AS
SELECT
    CASE
        WHEN start_precision IN ('day', 'month', 'year', 'decade')
            THEN (year(start_date) // 10 * 10)::INTEGER
    END AS decade,
    count(*) AS partnerships,
    count(*) FILTER (status = 'active') AS active,
    count(*) FILTER (status = 'ended') AS ended,
    count(*) FILTER (is_domestic) AS domestic
FROM partnerships
GROUP BY decade
ORDER BY decade ASC NULLS LAST;
