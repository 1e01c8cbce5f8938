-- Names of towns in the languages of encyclopedias and references, and how often each is printed.
WITH
-- A register prints the partners' names as they are called there, or both.
declared AS (
    SELECT
        source_id,
        language
    FROM sources
    WHERE language <> 'mul' AND kind IN ('encyclopedia', 'reference')
),
printed AS (
    SELECT
        source_id,
        town_id,
        town_text AS name
    FROM located_claims
    UNION ALL
    SELECT
        source_id,
        partner_id AS town_id,
        partner_text AS name
    FROM located_claims
)
SELECT
    town_id,
    name,
    language,
    count(*) AS printed_count
FROM printed
JOIN declared USING (source_id)
-- With a qualifier it is more than the name.
WHERE NOT regexp_matches(name, '[(),/\[\]–]| - ')
GROUP BY town_id, name, language;
