-- A raw row that could not be used.
SELECT source_id, snapshot_id, locator, rules, message, row_json
FROM rejected_rows;
