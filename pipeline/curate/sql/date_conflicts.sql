-- Where sources disagree on a start: all dated statements about the partnership, the chosen one first.
CREATE VIEW date_conflicts AS
SELECT
    partnership_id,
    town_a.name AS town_a_name,
    town_a.country_code AS town_a_country_code,
    town_b.name AS town_b_name,
    town_b.country_code AS town_b_country_code,
    partnerships.start_date,
    partnerships.start_precision,
    claims.claim_id IS NOT DISTINCT FROM partnerships.start_claim_id AS is_chosen,
    claims.start_date AS stated_date,
    claims.start_precision AS stated_precision,
    claims.start_text AS stated_text,
    claims.start_event,
    claims.form,
    claims.source_id,
    claims.authority,
    claims.family,
    claims.publisher,
    claims.claim_rank,
    claims.locator,
    claims.claim_id
FROM partnerships
JOIN claims USING (partnership_id)
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
WHERE partnerships.start_agreement = 'conflict' AND claims.start_date IS NOT NULL
ORDER BY
    town_a_name, town_b_name, partnership_id, is_chosen DESC, stated_date, claims.source_id, claims.claim_id;
