-- The selected partnerships, with their towns and the ids of their sources.
SELECT
    p.*, -- noqa: AM04
    a.name AS town_a_name, a.country_code AS town_a_country_code,
    a.latitude AS town_a_latitude, a.longitude AS town_a_longitude,
    b.name AS town_b_name, b.country_code AS town_b_country_code,
    b.latitude AS town_b_latitude, b.longitude AS town_b_longitude,
    s.sources
FROM partnerships AS p
JOIN towns AS a ON a.town_id = p.town_a_id
JOIN towns AS b ON b.town_id = p.town_b_id
JOIN (
    SELECT partnership_id, list(DISTINCT source_id ORDER BY source_id) AS sources FROM claims GROUP BY partnership_id
) AS s USING (partnership_id)
SEMI JOIN selected_partnerships USING (partnership_id)
ORDER BY partnership_id
