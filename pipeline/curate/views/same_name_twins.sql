-- Partners with the same usual name, apart from case, accents and punctuation.
CREATE VIEW same_name_twins AS
WITH usual_names AS (
    SELECT DISTINCT town_id, search_key FROM town_names WHERE is_preferred AND search_key <> ''
)
SELECT
    partnership_id,
    min(name_a.search_key) AS search_key,
    town_a_id,
    town_a.name AS town_a_name,
    town_a.country_code AS town_a_country_code,
    country_a.name AS town_a_country_name,
    town_b_id,
    town_b.name AS town_b_name,
    town_b.country_code AS town_b_country_code,
    country_b.name AS town_b_country_name,
    form,
    status,
    start_date,
    start_precision,
    start_year,
    distance_km
FROM partnerships
JOIN usual_names AS name_a ON name_a.town_id = town_a_id
JOIN usual_names AS name_b ON name_b.town_id = town_b_id AND name_b.search_key = name_a.search_key
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
LEFT JOIN countries AS country_a ON country_a.country_code = town_a.country_code
LEFT JOIN countries AS country_b ON country_b.country_code = town_b.country_code
GROUP BY ALL
ORDER BY search_key, partnership_id;
