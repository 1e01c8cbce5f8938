-- Towns of both releases.
SELECT town_id AS entity_id, name, country_code, kind FROM towns
UNION ALL
SELECT town_id AS entity_id, name, country_code, kind FROM previous_towns ANTI JOIN towns USING (town_id)
