-- A municipality or other body, as the gazetteer or else sources describe it; by its English name if one is known.
WITH
-- A mention may mean nothing that stays: the partner may have told that another town is meant.
taking_part AS (
    SELECT town_id::VARCHAR AS town_id FROM located_claims
    UNION
    SELECT partner_id::VARCHAR AS town_id FROM located_claims
    UNION
    SELECT town_id FROM located_awards
    UNION
    SELECT town_id FROM located_members
),
ranked AS (
    SELECT *, row_number() OVER (ORDER BY located_by::located_by_order, mention) AS position
    FROM located_mentions
    SEMI JOIN taking_part USING (town_id)
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
        -- With two Wikidata items that both have the place, neither is certain.
        CASE
            WHEN count(DISTINCT wikidata_id) FILTER (NOT is_second_item) = 1
                THEN min(wikidata_id) FILTER (NOT is_second_item)
        END AS wikidata_id,
        arg_min(kind, position) AS kind,
        arg_min(iso_3166_2, position) AS iso_3166_2_code
    FROM ranked
    GROUP BY town_id
),
-- Names by which no other town of the country is known: there is more than one Frankfurt.
distinctive_names AS (
    SELECT
        any_value(place_id) AS town_id,
        key AS search_key
    FROM place_names
    GROUP BY country_code, key
    HAVING count(DISTINCT place_id) = 1
),
english_names AS (
    SELECT
        town_id,
        arg_max(name, (priority, printed_count, name)) AS name
    FROM (
        SELECT
            town_id,
            name,
            printed_count,
            2 AS priority
        FROM printed_names
        -- Once may be a slip.
        WHERE language = 'en' AND printed_count > 1
        UNION ALL
        SELECT
            located_mentions.town_id,
            item_names.name,
            1 AS printed_count,
            1 AS priority
        FROM item_names
        JOIN located_mentions USING (wikidata_id)
        WHERE item_names.language = 'en'
    )
    WHERE
        -- Another spelling is none of the place's names.
        town_id NOT IN (SELECT place_id FROM places)
        OR (town_id, search_key(name)) IN (SELECT (town_id, search_key) FROM distinctive_names)
    GROUP BY town_id
)
SELECT
    mentioned.town_id,
    CASE
        -- The gazetteer has the letters that English lists leave out: Malmö, Łódź.
        WHEN search_key(english_names.name) = search_key(places.name) THEN places.name
        -- Names with brackets are not counted as printed: Frankfurt (Oder).
        WHEN contains(places.name, '(') THEN places.name
        ELSE coalesce(english_names.name, places.name, mentioned.name)
    END AS name,
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
LEFT JOIN places ON places.place_id = mentioned.town_id
LEFT JOIN english_names ON english_names.town_id = mentioned.town_id;
