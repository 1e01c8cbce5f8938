-- The motives of a partnership, with the claim that states each.
SELECT partnership_motives.motive, basis, evidence, source_id, locator
FROM partnership_motives
LEFT JOIN claims ON claim_id = evidence
WHERE partnership_motives.partnership_id = $1
ORDER BY ALL
