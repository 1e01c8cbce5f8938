-- A country or territory of today.
SELECT country_code, alpha_3_code, name, continent, is_eu_member
FROM countries_of_today
