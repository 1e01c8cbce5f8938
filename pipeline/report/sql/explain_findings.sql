-- The findings on the rows that state a partnership.
SELECT source_id, snapshot_id, locator, column_name, rule, severity, raw_value, action
FROM findings
WHERE (snapshot_id, locator) IN (SELECT (snapshot_id, locator) FROM claims WHERE partnership_id = $1)
ORDER BY ALL
