-- Number of partners of each town, and of their countries; partnerships of every status count.
CREATE VIEW town_degrees AS
WITH sides AS (
    SELECT town_a_id AS town_id, town_b_id AS partner_id FROM partnerships
    UNION ALL
    SELECT town_b_id AS town_id, town_a_id AS partner_id FROM partnerships
)
SELECT
    towns.town_id,
    towns.name,
    towns.country_code,
    countries.name AS country_name,
    count(sides.partner_id) AS partner_count,
    count(DISTINCT partners.country_code) AS partner_country_count
FROM towns
LEFT JOIN sides ON sides.town_id = towns.town_id
LEFT JOIN towns AS partners ON partners.town_id = sides.partner_id
LEFT JOIN countries ON countries.country_code = towns.country_code
GROUP BY towns.town_id, towns.name, towns.country_code, countries.name
ORDER BY partner_count DESC, towns.name, towns.town_id;
