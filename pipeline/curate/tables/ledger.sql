-- The number of rows of one snapshot that were used, rejected and ignored.
SELECT source_id, snapshot_id, rows_read, rows_used, rows_rejected, rows_ignored, claims_made
FROM accounts;
