-- Towns that may be one: two partners of the same town that bear the same name, of which at least one is not placed.
CREATE VIEW suspected_duplicates AS
WITH links AS (
    SELECT town_a_id AS town_id, town_b_id AS partner_id FROM partnerships
    UNION ALL
    SELECT town_b_id, town_a_id FROM partnerships
), partners AS (
    SELECT links.town_id, links.partner_id, towns.name, towns.country_code, towns.located_by, towns.latitude,
           search_key(towns.name) AS search_key
    FROM links JOIN towns ON towns.town_id = links.partner_id
    WHERE towns.kind = 'municipality'
)
SELECT a.partner_id AS town_id, b.partner_id AS other_id, any_value(a.name) AS town_name, any_value(b.name) AS other_name,
       any_value(a.country_code) AS country_code, any_value(b.country_code) AS other_country_code,
       count(*) AS shared_partners, min(a.town_id) AS shared_partner_id
FROM partners a JOIN partners b ON a.town_id = b.town_id AND a.search_key = b.search_key AND a.partner_id < b.partner_id
WHERE a.search_key <> ''
  AND (a.latitude IS NULL OR b.latitude IS NULL)
  AND (a.country_code IS NULL OR b.country_code IS NULL OR a.country_code = b.country_code)
GROUP BY a.partner_id, b.partner_id
ORDER BY shared_partners DESC, town_id, other_id;
