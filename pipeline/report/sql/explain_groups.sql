-- The groups that two towns both belong to.
SELECT
    group_id, name, kind, stated_member_count,
    a.since_year AS town_a_since,
    a.until_year AS town_a_until,
    b.since_year AS town_b_since,
    b.until_year AS town_b_until,
    partnership_groups.source_id, partnership_groups.locator
FROM group_members AS a
JOIN group_members AS b USING (group_id)
JOIN partnership_groups USING (group_id)
WHERE a.town_id = $1 AND b.town_id = $2
ORDER BY name, group_id, a.locator, b.locator
