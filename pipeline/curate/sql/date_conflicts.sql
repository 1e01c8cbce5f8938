-- Where dates of one event and form exclude one another: all dated statements about the partnership, the chosen one first.
CREATE VIEW date_conflicts AS
WITH dated AS (
    SELECT
        claims.*,
        CAST(claims.start_date + CASE claims.start_precision
            WHEN 'month' THEN INTERVAL 1 MONTH
            WHEN 'year' THEN INTERVAL 1 YEAR
            WHEN 'decade' THEN INTERVAL 10 YEAR
            WHEN 'century' THEN INTERVAL 100 YEAR
            ELSE INTERVAL 1 DAY
        END - INTERVAL 1 DAY AS DATE) AS last_day,
        -- Who does not say what was agreed dates whatever was, and with a signing its formal beginning.
        CASE WHEN claims.form = 'unspecified' THEN partnerships.form ELSE claims.form END AS dated_form,
        CASE
            WHEN claims.form <> 'unspecified' OR claims.start_event <> 'charter_signed' THEN claims.start_event
            WHEN partnerships.form = 'friendship' THEN 'friendship_agreed'
            WHEN partnerships.form = 'contact' THEN 'first_contact'
            ELSE claims.start_event
        END AS dated_event
    FROM claims
    JOIN partnerships USING (partnership_id)
    WHERE partnerships.start_agreement = 'conflict' AND claims.start_date IS NOT NULL
)
SELECT
    partnership_id,
    town_a.name AS town_a_name,
    town_a.country_code AS town_a_country_code,
    town_b.name AS town_b_name,
    town_b.country_code AS town_b_country_code,
    partnerships.start_date,
    partnerships.start_precision,
    dated.claim_id IS NOT DISTINCT FROM partnerships.start_claim_id AS is_chosen,
    -- Whether another statement about the same event and form has a date that excludes this one.
    dated.claim_rank <> 'deprecated'
    AND dated_event NOT IN ('renewed', 'suspended', 'resumed', 'precursor')
    AND EXISTS (
        FROM dated AS other
        WHERE other.partnership_id = dated.partnership_id
            AND other.dated_form = dated.dated_form
            AND other.dated_event = dated.dated_event
            AND other.claim_rank <> 'deprecated'
            AND NOT (
                (dated.start_date <= other.start_date AND other.last_day <= dated.last_day)
                OR (other.start_date <= dated.start_date AND dated.last_day <= other.last_day)
            )
    ) AS is_disputed,
    dated.start_date AS stated_date,
    dated.start_precision AS stated_precision,
    dated.start_text AS stated_text,
    dated.start_event,
    dated.form,
    dated.source_id,
    dated.authority,
    dated.family,
    dated.publisher,
    dated.claim_rank,
    dated.locator,
    dated.claim_id
FROM partnerships
JOIN dated USING (partnership_id)
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
ORDER BY
    town_a_name, town_b_name, partnership_id, is_chosen DESC, stated_date, dated.source_id, dated.claim_id;
