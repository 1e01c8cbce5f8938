-- An old id and the id that replaces it: if a claim was about x… and is now about gn…, x… redirects to gn….
WITH
moved AS (
    SELECT
        before.town_id AS old_town_id,
        now.town_id AS new_town_id,
        before.partner_id AS old_partner_id,
        now.partner_id AS new_partner_id,
        before.partnership_id AS old_partnership_id,
        now.partnership_id AS new_partnership_id
    FROM previous_claims AS before
    JOIN claims AS now USING (claim_id)
    WHERE before.partnership_id <> now.partnership_id
),
pairs AS (
    SELECT 'town' AS entity, old_town_id AS old_id, new_town_id AS new_id FROM moved
    UNION
    SELECT 'town' AS entity, old_partner_id AS old_id, new_partner_id AS new_id FROM moved
    UNION
    SELECT 'partnership' AS entity, old_partnership_id AS old_id, new_partnership_id AS new_id FROM moved
),
-- If the claims of an id now have several ids, there is no single successor.
identified AS (
    SELECT entity, old_id, any_value(new_id) AS new_id, 'identified' AS reason
    FROM pairs
    WHERE old_id <> new_id
    GROUP BY entity, old_id
    HAVING count(*) = 1
),
-- Redirects of earlier releases are kept, and lead to the newest id.
carried AS (
    SELECT earlier.entity, earlier.old_id, coalesce(identified.new_id, earlier.new_id) AS new_id, earlier.reason
    FROM previous_redirects AS earlier
    LEFT JOIN identified ON identified.entity = earlier.entity AND identified.old_id = earlier.new_id
    ANTI JOIN identified AS again ON again.entity = earlier.entity AND again.old_id = earlier.old_id
),
current_ids AS (
    SELECT 'town' AS entity, town_id AS id FROM towns
    UNION ALL
    SELECT 'partnership' AS entity, partnership_id AS id FROM partnerships
)
SELECT redirected.entity, old_id, new_id, reason
FROM (
    FROM identified
    UNION ALL
    FROM carried
) AS redirected
-- An id that is in use again is not redirected.
ANTI JOIN current_ids AS old ON old.entity = redirected.entity AND old.id = old_id
SEMI JOIN current_ids AS new ON new.entity = redirected.entity AND new.id = new_id
WHERE old_id <> new_id;
