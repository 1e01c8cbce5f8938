-- When and why partnerships were suspended, resumed or ended, with their present status and the source.
CREATE VIEW status_changes AS
SELECT
    events.partnership_id,
    town_a.name AS town_a_name,
    town_a.country_code AS town_a_country_code,
    town_b.name AS town_b_name,
    town_b.country_code AS town_b_country_code,
    event,
    event_date,
    event_precision,
    cause,
    partnerships.status,
    claims.source_id,
    claims.publisher,
    claims.note,
    claims.evidence_url,
    claims.claim_id
FROM partnership_events AS events
JOIN partnerships USING (partnership_id)
JOIN claims ON claims.claim_id = events.claim_id
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
WHERE event IN ('suspended', 'resumed', 'ended')
ORDER BY event_date DESC, town_a_name, town_b_name, events.partnership_id, event, event_precision, claims.claim_id;
