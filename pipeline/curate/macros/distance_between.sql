-- The great-circle distance in km between two places, given their latitudes and longitudes in degrees.
CREATE MACRO distance_between(latitude_a, longitude_a, latitude_b, longitude_b) AS
-- `least` ignores nulls; the sum can be slightly more than 1 through rounding.
CASE WHEN latitude_a + longitude_a + latitude_b + longitude_b IS NOT NULL THEN 2 * 6371.0088 * asin(sqrt(least(
    1,
    sin(radians(latitude_b - latitude_a) / 2) ** 2
    + cos(radians(latitude_a)) * cos(radians(latitude_b)) * sin(radians(longitude_b - longitude_a) / 2) ** 2
))) END;
