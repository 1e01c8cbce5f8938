-- Claims with a start date: the event and form that the date belongs to, and whether that is the formal beginning.
WITH
winning AS (
    SELECT partnership_id, form, formal_event(form) AS event FROM form_decisions
)
SELECT
    partnership_id,
    claim_id,
    family,
    authority,
    start_date,
    start_precision,
    interval_end(start_date, start_precision) AS start_last_day,
    -- If a claim has no form, its date belongs to the winning form, and a signing to the formal event of that form.
    CASE WHEN claims.form = 'unspecified' THEN winning.form ELSE claims.form END AS dated_form,
    CASE
        WHEN claims.form = 'unspecified' AND start_event = 'charter_signed' THEN winning.event
        ELSE start_event
    END AS dated_event,
    dated_form = winning.form AND dated_event = winning.event AS is_formal_beginning
FROM counted_claims AS claims
JOIN winning USING (partnership_id)
WHERE start_date IS NOT NULL;
