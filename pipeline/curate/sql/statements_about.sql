-- What every source says of two towns, given names or ids, down to the file, its checksum and the place in it.
CREATE MACRO statements_about(a, b) AS TABLE
WITH ends AS (
    SELECT one.town_id AS one_id, other.town_id AS other_id
    FROM find_town(a) AS one, find_town(b) AS other
    WHERE one.rank = 1 AND one.match <> 'similar' AND other.rank = 1 AND other.match <> 'similar'
)
SELECT
    town_text,
    partner_text,
    claims.form,
    claims.status,
    start_text,
    start_event,
    claims.start_date,
    claims.start_precision,
    end_text,
    claims.authority,
    claims.family,
    claims.publisher,
    source_id,
    claims.as_of_date,
    locator,
    snapshots.url,
    sha256,
    claims.claim_id,
    concat_ws(
        ', ',
        CASE WHEN claims.claim_id = start_claim_id THEN 'start' END,
        CASE WHEN claims.claim_id = end_claim_id THEN 'end' END,
        CASE WHEN claims.claim_id = end_cause_claim_id THEN 'end_cause' END,
        CASE WHEN claims.claim_id = form_claim_id THEN 'form' END,
        CASE WHEN claims.claim_id = status_claim_id THEN 'status' END
    ) AS gave,
    partnership_id
FROM ends
JOIN partnerships ON town_a_id = least(one_id, other_id) AND town_b_id = greatest(one_id, other_id)
JOIN claims USING (partnership_id)
JOIN snapshots USING (source_id, snapshot_id)
ORDER BY claims.start_date NULLS LAST, source_id, locator, claims.claim_id;
