-- Partnerships of both releases, as a reader would name them.
WITH names AS (
    SELECT town_id, name FROM towns
    UNION ALL
    SELECT town_id, name FROM previous_towns ANTI JOIN towns USING (town_id)
),
records AS (
    SELECT partnership_id, town_a_id, town_b_id, start_year, status, source_count FROM partnerships
    UNION ALL
    SELECT partnership_id, town_a_id, town_b_id, start_year, status, source_count
    FROM previous_partnerships
    ANTI JOIN partnerships USING (partnership_id)
)
SELECT
    partnership_id AS entity_id,
    coalesce(town_a.name, town_a_id) || ' – ' || coalesce(town_b.name, town_b_id) AS name,
    start_year,
    status,
    source_count
FROM records
LEFT JOIN names AS town_a ON town_a.town_id = town_a_id
LEFT JOIN names AS town_b ON town_b.town_id = town_b_id
