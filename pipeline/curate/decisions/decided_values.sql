-- Every decided value, with its claim, the second-best claim and the criterion in which the two differ.
SELECT partnership_id, 'form' AS decided, claim_id, runner_up_claim_id, decided_by FROM form_decisions
UNION ALL
SELECT partnership_id, 'start' AS decided, claim_id, runner_up_claim_id, decided_by FROM start_decisions
UNION ALL
SELECT partnership_id, 'status' AS decided, claim_id, runner_up_claim_id, decided_by FROM status_decisions
UNION ALL
SELECT partnership_id, 'end' AS decided, claim_id, runner_up_claim_id, decided_by
FROM end_decisions
WHERE NOT is_before_start
UNION ALL
SELECT partnership_id, 'end_cause' AS decided, claim_id, runner_up_claim_id, decided_by FROM end_cause_decisions;
