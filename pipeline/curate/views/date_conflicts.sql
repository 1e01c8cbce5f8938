-- Partnerships with incompatible start dates for one event and form: all dated claims, the chosen one first.
CREATE VIEW date_conflicts AS
WITH dated AS (
    SELECT
        claims.*,
        interval_end(claims.start_date, claims.start_precision) AS last_day,
        -- If a claim has no form, its date belongs to the form of the partnership, and a signing to its formal event.
        CASE WHEN claims.form = 'unspecified' THEN partnerships.form ELSE claims.form END AS dated_form,
        CASE
            WHEN claims.form = 'unspecified' AND claims.start_event = 'charter_signed'
                THEN formal_event(partnerships.form)
            ELSE claims.start_event
        END AS dated_event,
        -- Deprecated claims count only if a partnership has no others.
        claims.claim_rank <> 'deprecated' OR partnership_id NOT IN (
            SELECT partnership_id FROM claims WHERE claim_rank <> 'deprecated'
        ) AS is_counted
    FROM claims
    JOIN partnerships USING (partnership_id)
    WHERE partnerships.start_agreement = 'conflict' AND claims.start_date IS NOT NULL
)
SELECT
    partnership_id,
    town_a.name AS town_a_name,
    town_a.country_code AS town_a_country_code,
    country_a.name AS town_a_country_name,
    town_b.name AS town_b_name,
    town_b.country_code AS town_b_country_code,
    country_b.name AS town_b_country_name,
    partnerships.start_date,
    partnerships.start_precision,
    coalesce(dated.claim_id = partnerships.start_claim_id, false) AS is_chosen,
    -- Whether another claim about the same event and form has an incompatible date.
    dated.is_counted
    AND dated_event NOT IN ('renewed', 'suspended', 'resumed', 'precursor')
    AND EXISTS (
        FROM dated AS other
        WHERE
            other.partnership_id = dated.partnership_id
            AND other.dated_form = dated.dated_form
            AND other.dated_event = dated.dated_event
            AND other.is_counted
            AND NOT intervals_agree(dated.start_date, dated.last_day, other.start_date, other.last_day)
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
LEFT JOIN countries AS country_a ON country_a.country_code = town_a.country_code
LEFT JOIN countries AS country_b ON country_b.country_code = town_b.country_code
ORDER BY
    town_a_name, town_b_name, partnership_id, is_chosen DESC, stated_date, dated.source_id, dated.claim_id;
