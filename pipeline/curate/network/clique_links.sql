-- Partnerships that are in enough triangles to be in a clique of $size towns.
WITH
-- Triangles of towns with enough partners; the first town of a triangle has the fewest.
large_triangles AS (
    SELECT low, middle, high
    FROM triangles
    JOIN network_towns ON node = low
    WHERE partner_count >= $size - 1
),
sides AS (
    SELECT low, middle AS high FROM large_triangles
    UNION ALL
    SELECT low, high FROM large_triangles
    UNION ALL
    SELECT middle AS low, high FROM large_triangles
)
SELECT low, high
FROM sides
GROUP BY low, high
HAVING count(*) >= $size - 2
ORDER BY low, high;
