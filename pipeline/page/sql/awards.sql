-- The awards of the selected towns.
SELECT town, award, award_year
FROM awards
JOIN page_towns USING (town_id)
ORDER BY ALL NULLS LAST
