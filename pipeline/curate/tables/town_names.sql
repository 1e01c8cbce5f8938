-- A name of a town: from the gazetteer, from Wikidata, or as a source prints it.
WITH
items AS (
    SELECT DISTINCT wikidata_id, town_id FROM located_mentions WHERE wikidata_id IS NOT NULL
),
all_names AS (
    -- The gazetteer already has the search keys.
    SELECT place_id AS town_id, name, language, key AS search_key FROM place_names
    UNION ALL
    SELECT town_id, name, language, NULL FROM item_names JOIN items USING (wikidata_id)
    UNION ALL
    SELECT town_id, name, language, NULL FROM printed_names
    UNION ALL
    SELECT town_id, text, NULL, NULL FROM located_mentions
    UNION ALL
    SELECT town_id, name, NULL, NULL FROM towns
),
-- A name in several languages is listed once, with the first of them.
distinct_names AS (
    SELECT town_id, name, min(language) AS language, min(search_key) AS search_key
    FROM all_names
    GROUP BY town_id, name
)
SELECT
    distinct_names.town_id,
    distinct_names.name,
    coalesce(distinct_names.search_key, search_key(distinct_names.name)) AS search_key,
    distinct_names.language,
    towns.name = distinct_names.name AS is_preferred
FROM distinct_names
JOIN towns USING (town_id);
