-- Partnerships that only one of the two towns lists, although the source has entries of both.
CREATE VIEW one_sided_partnerships AS
WITH own_entries AS (
    SELECT DISTINCT partnership_id, town_id
    FROM claims
    JOIN sources USING (source_id)
    WHERE directions = 'both'
)
SELECT
    partnerships.partnership_id,
    town_a_id,
    town_a.name AS town_a_name,
    town_a.country_code AS town_a_country_code,
    country_a.name AS town_a_country_name,
    EXISTS (
        FROM own_entries
        WHERE own_entries.partnership_id = partnerships.partnership_id AND town_id = town_a_id
    ) AS stated_by_a,
    town_b_id,
    town_b.name AS town_b_name,
    town_b.country_code AS town_b_country_code,
    country_b.name AS town_b_country_name,
    EXISTS (
        FROM own_entries
        WHERE own_entries.partnership_id = partnerships.partnership_id AND town_id = town_b_id
    ) AS stated_by_b,
    form,
    status,
    start_date,
    start_precision,
    start_year,
    source_count
FROM partnerships
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
LEFT JOIN countries AS country_a ON country_a.country_code = town_a.country_code
LEFT JOIN countries AS country_b ON country_b.country_code = town_b.country_code
WHERE NOT stated_by_both AND (stated_by_a OR stated_by_b)
ORDER BY town_a_name, town_b_name, partnerships.partnership_id;
