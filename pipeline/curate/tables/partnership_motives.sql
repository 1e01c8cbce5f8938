-- A reason why two towns may have found each other: stated by a source, or derived from names and distance.
WITH
stated AS (
    SELECT DISTINCT partnership_id, motive, 'stated' AS basis, claim_id AS evidence
    FROM claims
    WHERE motive IS NOT NULL
),
namesakes AS (
    SELECT partnership_id, 'same_name' AS motive, 'derived' AS basis, evidence FROM similar_names
),
located_towns AS (
    SELECT town_id, country_code
    FROM towns
    -- Coordinates of a single source are not reliable, and a county or region has no exact position.
    WHERE
        located_by NOT IN ('source_coordinates', 'not_located')
        AND kind IN ('municipality', 'district')
        AND country_code IS NOT NULL
),
nearby AS (
    SELECT
        partnership_id,
        distance_km,
        is_domestic,
        least(town_a.country_code, town_b.country_code) AS country_a,
        greatest(town_a.country_code, town_b.country_code) AS country_b
    FROM partnerships
    JOIN located_towns AS town_a ON town_a.town_id = town_a_id
    JOIN located_towns AS town_b ON town_b.town_id = town_b_id
    -- Of 10,000 pairs of towns in neighbouring countries in the full lists, 1,845 are partners if they are up to 10 km
    -- apart, 387 from 10 to 20 km, 77 from 40 to 50 km, and 6 from 150 to 200 km, where distance is no reason any more.
    -- Up to 50 km, the share is at least ten times as high as in this last band. Within a country, the last band has
    -- 1.2 partners in 10,000 pairs; only the first band, with 7, is clearly above it.
    WHERE distance_km <= CASE WHEN is_domestic THEN 10 ELSE 50 END
),
neighbours AS (
    SELECT
        partnership_id,
        'neighbours' AS motive,
        'derived' AS basis,
        distance_km || ' km, ' || CASE
            WHEN is_domestic THEN 'within ' || country_a
            WHEN borders.country_a IS NOT NULL THEN 'across the border ' || nearby.country_a || '–' || nearby.country_b
            ELSE 'abroad ' || nearby.country_a || '–' || nearby.country_b || ', no border on land'
        END AS evidence
    FROM nearby
    LEFT JOIN country_borders AS borders USING (country_a, country_b)
)
FROM stated
UNION ALL
FROM namesakes
UNION ALL
FROM neighbours;
