-- For each source: its rows, claims, partnerships and towns, and the partnerships that only it states.
CREATE VIEW source_coverage AS
WITH
row_counts AS (
    SELECT
        source_id,
        sum(rows_read)::BIGINT AS rows_read,
        sum(rows_used)::BIGINT AS rows_used,
        sum(rows_rejected)::BIGINT AS rows_rejected,
        sum(rows_ignored)::BIGINT AS rows_ignored
    FROM ledger
    GROUP BY source_id
),
snapshot_counts AS (
    SELECT source_id, count(*) AS snapshots FROM snapshots GROUP BY source_id
),
stated_pairs AS (
    SELECT source_id, partnership_id, count(*) AS claims, count(start_date) AS dated_claims
    FROM claims
    GROUP BY source_id, partnership_id
),
claim_counts AS (
    SELECT
        source_id,
        sum(claims)::BIGINT AS claims,
        sum(dated_claims)::BIGINT AS dated_claims,
        count(*) AS partnerships,
        count(*) FILTER (source_count = 1) AS partnerships_only_here
    FROM stated_pairs
    JOIN partnerships USING (partnership_id)
    GROUP BY source_id
),
mentioned AS (
    SELECT source_id, town_id FROM claims
    UNION
    SELECT source_id, partner_id AS town_id FROM claims
),
-- A town is located where its coordinates are known; an item's id alone tells no place.
town_counts AS (
    SELECT source_id, count(*) AS towns, count(latitude) AS towns_located
    FROM mentioned
    JOIN towns USING (town_id)
    GROUP BY source_id
)
SELECT
    source_id,
    title,
    kind,
    family,
    authority,
    is_used,
    coalesce(snapshots, 0) AS snapshots,
    coalesce(rows_read, 0) AS rows_read,
    coalesce(rows_used, 0) AS rows_used,
    coalesce(rows_rejected, 0) AS rows_rejected,
    coalesce(rows_ignored, 0) AS rows_ignored,
    coalesce(claims, 0) AS claims,
    coalesce(dated_claims, 0) AS dated_claims,
    coalesce(partnerships, 0) AS partnerships,
    coalesce(partnerships_only_here, 0) AS partnerships_only_here,
    coalesce(towns, 0) AS towns,
    coalesce(towns_located, 0) AS towns_located,
    round(towns_located / towns, 4) AS located_share
FROM sources
LEFT JOIN snapshot_counts USING (source_id)
LEFT JOIN row_counts USING (source_id)
LEFT JOIN claim_counts USING (source_id)
LEFT JOIN town_counts USING (source_id)
ORDER BY claims DESC, source_id;
