-- The towns of the selected partnerships, and towns without a partner.
SELECT town_a_id AS town_id FROM selected_partnerships
UNION
SELECT town_b_id FROM selected_partnerships
UNION
(SELECT town_id FROM towns ANTI JOIN town_network USING (town_id) ORDER BY town_id LIMIT $partnerships)
