-- The retired ids of two towns and their partnership.
SELECT entity, old_id, new_id, reason
FROM redirects
WHERE new_id IN ($1, $2, $3)
ORDER BY entity, old_id
