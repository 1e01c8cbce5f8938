-- Partners of each town, with names: each partnership is listed twice, once for each town.
CREATE VIEW town_partners AS
WITH sides AS (
    SELECT *, town_a_id AS town_id, town_b_id AS partner_id FROM partnerships
    UNION ALL
    SELECT *, town_b_id AS town_id, town_a_id AS partner_id FROM partnerships
)
SELECT
    sides.town_id,
    towns.name AS town_name,
    towns.country_code,
    country.name AS country_name,
    sides.partner_id,
    partners.name AS partner_name,
    partners.country_code AS partner_country_code,
    partner_country.name AS partner_country_name,
    form,
    status,
    start_date,
    start_precision,
    start_year,
    end_year,
    distance_km,
    partnership_id,
    source_count,
    start_agreement
FROM sides
JOIN towns ON towns.town_id = sides.town_id
JOIN towns AS partners ON partners.town_id = sides.partner_id
LEFT JOIN countries AS country ON country.country_code = towns.country_code
LEFT JOIN countries AS partner_country ON partner_country.country_code = partners.country_code
ORDER BY town_name, sides.town_id, partner_name, sides.partner_id;
