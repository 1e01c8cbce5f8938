-- Number of partnerships of each country with each other country and with itself: each counts once for either country.
CREATE VIEW country_partners AS
WITH sides AS (
    SELECT
        country_a AS country_code,
        country_a_name AS country_name,
        country_b AS partner_country_code,
        country_b_name AS partner_country_name,
        partnerships,
        active,
        ended,
        dated,
        first_year,
        last_year
    FROM country_pairs
    UNION ALL
    SELECT
        country_b AS country_code,
        country_b_name AS country_name,
        country_a AS partner_country_code,
        country_a_name AS partner_country_name,
        partnerships,
        active,
        ended,
        dated,
        first_year,
        last_year
    FROM country_pairs
    WHERE country_a IS DISTINCT FROM country_b
)
SELECT *
FROM sides
ORDER BY country_name ASC NULLS LAST, partnerships DESC, partner_country_code ASC NULLS LAST;
