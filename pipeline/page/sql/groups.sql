-- The groups of the selected towns.
SELECT town, partnership_groups.name, partnership_groups.kind
FROM group_members
JOIN page_towns USING (town_id)
JOIN partnership_groups USING (group_id)
ORDER BY ALL NULLS LAST
