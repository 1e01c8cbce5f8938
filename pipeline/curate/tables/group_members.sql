-- A town's membership of a group; a row without a town only states the group.
SELECT
    mint('g', concat_ws(chr(31), source_id, "group")) AS group_id,
    town_id,
    town AS town_text,
    since::INTEGER AS since_year,
    until::INTEGER AS until_year,
    source_id,
    locator,
    publisher,
    evidence_url,
    note
FROM located_members
WHERE town IS NOT NULL;
