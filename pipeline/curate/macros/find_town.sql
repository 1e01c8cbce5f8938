-- Towns that a text may mean, best first: an id, or a name in any language, with or without accents or its country.
CREATE MACRO find_town(text) AS TABLE
    WITH
    by_id AS (
        SELECT town_id, name, NULL AS only_country, 'id' AS match, 1.0 AS score
        FROM towns
        WHERE lower(town_id) = lower(trim(text))
        UNION ALL
        SELECT town_id, name, NULL AS only_country, 'former_id' AS match, 1.0 AS score
        FROM redirects
        JOIN towns ON town_id = new_id
        WHERE entity = 'town' AND lower(old_id) = lower(trim(text))
    ),
    query AS MATERIALIZED (
        SELECT search_key(text) AS key, NULL::VARCHAR AS only_country WHERE key <> '' AND NOT EXISTS (FROM by_id)
        UNION ALL
        -- 'Cambridge, US': the country is its code or its English name.
        SELECT search_key(regexp_extract(text, '^(.*),', 1)) AS key, country_code AS only_country
        FROM countries
        WHERE
            key <> ''
            AND search_key(regexp_extract(text, ',([^,]*)$', 1))
            IN (search_key(name), lower(country_code), lower(alpha_3_code))
    ),
    by_name AS MATERIALIZED (
        SELECT
            town_id,
            name,
            only_country,
            CASE
                WHEN search_key = key AND is_preferred THEN 'usual_name'
                WHEN search_key = key THEN 'other_name'
                WHEN starts_with(search_key, key) THEN 'prefix'
                ELSE 'word'
            END AS match,
            CASE
                WHEN match = 'usual_name' THEN 1.0
                WHEN match = 'other_name' THEN 0.9
                WHEN starts_with(search_key, key || ' ') THEN 0.8
                WHEN match = 'prefix' THEN 0.7
                ELSE 0.6
            END AS score
        FROM query, town_names
        WHERE contains(search_key, key) AND (starts_with(search_key, key) OR contains(search_key, ' ' || key))
    ),
    -- Only if nothing else matches, one typing error is allowed, and one more for every ten letters.
    unmatched AS MATERIALIZED (
        SELECT key, only_country FROM query WHERE NOT EXISTS (FROM by_name)
    ),
    by_similarity AS (
        SELECT
            town_id,
            name,
            only_country,
            'similar' AS match,
            jaro_winkler_similarity(search_key, key) / 2 AS score
        FROM unmatched, town_names
        WHERE
            abs(length(search_key) - length(key)) <= 1 + length(key) // 10
            AND score >= 0.45
            AND damerau_levenshtein(search_key, key) <= 1 + length(key) // 10
    ),
    best AS (
        SELECT matches.*
        FROM (
            FROM by_id
            UNION ALL
            FROM by_name
            UNION ALL
            FROM by_similarity
        ) AS matches
        JOIN towns USING (town_id)
        WHERE only_country IS NULL OR only_country = country_code
        QUALIFY row_number() OVER (
            PARTITION BY town_id ORDER BY score DESC, matches.name = text DESC, matches.name
        ) = 1
    )
    SELECT
        town_id,
        towns.name,
        country_code,
        countries.name AS country_name,
        admin1_code,
        kind,
        population,
        best.name AS matched_name,
        match,
        round(score, 3)::DOUBLE AS score,
        coalesce(partner_count, 0) AS partner_count,
        row_number() OVER (
            ORDER BY score DESC, partner_count DESC NULLS LAST, population DESC NULLS LAST, town_id
        ) AS rank
    FROM best
    JOIN towns USING (town_id)
    LEFT JOIN countries USING (country_code)
    LEFT JOIN town_network USING (town_id)
    ORDER BY rank
    LIMIT 100;
