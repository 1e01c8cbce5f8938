-- Ended partnerships, with date, cause and source; without those that a source merely does not list any more.
CREATE VIEW ended_partnerships AS
SELECT
    partnerships.partnership_id,
    town_a.name AS town_a_name,
    town_a.country_code AS town_a_country_code,
    country_a.name AS town_a_country_name,
    town_b.name AS town_b_name,
    town_b.country_code AS town_b_country_code,
    country_b.name AS town_b_country_name,
    partnerships.form,
    partnerships.start_date,
    partnerships.start_precision,
    partnerships.start_year,
    partnerships.end_date,
    partnerships.end_precision,
    partnerships.end_year,
    partnerships.end_cause,
    claims.source_id,
    claims.publisher,
    claims.note,
    claims.evidence_url,
    claims.locator,
    claims.claim_id
FROM partnerships
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
LEFT JOIN countries AS country_a ON country_a.country_code = town_a.country_code
LEFT JOIN countries AS country_b ON country_b.country_code = town_b.country_code
LEFT JOIN claims ON claims.claim_id = status_claim_id
WHERE partnerships.status = 'ended'
ORDER BY partnerships.end_date DESC NULLS LAST, town_a_name, town_b_name, partnerships.partnership_id;
