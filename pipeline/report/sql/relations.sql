-- The tables, views and macros of a release; `rows` of tables only.
WITH relations AS (
    SELECT table_name AS name, 'table' AS kind, estimated_size AS rows, comment
    FROM duckdb_tables()
    WHERE database_name = current_database() AND NOT internal
    UNION ALL
    SELECT view_name AS name, 'view' AS kind, NULL AS rows, comment
    FROM duckdb_views()
    WHERE database_name = current_database() AND NOT internal
    UNION ALL
    SELECT
        function_name || '(' || array_to_string(parameters, ', ') || ')' AS name,
        'macro' AS kind,
        NULL AS rows,
        comment
    FROM duckdb_functions()
    WHERE database_name = current_database() AND NOT internal AND function_type IN ('macro', 'table_macro')
)
SELECT name, kind, rows, split_part(comment, chr(10), 1) AS description
FROM relations
ORDER BY list_position(['table', 'view', 'macro'], kind), name;
