-- The claims of a partnership whose start contradicts another claim.
SELECT claim_id
FROM date_conflicts
WHERE partnership_id = $1 AND is_disputed
