-- The path between two towns over the fewest partnerships, including ended ones; towns are given as names or ids.
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
    -- Breadth-first search from the target. Neighbours of a layer are in this layer, the next or the previous one, so
    -- two layers are enough to know what is new. (With USING KEY, older clients could not open the file.)
    layers (town_id, hops, is_new) AS (
        SELECT target_id, 0, true FROM ends
        UNION ALL
        (
            WITH next AS (
                SELECT DISTINCT to_id, hops + 1 AS hops
                FROM layers JOIN links ON from_id = town_id
                WHERE
                    is_new
                    AND to_id NOT IN (SELECT town_id FROM layers)
                    AND NOT EXISTS (FROM layers JOIN ends ON town_id = origin_id)
            )
            SELECT to_id, hops, true FROM next
            UNION ALL
            SELECT town_id, hops, false FROM layers WHERE is_new AND EXISTS (FROM next)
        )
    ),
    -- Back from the origin, each time to the nearer neighbour with the first id, so that the path is unique.
    steps (step, town_id, partnership_id, hops) AS (
        SELECT 0, town_id, NULL::VARCHAR, hops
        FROM layers JOIN ends ON town_id = origin_id
        WHERE is_new
        UNION ALL
        SELECT any_value(step) + 1, min(to_id), arg_min(links.partnership_id, to_id), any_value(nearer.hops)
        FROM steps
        JOIN links ON from_id = steps.town_id
        JOIN layers AS nearer ON nearer.is_new AND nearer.town_id = to_id AND nearer.hops = steps.hops - 1
        HAVING count(*) > 0
    )
    SELECT
        step,
        town_id,
        towns.name,
        country_code,
        countries.name AS country_name,
        partnership_id,
        form,
        status,
        start_year
    FROM steps
    JOIN towns USING (town_id)
    LEFT JOIN countries USING (country_code)
    LEFT JOIN partnerships USING (partnership_id)
    ORDER BY step;
