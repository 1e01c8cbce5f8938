-- The end of ended partnerships. An end before the start belongs to something else, and is not taken.
WITH
compared AS (
    SELECT
        partnership_id,
        claim_id,
        end_date,
        end_precision,
        {
            'authority': authority,
            'precision': end_precision,
            'date': end_date,
            'claim_id': claim_id
        } AS criteria
    FROM counted_claims
    SEMI JOIN (FROM status_decisions WHERE status = 'ended') USING (partnership_id)
    WHERE status = 'ended' AND end_date IS NOT NULL
),
decided AS (
    SELECT
        partnership_id,
        end_date,
        end_precision,
        claim_id,
        lead(claim_id) OVER best_first AS runner_up_claim_id,
        decided_by(criteria, lead(criteria) OVER best_first) AS decided_by
    FROM compared
    WINDOW best_first AS (PARTITION BY partnership_id ORDER BY criteria)
    QUALIFY row_number() OVER best_first = 1
)
SELECT decided.*, coalesce(end_date < date_trunc('year', start_date), false) AS is_before_start
FROM decided
LEFT JOIN start_decisions USING (partnership_id);
