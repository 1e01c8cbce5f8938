-- The Council of Europe's awards of each town, with the first year of each; the highest award first.
CREATE VIEW award_ladder AS
WITH steps (step, award) AS (
    VALUES (1, 'european_diploma'), (2, 'flag_of_honour'), (3, 'plaque_of_honour'), (4, 'europe_prize')
)
SELECT
    town_id,
    any_value(towns.name) AS town_name,
    any_value(country_code) AS country_code,
    any_value(countries.name) AS country_name,
    arg_max(award, step) AS highest_award,
    min(award_year) FILTER (step = 1) AS european_diploma_year,
    min(award_year) FILTER (step = 2) AS flag_of_honour_year,
    min(award_year) FILTER (step = 3) AS plaque_of_honour_year,
    min(award_year) FILTER (step = 4) AS europe_prize_year,
    -- No award may be later than a higher one. Unknown years are not compared.
    coalesce(european_diploma_year <= least(flag_of_honour_year, plaque_of_honour_year, europe_prize_year), true)
    AND coalesce(flag_of_honour_year <= least(plaque_of_honour_year, europe_prize_year), true)
    AND coalesce(plaque_of_honour_year <= europe_prize_year, true) AS is_in_order
FROM awards
JOIN steps USING (award)
JOIN towns USING (town_id)
LEFT JOIN countries USING (country_code)
GROUP BY town_id
ORDER BY max(step) DESC, town_name, town_id;
