-- A town.
SELECT town_id, name, country_code, admin1_code, kind, population, latitude, longitude, located_by, location_score
FROM towns
WHERE town_id = $1
