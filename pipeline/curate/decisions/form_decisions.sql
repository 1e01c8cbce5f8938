-- What was agreed: the strongest form that the best authority states, or a form that is newer than its statement.
WITH
specified AS (
    SELECT partnership_id, claim_id, form, authority, start_date, as_of_date
    FROM counted_claims
    WHERE form <> 'unspecified'
),
best AS (
    SELECT partnership_id, authority, max(as_of_date) AS known_until
    FROM specified
    GROUP BY partnership_id, authority
    QUALIFY row_number() OVER (PARTITION BY partnership_id ORDER BY authority) = 1
),
-- The best authority that states a form decides. But a register of 2014 does not contradict a charter of 2025: a form
-- with a later start date counts as much.
compared AS (
    SELECT
        partnership_id,
        claim_id,
        form,
        {
            'authority': claims.authority <> best.authority AND NOT coalesce(start_date > known_until, false),
            'form': form,
            'form_authority': claims.authority,
            'claim_id': claim_id
        } AS criteria
    FROM counted_claims AS claims
    LEFT JOIN best USING (partnership_id)
    -- Claims without a form count only if a pair has no others.
    WHERE form <> 'unspecified' OR best.authority IS NULL
)
SELECT
    partnership_id,
    form,
    claim_id,
    lead(claim_id) OVER best_first AS runner_up_claim_id,
    decided_by(criteria, lead(criteria) OVER best_first) AS decided_by
FROM compared
WINDOW best_first AS (PARTITION BY partnership_id ORDER BY criteria)
QUALIFY row_number() OVER best_first = 1;
