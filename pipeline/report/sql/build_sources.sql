-- What became of the rows of each source, and the share of its claims whose two towns are located.
WITH
located_towns AS (
    SELECT town_id FROM towns WHERE latitude IS NOT NULL
),
located AS (
    SELECT
        source_id,
        avg((town_id IN (FROM located_towns) AND partner_id IN (FROM located_towns))::INTEGER) AS located
    FROM claims
    GROUP BY source_id
),
counts AS (
    SELECT
        source_id,
        sum(rows_read)::BIGINT AS rows_read,
        sum(rows_used)::BIGINT AS rows_used,
        sum(rows_rejected)::BIGINT AS rows_rejected,
        sum(rows_ignored)::BIGINT AS rows_ignored,
        sum(claims_made)::BIGINT AS claims_made
    FROM ledger
    GROUP BY source_id
)
SELECT *
FROM counts
LEFT JOIN located USING (source_id)
ORDER BY source_id
