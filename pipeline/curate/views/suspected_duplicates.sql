-- Towns that may be the same: two partners of one town with the same name, at least one of them without coordinates.
CREATE VIEW suspected_duplicates AS
WITH
named AS (
    SELECT town_id, towns.name, country_code, latitude, search_key
    FROM towns
    JOIN town_names USING (town_id)
    WHERE is_preferred AND kind = 'municipality' AND search_key <> ''
),
namesakes AS (
    SELECT
        a.town_id,
        b.town_id AS other_id,
        a.name AS town_name,
        b.name AS other_name,
        a.country_code,
        b.country_code AS other_country_code
    FROM named AS a
    JOIN named AS b ON b.search_key = a.search_key AND a.town_id < b.town_id
    WHERE
        (a.latitude IS NULL OR b.latitude IS NULL)
        AND (a.country_code IS NULL OR b.country_code IS NULL OR a.country_code = b.country_code)
),
links AS (
    SELECT town_a_id AS town_id, town_b_id AS partner_id FROM partnerships
    UNION ALL
    SELECT town_b_id AS town_id, town_a_id AS partner_id FROM partnerships
)
SELECT
    namesakes.town_id,
    other_id,
    any_value(town_name) AS town_name,
    any_value(other_name) AS other_name,
    any_value(country_code) AS country_code,
    any_value(other_country_code) AS other_country_code,
    count(*) AS shared_partners,
    min(a.partner_id) AS shared_partner_id
FROM namesakes
JOIN links AS a ON a.town_id = namesakes.town_id
JOIN links AS b ON b.town_id = other_id AND b.partner_id = a.partner_id
GROUP BY namesakes.town_id, other_id
ORDER BY shared_partners DESC, namesakes.town_id, other_id;
