-- A decision about one value of a partnership: the claim that it was taken from, and why.
SELECT partnership_id, decided, claim_id, runner_up_claim_id, decided_by
FROM decided_values;
