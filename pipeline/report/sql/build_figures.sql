-- The headline figures of a release, in one row.
SELECT
    (SELECT release_id FROM release) AS release_id,
    (SELECT count(*) FROM partnerships) AS partnerships,
    (SELECT count(start_date) FROM partnerships) AS with_start,
    (SELECT count(*) FROM partnerships WHERE start_agreement = 'conflict') AS conflicts,
    (SELECT count(*) FROM towns) AS towns,
    (SELECT count(latitude) FROM towns) AS towns_placed,
    (SELECT count(DISTINCT country_code) FROM towns) AS countries,
    (SELECT count(*) FROM claims) AS claims,
    (SELECT count(*) FROM rejects) AS rejects,
    (SELECT count(*) FROM findings) AS findings,
    -- An example for a query; null if no town has a partner.
    (
        SELECT name FROM town_network JOIN towns USING (town_id) ORDER BY partner_count DESC, town_id LIMIT 1
    ) AS best_connected
