-- When and why partnerships were suspended, resumed or ended; without a date, `event_text` may say before when.
CREATE VIEW status_changes AS
WITH changes AS (
    SELECT
        events.partnership_id,
        event,
        event_date,
        event_precision,
        CASE WHEN start_event = event THEN coalesce(start_text, end_text) ELSE coalesce(end_text, start_text) END
            AS event_text,
        cause,
        events.claim_id
    FROM partnership_events AS events
    JOIN claims USING (claim_id)
    WHERE event IN ('suspended', 'resumed', 'ended')
    UNION ALL
    SELECT
        partnership_id,
        status AS event,
        NULL AS event_date,
        'unknown' AS event_precision,
        coalesce(end_text, start_text) AS event_text,
        end_cause AS cause,
        claim_id
    FROM claims
    WHERE
        status_is_stated
        AND status IN ('suspended', 'ended')
        AND claim_rank <> 'deprecated'
        AND end_date IS NULL
        AND coalesce(start_event, '') NOT IN ('suspended', 'resumed', 'ended')
)
SELECT
    changes.partnership_id,
    town_a.name AS town_a_name,
    town_a.country_code AS town_a_country_code,
    country_a.name AS town_a_country_name,
    town_b.name AS town_b_name,
    town_b.country_code AS town_b_country_code,
    country_b.name AS town_b_country_name,
    event,
    event_date,
    event_precision,
    event_text,
    cause,
    partnerships.status,
    claims.source_id,
    claims.publisher,
    claims.note,
    claims.evidence_url,
    claims.claim_id
FROM changes
JOIN partnerships USING (partnership_id)
JOIN claims ON claims.claim_id = changes.claim_id
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
LEFT JOIN countries AS country_a ON country_a.country_code = town_a.country_code
LEFT JOIN countries AS country_b ON country_b.country_code = town_b.country_code
ORDER BY
    event_date DESC NULLS LAST,
    town_a_name,
    town_b_name,
    changes.partnership_id,
    event,
    event_precision,
    claims.claim_id;
