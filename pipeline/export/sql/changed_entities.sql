-- What differs from the release before: one row for each partnership or town, the most important first.
WITH
named AS (
    SELECT
        'partnership' AS entity,
        partnership_id AS entity_id,
        a.name || ' – ' || b.name AS name,
        town_a_id AS town_id,
        form, status, start_date, start_precision, end_date, end_precision
    FROM partnerships
    JOIN towns AS a ON a.town_id = town_a_id
    JOIN towns AS b ON b.town_id = town_b_id
    UNION ALL BY NAME
    SELECT 'town' AS entity, town_id AS entity_id, name, town_id FROM towns
),
selected AS (
    SELECT 'partnership' AS entity, partnership_id AS entity_id FROM selected_partnerships
    UNION
    SELECT 'town' AS entity, unnest([town_a_id, town_b_id]) AS entity_id
    FROM partnerships
    SEMI JOIN selected_partnerships USING (partnership_id)
),
entities AS (
    SELECT
        entity,
        entity_id,
        change,
        list(column_name ORDER BY column_name) FILTER (column_name IS NOT NULL) AS column_names,
        map_from_entries(
            list((column_name, old_value) ORDER BY column_name) FILTER (column_name IS NOT NULL)
        ) AS old_values,
        map_from_entries(
            list((column_name, new_value) ORDER BY column_name) FILTER (column_name IS NOT NULL)
        ) AS new_values,
        any_value(old_value) AS old_name
    FROM changes
    WHERE
        $is_all
        OR EXISTS (FROM selected WHERE selected.entity = changes.entity AND selected.entity_id = changes.entity_id)
    GROUP BY entity, entity_id, change
),
stated AS (
    SELECT
        partnership_id AS entity_id,
        list_sort(list(DISTINCT title || ' (' || sources.licence || ')')) AS sources,
        -- The page of the claim that a value was taken from, else of any claim.
        arg_min(
            evidence_url, (NOT coalesce(claim_id IN (start_claim_id, status_claim_id, form_claim_id), false), claim_id)
        ) FILTER (
            regexp_matches(evidence_url, $address)
        ) AS evidence_url
    FROM claims
    JOIN sources USING (source_id)
    JOIN partnerships USING (partnership_id)
    GROUP BY partnership_id
)
SELECT
    entities.*, -- noqa: AM04
    coalesce(named.name, entities.old_name) AS name,
    named.* EXCLUDE (entity, entity_id, name), -- noqa: AM04
    stated.sources, stated.evidence_url,
    replacing.name AS new_name
FROM entities
LEFT JOIN named USING (entity, entity_id)
LEFT JOIN stated USING (entity_id)
LEFT JOIN redirects ON redirects.entity = entities.entity AND old_id = entities.entity_id AND change = 'removed'
LEFT JOIN named AS replacing ON replacing.entity = entities.entity AND replacing.entity_id = redirects.new_id
ORDER BY
    entity = 'town',
    CASE
        WHEN list_has_any(column_names, ['status', 'end_date', 'end_precision']) THEN 1
        WHEN change <> 'changed' THEN 2
        WHEN list_has_any(column_names, ['start_date', 'start_precision', 'form', 'name']) THEN 3
        ELSE 4
    END,
    name,
    entity_id
