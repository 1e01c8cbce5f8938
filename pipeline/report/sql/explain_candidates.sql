-- The other candidates for two towns.
SELECT town_id, candidate_id, candidate_name, rank, score, evidence
FROM location_candidates
WHERE town_id IN ($1, $2)
ORDER BY town_id, rank, candidate_id
