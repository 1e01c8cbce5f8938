-- A difference from the previous release: an added or removed row, with its name, or a changed value.
WITH
partnership_names AS (
    SELECT partnership_id, coalesce(town_a.name, town_a_id) || ' – ' || coalesce(town_b.name, town_b_id) AS name
    FROM partnerships
    LEFT JOIN towns AS town_a ON town_a.town_id = town_a_id
    LEFT JOIN towns AS town_b ON town_b.town_id = town_b_id
),
previous_partnership_names AS (
    SELECT partnership_id, coalesce(town_a.name, town_a_id) || ' – ' || coalesce(town_b.name, town_b_id) AS name
    FROM previous_partnerships
    LEFT JOIN previous_towns AS town_a ON town_a.town_id = town_a_id
    LEFT JOIN previous_towns AS town_b ON town_b.town_id = town_b_id
),
names AS (
    SELECT 'town' AS entity, town_id AS entity_id, name FROM towns
    UNION ALL
    SELECT 'partnership' AS entity, partnership_id AS entity_id, name FROM partnership_names
),
previous_names AS (
    SELECT 'town' AS entity, town_id AS entity_id, name FROM previous_towns
    UNION ALL
    SELECT 'partnership' AS entity, partnership_id AS entity_id, name FROM previous_partnership_names
),
-- Whole rows are compared first, because few of them differ.
changed_towns AS (
    SELECT town_id
    FROM shared_towns AS now
    JOIN previous_shared_towns AS before USING (town_id)
    WHERE now IS DISTINCT FROM before
),
changed_partnerships AS (
    SELECT partnership_id
    FROM shared_partnerships AS now
    JOIN previous_shared_partnerships AS before USING (partnership_id)
    WHERE now IS DISTINCT FROM before
),
-- One row for each value; `key` is the name of the column.
new_values AS (
    SELECT
        'town' AS entity,
        town_id AS entity_id,
        unnest(map_entries(now::MAP (VARCHAR, VARCHAR)), recursive := true)
    FROM shared_towns AS now
    SEMI JOIN changed_towns USING (town_id)
    UNION ALL
    SELECT
        'partnership' AS entity,
        partnership_id AS entity_id,
        unnest(map_entries(now::MAP (VARCHAR, VARCHAR)), recursive := true)
    FROM shared_partnerships AS now
    SEMI JOIN changed_partnerships USING (partnership_id)
),
old_values AS (
    SELECT
        'town' AS entity,
        town_id AS entity_id,
        unnest(map_entries(before::MAP (VARCHAR, VARCHAR)), recursive := true)
    FROM previous_shared_towns AS before
    SEMI JOIN changed_towns USING (town_id)
    UNION ALL
    SELECT
        'partnership' AS entity,
        partnership_id AS entity_id,
        unnest(map_entries(before::MAP (VARCHAR, VARCHAR)), recursive := true)
    FROM previous_shared_partnerships AS before
    SEMI JOIN changed_partnerships USING (partnership_id)
),
differences AS (
    SELECT entity, entity_id, 'added' AS change, NULL AS column_name, NULL AS old_value, name AS new_value
    FROM names
    ANTI JOIN previous_names USING (entity, entity_id)
    UNION ALL
    SELECT entity, entity_id, 'removed' AS change, NULL AS column_name, name AS old_value, NULL AS new_value
    FROM previous_names
    ANTI JOIN names USING (entity, entity_id)
    UNION ALL
    SELECT
        entity,
        entity_id,
        'changed' AS change,
        "key" AS column_name,
        old_values.value AS old_value,
        new_values.value AS new_value
    FROM new_values
    JOIN old_values USING (entity, entity_id, "key")
    WHERE old_values.value IS DISTINCT FROM new_values.value
)
FROM differences
-- The first release has no changes.
WHERE EXISTS (FROM previous_release);
