-- Partnerships with different forms in one year or without dates. Forms in different years are not a conflict.
WITH
first_years AS (
    SELECT partnership_id, form, min(year(start_date)) AS year
    FROM counted_claims
    WHERE form <> 'unspecified'
    GROUP BY partnership_id, form
)
SELECT partnership_id
FROM first_years
GROUP BY partnership_id
HAVING count(*) > 1 AND count(DISTINCT year) < count(*);
