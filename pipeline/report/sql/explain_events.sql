-- The events of a partnership.
SELECT event, event_date, event_precision, partnership_events.form, cause, claim_id, source_id, locator
FROM partnership_events
JOIN claims USING (claim_id)
WHERE partnership_events.partnership_id = $1
ORDER BY event_date, event, event_precision, partnership_events.form
