-- The tables and views that have a column.
SELECT table_name
FROM duckdb_columns()
WHERE database_name = current_database() AND NOT internal AND column_name = $name
ORDER BY table_name;
