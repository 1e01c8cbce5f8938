-- Partnerships with an anniversary of every fifth year, oldest first; without dormant, suspended and ended ones.
CREATE MACRO anniversaries(year) AS TABLE
    SELECT
        year - start_year AS anniversary,
        town_a.name AS town_a_name,
        town_a.country_code AS town_a_country_code,
        country_a.name AS town_a_country_name,
        town_b.name AS town_b_name,
        town_b.country_code AS town_b_country_code,
        country_b.name AS town_b_country_name,
        start_date,
        start_precision,
        start_year,
        start_agreement,
        form,
        status,
        town_a_id,
        town_b_id,
        partnership_id
    FROM partnerships
    JOIN towns AS town_a ON town_a.town_id = town_a_id
    JOIN towns AS town_b ON town_b.town_id = town_b_id
    LEFT JOIN countries AS country_a ON country_a.country_code = town_a.country_code
    LEFT JOIN countries AS country_b ON country_b.country_code = town_b.country_code
    WHERE status IN ('active', 'unknown') AND year - start_year >= 5 AND (year - start_year) % 5 = 0
    ORDER BY anniversary DESC, town_a_name, town_b_name, partnership_id;
