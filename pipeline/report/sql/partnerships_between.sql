-- The partnerships between two lists of towns.
SELECT partnership_id, town_a_id, town_b_id, source_count
FROM partnerships
WHERE
    (list_contains($1, town_a_id) AND list_contains($2, town_b_id))
    OR (list_contains($2, town_a_id) AND list_contains($1, town_b_id))
