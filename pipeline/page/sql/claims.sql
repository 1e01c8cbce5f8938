-- The claims of each link, first the one that the start is taken from; and which ones its other values are taken from.
SELECT
    link,
    locator, as_of_date, source_id, publisher, evidence_url, note,
    claims.form, claims.status, start_event, start_text, claims.start_date, claims.start_precision,
    end_text, claims.end_date, claims.end_precision, claims.end_cause,
    claims.town_id = page_towns.town_id AS by_a,
    claim_id = coalesce(page_links.start_claim_id, '') AS is_chosen,
    claim_id = coalesce(decided.form_claim_id, '') AS gives_form,
    claim_id = coalesce(decided.status_claim_id, '') AS gives_status
FROM claims
JOIN page_links USING (partnership_id)
JOIN page_towns ON page_towns.town = page_links.a
LEFT JOIN (
    SELECT
        partnership_id,
        max(claim_id) FILTER (decided = 'form') AS form_claim_id,
        max(claim_id) FILTER (decided = 'status') AS status_claim_id
    FROM decisions
    GROUP BY partnership_id
) AS decided USING (partnership_id)
ORDER BY link, is_chosen DESC, claims.start_date NULLS LAST, source_id, claim_id
