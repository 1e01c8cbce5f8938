-- A municipality or other body: as the gazetteer has it, else as sources describe it.
WITH
ranked AS (
    SELECT *, row_number() OVER (ORDER BY located_by::located_by_order, mention) AS position
    FROM located_mentions
),
mentioned AS (
    SELECT
        town_id,
        arg_min(located_by, position) AS located_by,
        max(location_score) AS location_score,
        arg_min(text, position) AS name,
        arg_min(country_code, position) AS country_code,
        arg_min(latitude, position) AS latitude,
        arg_min(longitude, position) AS longitude,
        max(population) AS population,
        -- With two Wikidata items for one place, neither is certain.
        CASE WHEN count(DISTINCT wikidata_id) = 1 THEN min(wikidata_id) END AS wikidata_id,
        arg_min(kind, position) AS kind,
        arg_min(iso_3166_2, position) AS iso_3166_2_code
    FROM ranked
    GROUP BY town_id
)
SELECT
    mentioned.town_id,
    coalesce(places.name, mentioned.name) AS name,
    coalesce(places.country_code, mentioned.country_code) AS country_code,
    places.admin1_code,
    coalesce(places.latitude, mentioned.latitude) AS latitude,
    coalesce(places.longitude, mentioned.longitude) AS longitude,
    coalesce(places.population, mentioned.population) AS population,
    coalesce(places.kind, mentioned.kind) AS kind,
    places.geonames_id,
    coalesce(mentioned.wikidata_id, places.wikidata_id) AS wikidata_id,
    mentioned.iso_3166_2_code,
    mentioned.located_by,
    mentioned.location_score
FROM mentioned
LEFT JOIN places ON places.place_id = mentioned.town_id;
