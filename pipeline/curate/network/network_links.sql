-- Partnerships between numbered towns, from the town with fewer partners to the one with more.
SELECT least(town_a.node, town_b.node) AS low, greatest(town_a.node, town_b.node) AS high
FROM partnerships
JOIN network_towns AS town_a ON town_a.town_id = town_a_id
JOIN network_towns AS town_b ON town_b.town_id = town_b_id;
