-- The countries of the towns of the whole release.
SELECT DISTINCT country_code AS code
FROM towns
WHERE country_code IS NOT NULL
ORDER BY code
