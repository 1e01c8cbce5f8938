-- All sources with what they gave; the largest first.
SELECT
    coverage.*, -- noqa: AM04
    sources.publisher, sources.url, sources.licence, sources.attribution, sources.reason_unused,
    strftime(as_of.first, '%Y-%m-%d') AS as_of_first,
    strftime(as_of.last, '%Y-%m-%d') AS as_of_last,
    EXISTS (FROM awards WHERE awards.source_id = sources.source_id) AS gives_awards
FROM source_coverage AS coverage
JOIN sources USING (source_id)
LEFT JOIN (
    SELECT source_id, min(as_of_date) AS first, max(as_of_date) AS last FROM snapshots GROUP BY source_id
) AS as_of USING (source_id)
ORDER BY claims DESC, source_id
