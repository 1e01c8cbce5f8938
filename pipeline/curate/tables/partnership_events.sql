-- A dated event of a partnership, as the best claim states it.
WITH
valid_claims AS (
    SELECT * FROM claims WHERE claim_rank <> 'deprecated'
),
stated_events AS (
    SELECT
        partnership_id,
        start_event AS event,
        start_date AS event_date,
        start_precision AS event_precision,
        form,
        CASE WHEN start_event = 'suspended' THEN end_cause END AS cause,
        claim_id,
        authority
    FROM valid_claims
    WHERE start_date IS NOT NULL
    UNION ALL
    SELECT
        partnership_id,
        CASE WHEN status = 'suspended' THEN 'suspended' ELSE 'ended' END AS event,
        end_date AS event_date,
        end_precision AS event_precision,
        form,
        end_cause AS cause,
        claim_id,
        authority
    FROM valid_claims
    -- There is no event for a dormant partnership. The date stays in the claim.
    WHERE end_date IS NOT NULL AND status <> 'dormant'
)
SELECT partnership_id, event, event_date, event_precision, form, cause, claim_id
FROM stated_events
QUALIFY row_number() OVER (
    PARTITION BY partnership_id, event, event_date, event_precision, form
    ORDER BY authority::authority_order, claim_id
) = 1;
