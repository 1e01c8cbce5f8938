-- Claims that count: deprecated ones only if a partnership has no others. Categories are sortable.
WITH
deprecated AS (
    SELECT claim_id
    FROM claims
    WHERE
        claim_rank = 'deprecated'
        AND partnership_id IN (SELECT partnership_id FROM claims WHERE claim_rank <> 'deprecated')
)
SELECT
    partnership_id,
    claim_id,
    source_id,
    family,
    town_id,
    partner_id,
    as_of_date,
    form::form_order AS form,
    authority::authority_order AS authority,
    status::status_order AS status,
    status_is_stated,
    start_event,
    start_date,
    start_precision::precision_order AS start_precision,
    end_date,
    end_precision::precision_order AS end_precision,
    end_cause
FROM claims
ANTI JOIN deprecated USING (claim_id);
