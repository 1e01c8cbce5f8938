-- Sets of towns that look like a ring: all or nearly all are partners of each other (completeness); largest first.
CREATE VIEW complete_cliques AS
WITH sizes AS (
    SELECT
        clique_id,
        any_value(group_id) AS group_id,
        count(*) AS town_count,
        count(*) FILTER (is_core) AS core_town_count,
        string_agg(towns.name, ' – ' ORDER BY towns.name, town_id) FILTER (is_core) AS core_towns,
        string_agg(towns.name, ' – ' ORDER BY towns.name, town_id) FILTER (NOT is_core) AS other_towns,
        count(DISTINCT country_code) AS country_count
    FROM town_cliques
    JOIN towns USING (town_id)
    GROUP BY clique_id
),
links AS (
    SELECT
        a.clique_id,
        count(*) AS partnerships,
        count(*) FILTER (status = 'ended') AS ended,
        min(start_year) AS first_year,
        max(start_year) AS last_year
    FROM partnerships
    JOIN town_cliques AS a ON a.town_id = town_a_id
    JOIN town_cliques AS b ON b.town_id = town_b_id AND b.clique_id = a.clique_id
    GROUP BY a.clique_id
)
SELECT
    clique_id,
    core_town_count,
    town_count,
    round(2 * partnerships / (town_count * (town_count - 1)), 2) AS completeness,
    partnerships,
    ended,
    country_count,
    first_year,
    last_year,
    core_towns,
    other_towns,
    group_id,
    partnership_groups.name AS group_name
FROM sizes
JOIN links USING (clique_id)
LEFT JOIN partnership_groups USING (group_id)
ORDER BY core_town_count DESC, town_count DESC, core_towns, clique_id;
