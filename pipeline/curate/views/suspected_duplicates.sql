-- Pairs of towns that may be one: the same name or place within 5 km, or a like name and a partner in common.
CREATE VIEW suspected_duplicates AS
WITH
named AS (
    SELECT
        town_id,
        kind,
        search_key
    FROM towns
    JOIN town_names USING (town_id)
    WHERE is_preferred AND search_key <> ''
),
links AS (
    SELECT
        town_a_id AS town_id,
        town_b_id AS partner_id
    FROM partnerships
    UNION ALL
    SELECT
        town_b_id AS town_id,
        town_a_id AS partner_id
    FROM partnerships
),
-- How the words of counties and regions begin; words of many are 'county', 'Landkreis', 'prefecture'.
beginnings AS (
    SELECT
        town_id,
        kind,
        left(word, 5) AS beginning
    FROM named, unnest(string_split(search_key, ' ')) AS _ (word)
    WHERE kind IN ('county', 'region') AND length(word) >= 4
    QUALIFY count(*) OVER (PARTITION BY word) <= 4
),
candidates AS (
    SELECT
        a.town_id,
        b.town_id AS other_id,
        'same name' AS evidence
    FROM named AS a
    JOIN named AS b ON b.search_key = a.search_key AND b.kind = a.kind AND a.town_id < b.town_id
    UNION ALL
    SELECT
        a.town_id,
        b.town_id AS other_id,
        'same place' AS evidence
    FROM towns AS a
    JOIN towns AS b ON b.latitude = a.latitude AND b.longitude = a.longitude AND a.town_id < b.town_id
    WHERE b.kind = a.kind
    UNION ALL
    SELECT
        a.town_id,
        b.town_id AS other_id,
        'similar name' AS evidence
    FROM beginnings AS a
    JOIN beginnings AS b ON b.beginning = a.beginning AND b.kind = a.kind AND a.town_id < b.town_id
),
pairs AS (
    SELECT
        candidates.town_id,
        other_id,
        any_value(a.name) AS town_name,
        any_value(b.name) AS other_name,
        any_value(a.country_code) AS country_code,
        any_value(b.country_code) AS other_country_code,
        -- In the order of the alphabet the stronger goes first.
        min(evidence) AS evidence,
        any_value(distance_between(a.latitude, a.longitude, b.latitude, b.longitude)) AS distance_km
    FROM candidates
    JOIN towns AS a ON a.town_id = candidates.town_id
    JOIN towns AS b ON b.town_id = other_id
    WHERE a.country_code IS NULL OR b.country_code IS NULL OR a.country_code = b.country_code
    GROUP BY candidates.town_id, other_id
),
shared AS (
    SELECT
        pairs.town_id,
        other_id,
        count(*) AS shared_partners,
        min(a.partner_id) AS shared_partner_id
    FROM pairs
    JOIN links AS a ON a.town_id = pairs.town_id
    JOIN links AS b ON b.town_id = other_id AND b.partner_id = a.partner_id
    GROUP BY pairs.town_id, other_id
)
SELECT
    pairs.town_id,
    other_id,
    town_name,
    other_name,
    pairs.country_code,
    country.name AS country_name,
    other_country_code,
    other_country.name AS other_country_name,
    evidence,
    round(distance_km, 1) AS distance_km,
    coalesce(shared_partners, 0) AS shared_partners,
    shared_partner_id
FROM pairs
LEFT JOIN shared USING (town_id, other_id)
LEFT JOIN countries AS country ON country.country_code = pairs.country_code
LEFT JOIN countries AS other_country ON other_country.country_code = other_country_code
WHERE
    (evidence <> 'similar name' AND distance_km < 5)
    OR (shared_partners > 0 AND (distance_km IS NULL OR evidence = 'similar name'))
ORDER BY shared_partners DESC, pairs.town_id, other_id;
