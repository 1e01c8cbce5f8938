-- A partnership of several towns, or a network.
SELECT
    mint('g', concat_ws(chr(31), source_id, "group")) AS group_id,
    first("group" ORDER BY snapshot_id, row) AS name,
    first(group_kind ORDER BY snapshot_id, row) AS kind,
    first(stated_member_count::BIGINT ORDER BY snapshot_id, row) FILTER (stated_member_count IS NOT NULL)
        AS stated_member_count,
    first(group_since::INTEGER ORDER BY snapshot_id, row) FILTER (group_since IS NOT NULL) AS since_year,
    first(source_id ORDER BY snapshot_id, row) AS source_id,
    first(snapshot_id ORDER BY snapshot_id, row) AS snapshot_id,
    first(locator ORDER BY snapshot_id, row) AS locator,
    first(publisher ORDER BY snapshot_id, row) AS publisher,
    first(evidence_url ORDER BY snapshot_id, row) AS evidence_url,
    first(note ORDER BY snapshot_id, row) AS note
FROM located_members
GROUP BY group_id;
