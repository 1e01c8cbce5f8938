-- Partners of a town, given its name or id (the best one of find_town); those that may be a district's stand last.
CREATE MACRO partners_of(text) AS TABLE
    WITH
    town AS (
        SELECT * FROM find_town(text) WHERE rank = 1 AND match <> 'similar'
    ),
    sides AS (
        SELECT *, town_a_id AS town_id, town_b_id AS partner_id FROM partnerships
        UNION ALL
        SELECT *, town_b_id AS town_id, town_a_id AS partner_id FROM partnerships
    )
    SELECT
        town.town_id,
        town.name AS town_name,
        town.country_code AS town_country_code,
        town.country_name AS town_country_name,
        matched_name,
        match,
        sides.partner_id,
        partners.name AS partner_name,
        partners.country_code AS partner_country_code,
        countries.name AS partner_country_name,
        form,
        status,
        start_date,
        start_precision,
        start_year,
        end_year,
        distance_km,
        source_count,
        start_agreement,
        may_be_of_district,
        partnership_id
    FROM town
    JOIN sides ON sides.town_id = town.town_id
    JOIN towns AS partners ON partners.town_id = sides.partner_id
    LEFT JOIN countries ON countries.country_code = partners.country_code
    ORDER BY may_be_of_district, partner_name, sides.partner_id;
