-- The selected partnerships, numbered, with the numbers of their towns.
SELECT
    row_number() OVER (ORDER BY town_a.town, town_b.town) - 1 AS link,
    town_a.town AS a,
    town_b.town AS b,
    partnership_id, start_claim_id, form, status, start_date, start_precision, end_date, end_precision, end_cause,
    start_agreement, state_a_at_start, state_b_at_start, family_count, stated_by_both
FROM partnerships
SEMI JOIN selected_partnerships USING (partnership_id)
JOIN page_towns AS town_a ON town_a.town_id = town_a_id
JOIN page_towns AS town_b ON town_b.town_id = town_b_id
ORDER BY link
