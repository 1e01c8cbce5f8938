-- Partnerships that two or more independent families of sources state, between two located towns.
CREATE VIEW confirmed_partnerships AS
SELECT
    partnership_id,
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
    end_year,
    family_count,
    source_count,
    start_agreement,
    distance_km
FROM partnerships
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
LEFT JOIN countries AS country_a ON country_a.country_code = town_a.country_code
LEFT JOIN countries AS country_b ON country_b.country_code = town_b.country_code
WHERE family_count >= 2 AND town_a.latitude IS NOT NULL AND town_b.latitude IS NOT NULL
ORDER BY town_a_name, town_b_name, partnership_id;
