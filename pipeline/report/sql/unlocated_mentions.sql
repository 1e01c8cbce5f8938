-- The mentions that could not be located, how many claims have each, and why.
WITH mentions AS (
    SELECT source_id, town_text AS text, town_country_text AS country, town_id, town_located_by AS located_by
    FROM claims
    UNION ALL
    SELECT source_id, partner_text, partner_country_text, partner_id, partner_located_by
    FROM claims
),
candidates AS (
    SELECT town_id, count(*) AS candidates
    FROM location_candidates
    GROUP BY town_id
)
SELECT
    count(*) AS claims,
    text,
    country,
    kind,
    CASE
        WHEN mentions.located_by = 'identifier' THEN 'only its identifier is known'
        WHEN candidates > 1 THEN candidates || ' places have the name, and nothing tells which'
        WHEN candidates = 1 THEN 'a place has the name, but something contradicts it'
        WHEN kind <> 'municipality' THEN 'stated to be a ' || kind || ': the gazetteer has only towns'
        ELSE 'no place of that name in the gazetteer'
    END AS why
FROM mentions
JOIN towns USING (town_id)
LEFT JOIN candidates USING (town_id)
WHERE latitude IS NULL AND source_id = coalesce($1, source_id)
GROUP BY text, country, kind, why
ORDER BY claims DESC, text, country NULLS FIRST, kind, why
