-- The names of the selected towns.
SELECT town, search_key, town_names.name, language, is_preferred
FROM town_names
JOIN page_towns USING (town_id)
WHERE search_key <> ''
