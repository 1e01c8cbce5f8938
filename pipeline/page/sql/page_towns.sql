-- The selected towns, numbered; coordinates in thousandths of a degree; `partners` counts those of the whole release.
SELECT
    row_number() OVER (ORDER BY town_id) - 1 AS town,
    town_id, name, country_code, population, kind, located_by, wikidata_id,
    round(latitude * 1000)::INTEGER AS y,
    round(longitude * 1000)::INTEGER AS x,
    coalesce(partner_count, 0) AS partners
FROM towns
SEMI JOIN selected_towns USING (town_id)
LEFT JOIN town_network USING (town_id)
ORDER BY town_id
