-- Anniversaries in a year of the selected partnerships: `first_day` and `day_after` enclose what is known of the day.
WITH
due AS (
    SELECT
        *,
        $year - start_year AS anniversary,
        coalesce($town_id, town_a_id) AS town_id,
        CASE WHEN town_id = town_a_id THEN town_b_id ELSE town_a_id END AS partner_id
    FROM partnerships
    SEMI JOIN selected_partnerships USING (partnership_id)
    WHERE
        -- As in the macro `anniversaries`.
        status IN ('active', 'unknown')
        AND anniversary > 0
        AND anniversary % $every = 0
        AND town_id IN (town_a_id, town_b_id)
)
SELECT
    due.partnership_id, anniversary, due.form, due.start_date, due.start_precision, due.start_agreement,
    -- What began on 29 February is remembered on the 28th in other years.
    (due.start_date + to_years(anniversary))::DATE AS first_day,
    (
        first_day
        + CASE due.start_precision WHEN 'day' THEN to_days(1) WHEN 'month' THEN to_months(1) ELSE to_years(1) END
    )::DATE AS day_after,
    town.name AS town_name, town.country_code, town.latitude, town.longitude,
    partner.name AS partner_name, partner.country_code AS partner_country_code,
    claims.start_event, claims.evidence_url, sources.title AS source_title, sources.url AS source_url
FROM due
JOIN towns AS town USING (town_id)
JOIN towns AS partner ON partner.town_id = due.partner_id
LEFT JOIN claims ON claims.claim_id = due.start_claim_id
LEFT JOIN sources USING (source_id)
ORDER BY first_day, day_after, anniversary DESC, town_name, partner_name, due.partnership_id
