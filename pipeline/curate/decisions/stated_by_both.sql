-- Whether both towns state a partnership, if both have entries of their own in one source.
WITH
pairs AS (
    SELECT
        partnership_id,
        min(least(town_id, partner_id)) AS town_a_id,
        max(greatest(town_id, partner_id)) AS town_b_id,
        count(DISTINCT town_id) FILTER (source_id IN (SELECT source_id FROM own_entries)) = 2 AS stated_by_both
    FROM counted_claims
    GROUP BY partnership_id
)
SELECT DISTINCT partnership_id, stated_by_both
FROM pairs
JOIN own_entries AS entries_a ON entries_a.town_id = town_a_id
JOIN own_entries AS entries_b ON entries_b.town_id = town_b_id AND entries_b.source_id = entries_a.source_id;
