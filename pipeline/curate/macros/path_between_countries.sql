-- The path over the fewest partnerships from any town of one country to any of another; given as names or codes.
CREATE MACRO path_between_countries(a, b) AS TABLE
    WITH RECURSIVE
    ends AS (
        SELECT town_id, is_origin
        FROM towns
        JOIN (
            SELECT
                country_code,
                search_key(a) IN (search_key(name), lower(country_code), lower(alpha_3_code)) AS is_origin,
                search_key(b) IN (search_key(name), lower(country_code), lower(alpha_3_code)) AS is_target
            FROM countries
            WHERE is_origin <> is_target
        ) USING (country_code)
    ),
    links AS MATERIALIZED (
        SELECT town_a_id AS from_id, town_b_id AS to_id, partnership_id FROM partnerships
        UNION ALL
        SELECT town_b_id AS from_id, town_a_id AS to_id, partnership_id FROM partnerships
    ),
    -- Breadth-first search from the target, as in path_between.
    layers (town_id, hops, is_new) AS (
        SELECT town_id, 0, true FROM ends WHERE NOT is_origin
        UNION ALL
        (
            WITH next AS (
                SELECT DISTINCT to_id, hops + 1 AS hops
                FROM layers JOIN links ON from_id = town_id
                WHERE
                    is_new
                    AND to_id NOT IN (SELECT town_id FROM layers)
                    AND NOT EXISTS (FROM layers JOIN ends USING (town_id) WHERE is_origin)
            )
            SELECT to_id, hops, true FROM next
            UNION ALL
            SELECT town_id, hops, false FROM layers WHERE is_new AND EXISTS (FROM next)
        )
    ),
    -- Back from the first town of the origin, each time to the nearer neighbour with the first id.
    steps (step, town_id, partnership_id, hops) AS (
        SELECT 0, min(town_id), NULL::VARCHAR, any_value(hops)
        FROM layers JOIN ends USING (town_id)
        WHERE is_new AND is_origin
        HAVING count(*) > 0
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
