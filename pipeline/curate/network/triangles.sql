-- Three towns that are all partners of each other, each three once. The search starts at the town with the fewest
-- partners, so that towns with thousands of partners are cheap: the time is at most proportional to the number of links
-- times its square root (Chiba and Nishizeki 1985, "Arboricity and subgraph listing algorithms").
SELECT first.low, first.high AS middle, second.high
FROM network_links AS first
JOIN network_links AS second ON second.low = first.low AND first.high < second.high
SEMI JOIN network_links AS closing ON closing.low = first.high AND closing.high = second.high;
