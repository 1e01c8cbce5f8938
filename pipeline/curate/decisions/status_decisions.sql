-- The status: one that is stated in words before one that follows from being listed, because lists outlive links.
WITH
compared AS (
    SELECT
        partnership_id,
        claim_id,
        status,
        {
            'is_known': status = 'unknown',
            'is_stated': NOT status_is_stated,
            'authority': authority,
            'as_of_date': -epoch_ms(as_of_date),
            'change': status,
            'claim_id': claim_id
        } AS criteria
    FROM counted_claims
)
SELECT
    partnership_id,
    status,
    claim_id,
    lead(claim_id) OVER best_first AS runner_up_claim_id,
    decided_by(criteria, lead(criteria) OVER best_first) AS decided_by
FROM compared
WINDOW best_first AS (PARTITION BY partnership_id ORDER BY criteria)
QUALIFY row_number() OVER best_first = 1;
