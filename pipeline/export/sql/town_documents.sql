-- All that is known of each town: a row is a document, a column one of its members, in no order.
WITH
selected AS (
    SELECT partnerships.* FROM partnerships SEMI JOIN selected_partnerships USING (partnership_id)
),
ends AS (
    SELECT town_a_id AS town_id, town_b_id AS partner_id, partnership_id FROM selected
    UNION ALL
    SELECT town_b_id AS town_id, town_a_id AS partner_id, partnership_id FROM selected
),
chosen_towns AS (
    FROM towns WHERE $is_all OR town_id IN (SELECT town_id FROM ends)
),
names_of_language AS (
    -- `und` is what BCP 47 has for a language that is not known.
    SELECT town_id, coalesce(language, 'und') AS language, list(name ORDER BY NOT is_preferred, name) AS names
    FROM town_names
    GROUP BY ALL
),
names_of_town AS (
    SELECT town_id, map_from_entries(list((language, names) ORDER BY language)) AS names
    FROM names_of_language
    GROUP BY town_id
),
-- Claims and partners become JSON early: lists of large structs take three times as long to put in order.
claims_of_partnership AS (
    SELECT
        partnership_id,
        to_json(list(struct_pack(
            claim_id, source_id, locator, town_text, partner_text, form, status, start_event, start_text, start_date,
            start_precision, end_text, end_date, end_precision, end_cause, url := coalesce(evidence_url, sources.url)
        ) ORDER BY source_id, claim_id)) AS claims
    FROM claims
    JOIN sources USING (source_id)
    SEMI JOIN selected USING (partnership_id)
    GROUP BY partnership_id
),
partners_of_town AS (
    SELECT
        ends.town_id,
        list(to_json(struct_pack(
            partnership_id, town_id := partner_id, partner.name, partner.country_code, partner.latitude,
            partner.longitude, form, status, start_date, start_precision, start_year, end_date, end_precision, end_year,
            end_cause, start_agreement, source_count, family_count, distance_km, claims
        )) ORDER BY partner.name, partner_id) AS partners
    FROM ends
    JOIN selected USING (partnership_id)
    JOIN claims_of_partnership USING (partnership_id)
    JOIN towns AS partner ON partner.town_id = partner_id
    GROUP BY ends.town_id
),
groups_of_town AS (
    SELECT
        town_id,
        list(struct_pack(
            group_id, g.name, g.kind, m.since_year, m.until_year, m.source_id, m.locator, url := m.evidence_url
        ) ORDER BY g.name, group_id, m.source_id, m.locator) AS groups
    FROM group_members AS m
    JOIN partnership_groups AS g USING (group_id)
    WHERE town_id IS NOT NULL
    GROUP BY town_id
),
awards_of_town AS (
    SELECT
        town_id,
        list(
            struct_pack(award, award_year, source_id, locator, url := evidence_url)
            ORDER BY award_year, award, source_id, locator
        ) AS awards
    FROM awards
    WHERE town_id IS NOT NULL
    GROUP BY town_id
),
former_ids AS (
    SELECT new_id AS town_id, list(old_id ORDER BY old_id) AS former_ids
    FROM redirects
    WHERE entity = 'town'
    GROUP BY new_id
),
used_sources AS (
    SELECT ends.town_id, source_id FROM ends JOIN claims USING (partnership_id)
    UNION
    SELECT town_id, source_id FROM group_members
    UNION
    SELECT town_id, source_id FROM awards
    UNION
    -- Gazetteers give names and coordinates.
    SELECT town_id, source_id FROM towns, sources WHERE sources.kind = 'gazetteer' AND is_used
),
credits_of_town AS (
    SELECT town_id, list(struct_pack(source_id, title, licence, attribution, url) ORDER BY source_id) AS credits
    FROM used_sources
    JOIN sources USING (source_id)
    GROUP BY town_id
)
SELECT
    town_id,
    chosen_towns AS town,
    coalesce(former_ids, []) AS former_ids,
    coalesce(names, map()) AS names,
    to_json(coalesce(partners, [])) AS partners,
    coalesce(groups, []) AS groups,
    coalesce(awards, []) AS awards,
    release_id,
    credits
FROM chosen_towns
CROSS JOIN release
LEFT JOIN former_ids USING (town_id)
LEFT JOIN names_of_town USING (town_id)
LEFT JOIN partners_of_town USING (town_id)
LEFT JOIN groups_of_town USING (town_id)
LEFT JOIN awards_of_town USING (town_id)
JOIN credits_of_town USING (town_id)
