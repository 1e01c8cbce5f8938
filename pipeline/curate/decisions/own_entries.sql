-- Towns with an entry of their own in a source that keeps both directions of a pair.
SELECT DISTINCT source_id, town_id
FROM counted_claims
SEMI JOIN (FROM sources WHERE directions = 'both') USING (source_id);
