-- The claims of each link, first the one that the start is taken from.
SELECT
    link,
    locator, as_of_date, source_id, publisher, evidence_url, note,
    claims.form, claims.status, start_event, start_text, claims.start_date, claims.start_precision,
    end_text, claims.end_date, claims.end_precision, claims.end_cause,
    claims.town_id = page_towns.town_id AS by_a,
    claim_id = coalesce(page_links.start_claim_id, '') AS is_chosen
FROM claims
JOIN page_links USING (partnership_id)
JOIN page_towns ON page_towns.town = page_links.a
ORDER BY link, is_chosen DESC, claims.start_date NULLS LAST, source_id, claim_id
