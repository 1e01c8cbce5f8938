-- The most frequent findings.
SELECT source_id, column_name, rule, action, raw_value, count(*) AS times
FROM findings
GROUP BY ALL
ORDER BY times DESC, source_id, column_name, rule, action, raw_value
LIMIT 40
