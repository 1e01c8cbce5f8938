-- Links that a family of sources under an open licence states and another family confirms, of located towns.
WITH
stated AS (
    SELECT
        partnership_id,
        list_sort(list(DISTINCT family)) AS families,
        bool_or(source_id = 'starter_' || getvariable('family')) AS in_starter
    FROM claims
    GROUP BY partnership_id
)
SELECT
    a.name AS town,
    a.country_code AS town_country,
    a.geonames_id AS town_geonames_id,
    a.wikidata_id AS town_wikidata_id,
    CASE WHEN a.geonames_id IS NULL THEN round(a.latitude, 4) END AS town_latitude,
    CASE WHEN a.geonames_id IS NULL THEN round(a.longitude, 4) END AS town_longitude,
    b.name AS partner,
    b.country_code AS partner_country,
    b.geonames_id AS partner_geonames_id,
    b.wikidata_id AS partner_wikidata_id,
    CASE WHEN b.geonames_id IS NULL THEN round(b.latitude, 4) END AS partner_latitude,
    CASE WHEN b.geonames_id IS NULL THEN round(b.longitude, 4) END AS partner_longitude,
    array_to_string(list_filter(families, lambda family: family <> getvariable('family')), '; ') AS confirmed_by
FROM partnerships
JOIN stated USING (partnership_id)
JOIN towns AS a ON a.town_id = town_a_id
JOIN towns AS b ON b.town_id = town_b_id
WHERE
    len(families) > 1
    AND list_contains(families, getvariable('family'))
    AND NOT in_starter
    AND NOT may_be_of_district
    AND least(a.location_score, b.location_score) >= 0.75
    AND a.latitude IS NOT NULL
    AND b.latitude IS NOT NULL
    AND a.town_id NOT LIKE 'x%'
    AND b.town_id NOT LIKE 'x%'
ORDER BY town, partner, town_a_id, town_b_id
