-- Whether the whole release is certain to fit: an upper bound of the page's size, from the heights of the tables alone.
SELECT
    partnerships <= $partnerships
    AND $bytes >= (
        $partnership_bytes * partnerships + $claim_bytes * claims + $town_bytes * towns + $name_bytes * names
    )
FROM (
    SELECT
        (SELECT count(*) FROM partnerships) AS partnerships,
        (SELECT count(*) FROM claims) AS claims,
        (SELECT count(*) FROM towns) AS towns,
        (SELECT count(*) FROM town_names) AS names
)
