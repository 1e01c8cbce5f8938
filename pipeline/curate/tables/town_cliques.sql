-- A town in a set of towns that are nearly all partners of each other; the set is derived from partnerships.
WITH
sizes AS (
    SELECT clique_id, count(*) AS town_count FROM clique_members GROUP BY clique_id
),
shared_members AS (
    SELECT clique_id, group_id, count(DISTINCT town_id) AS town_count
    FROM clique_members
    JOIN group_members USING (town_id)
    GROUP BY ALL
),
-- A published group explains a set if it contains all or all but one of its towns.
groups AS (
    SELECT clique_id, group_id
    FROM shared_members
    JOIN sizes USING (clique_id)
    WHERE shared_members.town_count >= sizes.town_count - 1
    QUALIFY row_number() OVER (PARTITION BY clique_id ORDER BY shared_members.town_count DESC, group_id) = 1
)
SELECT clique_id, town_id, is_core, group_id
FROM clique_members
LEFT JOIN groups USING (clique_id);
