-- Partnerships whose sources differ on what was agreed, without dates that explain it: each form with its sources.
CREATE VIEW form_conflicts AS
WITH stated AS (
    SELECT
        partnership_id,
        claims.form,
        string_agg(DISTINCT claims.source_id, ', ' ORDER BY claims.source_id) AS source_ids,
        min(claims.start_date) AS first_date
    FROM claims
    JOIN partnerships USING (partnership_id)
    WHERE partnerships.form_conflict AND claims.form <> 'unspecified'
    GROUP BY partnership_id, claims.form
),
listed AS (
    SELECT
        partnership_id,
        list(form ORDER BY form) AS forms,
        list(source_ids ORDER BY form) AS sources,
        list(first_date ORDER BY form) AS start_dates
    FROM stated
    GROUP BY partnership_id
)
SELECT
    partnership_id,
    town_a.name AS town_a_name,
    town_a.country_code AS town_a_country_code,
    country_a.name AS town_a_country_name,
    town_b.name AS town_b_name,
    town_b.country_code AS town_b_country_code,
    country_b.name AS town_b_country_name,
    partnerships.form AS chosen_form,
    form_claim_id,
    forms,
    sources,
    start_dates
FROM listed
JOIN partnerships USING (partnership_id)
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
LEFT JOIN countries AS country_a ON country_a.country_code = town_a.country_code
LEFT JOIN countries AS country_b ON country_b.country_code = town_b.country_code
ORDER BY town_a_name, town_b_name, partnership_id;
