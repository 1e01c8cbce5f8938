-- How to get from one town to another over the fewest partnerships, ended ones too, given names or ids.
CREATE MACRO path_between(a, b) AS TABLE
WITH RECURSIVE
ends AS (
    SELECT origin.town_id AS origin_id, target.town_id AS target_id
    FROM find_town(a) AS origin, find_town(b) AS target
    WHERE origin.rank = 1 AND origin.match <> 'similar' AND target.rank = 1 AND target.match <> 'similar'
),
links AS MATERIALIZED (
    SELECT town_a_id AS from_id, town_b_id AS to_id, partnership_id FROM partnerships
    UNION ALL
    SELECT town_b_id AS from_id, town_a_id AS to_id, partnership_id FROM partnerships
),
-- Outwards from the target, ring by ring. Neighbours of a ring lie in it, in the next or in the one before:
-- two rings are all that must be kept in mind. (USING KEY would keep older clients from opening the file.)
rings(town_id, hops, is_new) AS (
    SELECT target_id, 0, true FROM ends
    UNION ALL
    (
        WITH next AS (
            SELECT DISTINCT to_id, hops + 1 AS hops
            FROM rings JOIN links ON from_id = town_id
            WHERE is_new
                AND to_id NOT IN (SELECT town_id FROM rings)
                AND NOT EXISTS (FROM rings JOIN ends ON town_id = origin_id)
        )
        SELECT to_id, hops, true FROM next
        UNION ALL
        SELECT town_id, hops, false FROM rings WHERE is_new AND EXISTS (FROM next)
    )
),
-- Back from the origin: always to the nearer neighbour whose id sorts first, so that ties are settled.
steps(step, town_id, partnership_id, hops) AS (
    SELECT 0, town_id, NULL::VARCHAR, hops
    FROM rings JOIN ends ON town_id = origin_id
    WHERE is_new
    UNION ALL
    SELECT any_value(step) + 1, min(to_id), arg_min(links.partnership_id, to_id), any_value(nearer.hops)
    FROM steps
    JOIN links ON from_id = steps.town_id
    JOIN rings AS nearer ON nearer.is_new AND nearer.town_id = to_id AND nearer.hops = steps.hops - 1
    HAVING count(*) > 0
)
SELECT step, town_id, name, country_code, partnership_id, form, status, start_year
FROM steps
JOIN towns USING (town_id)
LEFT JOIN partnerships USING (partnership_id)
ORDER BY step;
