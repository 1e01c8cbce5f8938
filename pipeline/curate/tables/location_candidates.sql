-- A place that a mention might mean, where none was chosen or the choice was close.
SELECT
    town_id,
    candidate_id,
    rank,
    score,
    evidence,
    places.name AS candidate_name
FROM candidates
JOIN places ON places.place_id = candidate_id
SEMI JOIN towns USING (town_id);
