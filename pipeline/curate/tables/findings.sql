-- A value that was noted, nulled or corrected; an award before a lower one; a set of towns that looks like a ring.
WITH
dated_awards AS (
    SELECT *, award::award_order AS step FROM awards WHERE award_year IS NOT NULL
),
-- A town can get an award more than once. The first one counts.
first_steps AS (
    SELECT town_id, step, min(award_year) AS award_year FROM dated_awards GROUP BY town_id, step
),
-- An award before a lower one is noted, not rejected: one of the years may be wrong, but both awards were given.
award_order AS (
    SELECT
        source_id,
        snapshot_id,
        locator,
        'award_year' AS column_name,
        'award_order' AS rule,
        'warning' AS severity,
        concat(award, ' ', dated_awards.award_year, ', before ', lower.step, ' ', lower.award_year) AS raw_value,
        'kept' AS action
    FROM dated_awards
    JOIN first_steps AS lower USING (town_id)
    WHERE lower.step < dated_awards.step AND dated_awards.award_year < lower.award_year
),
set_members AS (
    SELECT clique_id AS set_id, town_id FROM town_cliques WHERE is_core
    UNION ALL
    SELECT component::VARCHAR AS set_id, town_id FROM dense_components
),
set_texts AS (
    SELECT
        clique_id AS set_id,
        'complete_clique' AS rule,
        string_agg(name, ' – ' ORDER BY name, town_id) AS raw_value
    FROM town_cliques
    JOIN towns USING (town_id)
    WHERE is_core
    GROUP BY clique_id
    UNION ALL
    SELECT
        component::VARCHAR AS set_id,
        'cliques_not_searched' AS rule,
        concat(count(*), ' towns, ', any_value(links), ' links: too dense to list the cliques') AS raw_value
    FROM dense_components
    GROUP BY component
),
-- The source that states the most links between the towns of a set.
set_sources AS (
    SELECT town.set_id, source_id
    FROM claims
    JOIN set_members AS town USING (town_id)
    JOIN set_members AS partner ON partner.town_id = partner_id AND partner.set_id = town.set_id
    GROUP BY town.set_id, source_id
    QUALIFY row_number() OVER (PARTITION BY town.set_id ORDER BY count(DISTINCT partnership_id) DESC, source_id) = 1
),
complete_sets AS (
    SELECT
        source_id,
        NULL AS snapshot_id,
        NULL AS locator,
        'partner' AS column_name,
        rule,
        'info' AS severity,
        raw_value,
        'kept' AS action
    FROM set_texts
    JOIN set_sources USING (set_id)
)
SELECT source_id, snapshot_id, locator, column_name, rule, severity, raw_value, action FROM earlier_findings
UNION ALL
FROM award_order
UNION ALL
FROM complete_sets;
