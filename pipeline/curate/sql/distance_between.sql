-- The great-circle distance in km between two places, given the latitude and longitude of each in degrees.
CREATE MACRO distance_between(latitude_a, longitude_a, latitude_b, longitude_b) AS
2 * 6371.0088 * asin(least(1, sqrt(
    sin(radians(latitude_b - latitude_a) / 2) ** 2
    + cos(radians(latitude_a)) * cos(radians(latitude_b)) * sin(radians(longitude_b - longitude_a) / 2) ** 2
)));
