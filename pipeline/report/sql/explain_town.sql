-- A town.
SELECT
    town_id,
    towns.name,
    country_code,
    countries.name AS country_name,
    admin1_code,
    kind,
    population,
    latitude,
    longitude,
    located_by,
    location_score
FROM towns
LEFT JOIN countries USING (country_code)
WHERE town_id = $1
