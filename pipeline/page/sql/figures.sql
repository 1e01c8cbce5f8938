-- The headline figures of the release, in one row.
SELECT
    (SELECT count(*) FROM partnerships) AS partnerships,
    (SELECT count(*) FROM towns) AS towns,
    (SELECT count(DISTINCT country_code) FROM towns) AS countries,
    (SELECT count(*) FROM claims) AS claims,
    (SELECT count(*) FROM town_names) AS names,
    (SELECT count(*) FROM partnerships WHERE start_precision <> 'unknown') AS dated,
    (SELECT count(*) FROM partnerships WHERE family_count > 1) AS independently_confirmed,
    (SELECT count(*) FROM partnerships WHERE start_agreement = 'conflict') AS disputed,
    (SELECT count(*) FROM partnerships WHERE start_agreement = 'agree') AS agreed,
    (SELECT count(*) FROM partnerships WHERE is_domestic) AS domestic,
    (SELECT count(*) FROM partnerships WHERE status = 'unknown') AS unknown_status,
    (SELECT count(*) FROM partnerships WHERE status = 'ended') AS ended,
    (
        -- As many as `one_sided_partnerships` has, without who stated each.
        SELECT count(DISTINCT partnership_id)
        FROM claims
        SEMI JOIN (FROM sources WHERE directions = 'both') AS both_sides USING (source_id)
        SEMI JOIN (FROM partnerships WHERE NOT stated_by_both) AS not_by_both USING (partnership_id)
    ) AS one_sided,
    (SELECT count(*) FROM partnerships WHERE stated_by_both IS NOT NULL) AS sides_known,
    (SELECT count(*) FROM towns WHERE located_by = 'not_located') AS not_located,
    (SELECT count(*) FROM towns WHERE located_by <> 'not_located' AND latitude IS NULL) AS without_coordinates,
    (SELECT count(*) FROM rejects) AS rejects,
    (SELECT count(*) FROM findings) AS findings,
    (SELECT count(*) FROM findings WHERE rule = 'suspect_value' AND action = 'nulled') AS placeholders,
    (SELECT count(DISTINCT source_id) FROM claims) AS sources_with_claims
