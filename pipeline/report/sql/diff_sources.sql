-- The snapshots of each source of a release, and what became of their rows.
SELECT
    source_id,
    list(snapshot_id ORDER BY snapshot_id) AS snapshot_id,
    max(as_of_date)::VARCHAR AS as_of_date,
    sum(rows_read)::BIGINT AS rows_read,
    sum(rows_rejected)::BIGINT AS rows_rejected,
    sum(claims_made)::BIGINT AS claims_made
FROM read_parquet($snapshots) AS snapshots
LEFT JOIN read_parquet($ledger) AS ledger USING (source_id, snapshot_id)
GROUP BY source_id
