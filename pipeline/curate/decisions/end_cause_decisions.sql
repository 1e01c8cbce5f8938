-- The cause of the end of ended partnerships: a known cause before an unknown one, then a dated one.
WITH
compared AS (
    SELECT
        partnership_id,
        claim_id,
        end_cause,
        {
            'is_known': end_cause = 'unknown',
            'is_dated': end_date IS NULL,
            'authority': authority,
            'precision': end_precision,
            'date': end_date,
            'claim_id': claim_id
        } AS criteria
    FROM counted_claims
    SEMI JOIN (FROM status_decisions WHERE status = 'ended') USING (partnership_id)
    ANTI JOIN (FROM end_decisions WHERE is_before_start) USING (partnership_id)
    WHERE status = 'ended' AND end_cause IS NOT NULL
)
SELECT
    partnership_id,
    end_cause,
    claim_id,
    lead(claim_id) OVER best_first AS runner_up_claim_id,
    decided_by(criteria, lead(criteria) OVER best_first) AS decided_by
FROM compared
WINDOW best_first AS (PARTITION BY partnership_id ORDER BY criteria)
QUALIFY row_number() OVER best_first = 1;
