-- What each source says of two towns, with file and line; of towns of one name it takes the one that is the partner.
CREATE MACRO statements_about(a, b) AS TABLE
    WITH
    -- All that the names can mean; the best pair of them that is a partnership, as explain takes it.
    ends AS (
        SELECT town_a.town_id AS first_id, town_b.town_id AS second_id, town_a.score * town_b.score AS score
        FROM find_town(a) AS town_a, find_town(b) AS town_b
        WHERE
            town_a.match <> 'similar'
            AND town_b.match <> 'similar'
            AND (town_a.rank = 1 OR town_a.score >= 0.8)
            AND (town_b.rank = 1 OR town_b.score >= 0.8)
    ),
    pair AS (
        SELECT partnerships.*
        FROM ends
        JOIN partnerships ON town_a_id = least(first_id, second_id) AND town_b_id = greatest(first_id, second_id)
        ORDER BY ends.score DESC, source_count DESC, partnership_id
        LIMIT 1
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
    FROM pair
    JOIN claims USING (partnership_id)
    JOIN snapshots USING (source_id, snapshot_id)
    ORDER BY claims.start_date NULLS LAST, source_id, locator, claims.claim_id;
