-- The decisions of a partnership.
SELECT decided, claim_id, runner_up_claim_id, decided_by
FROM decisions
WHERE partnership_id = $1
ORDER BY decided
