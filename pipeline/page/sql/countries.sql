-- The countries of the towns of the whole release.
SELECT country_code AS code, alpha_3_code AS alpha_3, name
FROM countries
WHERE country_code IN (SELECT country_code FROM towns)
ORDER BY code
