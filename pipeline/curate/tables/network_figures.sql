-- A figure of network science about the network that all partnerships form.
-- Sums of decimals and whole numbers are exact, so no figure depends on the order in which threads add.
WITH
sides AS (
    SELECT town_a_id AS town_id, town_b_id AS partner_id FROM partnerships
    UNION ALL
    SELECT town_b_id AS town_id, town_a_id AS partner_id FROM partnerships
),
-- Both ends have the same distribution, as every partnership is counted from both of its towns.
degree_sums AS (
    SELECT
        count(*) AS sides,
        sum(towns.partner_count) AS total,
        sum(towns.partner_count * towns.partner_count) AS squares,
        sum(towns.partner_count * partners.partner_count) AS products
    FROM sides
    JOIN town_network AS towns USING (town_id)
    JOIN town_network AS partners ON partners.town_id = sides.partner_id
),
degree_correlation AS (
    SELECT (sides * products - total * total) / nullif(sides * squares - total * total, 0) AS assortativity
    FROM degree_sums
),
country_sides AS (
    SELECT town_a.country_code AS country_a, town_b.country_code AS country_b
    FROM partnerships
    JOIN towns AS town_a ON town_a.town_id = town_a_id
    JOIN towns AS town_b ON town_b.town_id = town_b_id
),
network AS (
    SELECT
        count(*) AS towns,
        (SELECT count(*) FROM partnerships) AS partnerships,
        round(avg(partner_count), 4) AS mean_partners,
        max(partner_count) AS most_partners,
        coalesce(max(component), 0) AS components,
        nullif(count(*) FILTER (component = 1), 0) AS largest_component_towns,
        round(count(*) FILTER (component = 1) / nullif(count(*), 0), 4) AS largest_component_share,
        CASE WHEN count(*) > 0 THEN sum(triangle_count)::BIGINT // 3 END AS triangles,
        round(sum(triangle_count) / nullif(sum(partner_count * (partner_count - 1) // 2), 0), 4) AS clustering,
        round(avg(coalesce(clustering, 0)::DECIMAL(18, 12)), 4) AS mean_local_clustering,
        -- If all towns have the same number of partners, the correlation is not defined.
        (SELECT round(assortativity, 4) FROM degree_correlation) AS assortativity,
        (
            SELECT count(DISTINCT country)
            FROM (SELECT unnest([country_a, country_b]) AS country FROM country_sides)
        ) AS countries,
        (
            SELECT count(*)
            FROM (
                SELECT DISTINCT least(country_a, country_b), greatest(country_a, country_b)
                FROM country_sides
                WHERE country_a <> country_b
            )
        ) AS country_pairs,
        (SELECT round(avg(is_domestic::INTEGER), 4) FROM partnerships) AS domestic_share,
        (SELECT round(avg(distance_km::DECIMAL(9, 1)), 1) FROM partnerships) AS mean_distance,
        (SELECT round(median(distance_km), 1) FROM partnerships) AS median_distance
    FROM town_network
),
figures AS (
    SELECT figure, value, NULL::DOUBLE AS standard_error
    FROM (UNPIVOT (SELECT COLUMNS(*)::DOUBLE FROM network) ON COLUMNS(*) INTO NAME figure VALUE value)
    UNION ALL
    FROM path_figures
),
descriptions (figure, unit, note) AS (
    VALUES
    ('towns', 'town', 'Towns and other bodies with a partnership.'),
    ('partnerships', 'partnership', 'Partnerships of every status, each once.'),
    ('mean_partners', 'town', 'Mean number of partners of a town (average degree).'),
    ('most_partners', 'town', 'Largest number of partners of a town (maximum degree).'),
    ('components', 'component', 'Sets of towns between which there is a path, and none leads out.'),
    ('largest_component_towns', 'town', 'Towns of the largest component.'),
    ('largest_component_share', NULL, 'Share of the towns that are in the largest component.'),
    ('triangles', 'triangle', 'Three towns of which each two are partners.'),
    ('clustering', NULL, 'Share of the pairs of partners of one town that are partners too (transitivity).'),
    (
        'mean_local_clustering',
        NULL,
        'Mean over the towns of that share for each; 0 for a town of one partner.'
    ),
    (
        'assortativity',
        NULL,
        'Correlation of the two towns'' numbers of partners over all partnerships (Newman 2002).'
    ),
    ('mean_steps', 'step', 'Mean shortest path in the largest component.'),
    ('median_steps', 'step', 'Median of these shortest paths.'),
    ('most_steps', 'step', 'Longest of these shortest paths: the diameter.'),
    ('countries', 'country', 'Countries with a partnership.'),
    ('country_pairs', 'pair', 'Pairs of countries with a partnership between them.'),
    ('domestic_share', NULL, 'Share of domestic partnerships among those whose countries are known.'),
    ('mean_distance', 'km', 'Mean great-circle distance between partners, where both towns are located.'),
    ('median_distance', 'km', 'Median of these distances.')
)
SELECT
    figure,
    value,
    CASE WHEN standard_error IS NULL THEN unit ELSE unit || ', sampled' END AS unit,
    standard_error,
    CASE WHEN standard_error IS NULL THEN note ELSE note || ' Estimated from some of the towns.' END AS note
FROM figures
JOIN descriptions USING (figure);
