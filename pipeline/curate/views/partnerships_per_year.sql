-- Number of partnerships of every status that began in each year; null if the year is unknown.
CREATE VIEW partnerships_per_year AS
SELECT
    start_year AS year,
    count(*) AS partnerships,
    count(*) FILTER (status = 'active') AS active,
    count(*) FILTER (status = 'ended') AS ended,
    count(*) FILTER (is_domestic) AS domestic
FROM partnerships
GROUP BY start_year
ORDER BY start_year ASC NULLS LAST;
