-- The state that a town belonged to when a partnership began; today's country if no rule says otherwise.
-- Null if the state changed within the start interval, if the rules depend on an unknown region, or if a rule says that
-- the table cannot tell (Berlin from 1945 to 1990).
WITH
starts AS (
    SELECT DISTINCT town_id, start_date, start_precision, interval_end(start_date, start_precision) AS start_last_day
    FROM (
        SELECT town_a_id AS town_id, start_date, start_precision FROM reconciled
        UNION ALL
        SELECT town_b_id AS town_id, start_date, start_precision FROM reconciled
    )
    WHERE start_date IS NOT NULL
),
-- For towns without a first-level division: the division that sources name, if they name only one.
stated_regions AS (
    SELECT town_id, search_key(region) AS hint
    FROM (
        SELECT town_id, town_region_text AS region FROM claims
        UNION
        SELECT partner_id AS town_id, partner_region_text AS region FROM claims
    )
    SEMI JOIN starts USING (town_id)
    SEMI JOIN (FROM towns WHERE admin1_code IS NULL) USING (town_id)
    WHERE region IS NOT NULL
),
stated_divisions AS (
    SELECT town_id, min(divisions.admin1_code) AS admin1_code
    FROM stated_regions
    JOIN towns USING (town_id)
    JOIN divisions USING (hint, country_code)
    WHERE divisions.is_first_level
    GROUP BY town_id
    HAVING count(DISTINCT divisions.admin1_code) = 1
),
starting_towns AS (
    SELECT
        town_id,
        country_code,
        latitude,
        search_key(name) AS name_key,
        coalesce(towns.admin1_code, stated_divisions.admin1_code) AS division
    FROM towns
    LEFT JOIN stated_divisions USING (town_id)
    SEMI JOIN starts USING (town_id)
),
-- Patterns are slow to match, so only names that contain a word of the pattern are matched.
rules AS (
    SELECT *, regexp_extract_all(name_pattern, '[a-z]+') AS name_words FROM former_states
),
valid_rules AS (
    SELECT *
    FROM starts
    JOIN starting_towns USING (town_id)
    JOIN rules USING (country_code)
    WHERE valid_from <= start_last_day AND valid_to > start_date
),
-- Whether a rule applies; null if it depends on an unknown region.
tested_rules AS (
    SELECT
        *,
        CASE
            WHEN admin1_codes IS NULL THEN true
            WHEN division IS NOT NULL THEN list_contains(admin1_codes, division)
        END
        AND (min_latitude IS NULL OR latitude >= min_latitude)
        AND (max_latitude IS NULL OR latitude < max_latitude)
        AND CASE
            WHEN name_pattern IS NULL THEN true
            WHEN list_has_any(name_words, string_split(name_key, ' ')) THEN regexp_full_match(name_key, name_pattern)
            ELSE false
        END AS applies
    FROM valid_rules
),
possible_rules AS (
    SELECT *, coalesce(applies, false) AND valid_from <= start_date AND valid_to > start_last_day AS covers_start
    FROM tested_rules
    -- With an unknown region, a rule without a name may apply.
    WHERE coalesce(applies, name_pattern IS NULL)
),
-- The narrowest rule that covers the whole start interval decides, unless a rule that is at least as narrow covers only
-- a part of it, or may apply.
decided AS (
    SELECT
        town_id,
        start_date,
        start_precision,
        CASE
            WHEN max(narrowness) FILTER (covers_start) > coalesce(max(narrowness) FILTER (NOT covers_start), 0)
                THEN first(state ORDER BY covers_start DESC, narrowness DESC, rule)
        END AS state
    FROM possible_rules
    GROUP BY town_id, start_date, start_precision
)
SELECT
    town_id,
    start_date,
    start_precision,
    CASE WHEN decided.town_id IS NULL THEN countries.name ELSE decided.state END AS state
FROM starts
JOIN towns USING (town_id)
LEFT JOIN decided USING (town_id, start_date, start_precision)
LEFT JOIN countries USING (country_code);
