-- The columns of a table or view.
SELECT column_name, data_type, coalesce(comment, '') AS comment
FROM duckdb_columns()
WHERE database_name = current_database() AND table_name = $name
ORDER BY column_index;
