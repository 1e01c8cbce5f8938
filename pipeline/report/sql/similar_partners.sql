-- The partners of one town whose names are similar to another town's.
SELECT town_id, partners.name, countries.name AS country_name
FROM (SELECT partner_id AS town_id FROM town_partners WHERE town_id = $1) AS links
JOIN towns AS partners USING (town_id)
LEFT JOIN countries USING (country_code)
CROSS JOIN (SELECT search_key(name) AS wanted FROM towns WHERE town_id = $2) AS other_town
WHERE
    jaro_winkler_similarity(search_key(partners.name), wanted) >= $3
    OR starts_with(search_key(partners.name), wanted || ' ')
ORDER BY jaro_winkler_similarity(search_key(partners.name), wanted) DESC, town_id
LIMIT 4
