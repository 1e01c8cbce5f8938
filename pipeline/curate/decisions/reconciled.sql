-- The reconciled values of each partnership, with the claims that they were taken from.
WITH
counted AS (
    SELECT
        partnership_id,
        min(least(town_id, partner_id)) AS town_a_id,
        max(greatest(town_id, partner_id)) AS town_b_id,
        count(*) AS claim_count,
        count(DISTINCT source_id) AS source_count,
        count(DISTINCT family) AS family_count
    FROM counted_claims
    GROUP BY partnership_id
),
formal AS (
    SELECT partnership_id, count(DISTINCT family) AS family_count
    FROM dated_claims
    WHERE is_formal_beginning
    GROUP BY partnership_id
),
ends AS (
    FROM end_decisions WHERE NOT is_before_start
)
SELECT
    partnership_id,
    town_a_id,
    town_b_id,
    forms.form::VARCHAR AS form,
    statuses.status::VARCHAR AS status,
    starts.start_date,
    coalesce(starts.start_precision::VARCHAR, 'unknown') AS start_precision,
    CASE WHEN starts.start_precision NOT IN ('decade', 'century') THEN year(starts.start_date)::INTEGER END
        AS start_year,
    ends.end_date,
    coalesce(ends.end_precision::VARCHAR, 'unknown') AS end_precision,
    CASE WHEN ends.end_precision NOT IN ('decade', 'century') THEN year(ends.end_date)::INTEGER END AS end_year,
    causes.end_cause,
    counted.claim_count,
    counted.source_count,
    counted.family_count,
    stated_by_both,
    CASE
        WHEN conflicting_starts.partnership_id IS NOT NULL THEN 'conflict'
        WHEN formal.family_count > 1 THEN 'agree'
        WHEN formal.family_count = 1 THEN 'single'
        ELSE 'none'
    END AS start_agreement,
    conflicting_forms.partnership_id IS NOT NULL AS form_conflict,
    starts.claim_id AS start_claim_id,
    forms.claim_id AS form_claim_id,
    statuses.claim_id AS status_claim_id,
    ends.claim_id AS end_claim_id,
    causes.claim_id AS end_cause_claim_id
FROM counted
JOIN form_decisions AS forms USING (partnership_id)
JOIN status_decisions AS statuses USING (partnership_id)
LEFT JOIN start_decisions AS starts USING (partnership_id)
LEFT JOIN ends USING (partnership_id)
LEFT JOIN end_cause_decisions AS causes USING (partnership_id)
LEFT JOIN formal USING (partnership_id)
LEFT JOIN conflicting_starts USING (partnership_id)
LEFT JOIN conflicting_forms USING (partnership_id)
LEFT JOIN stated_by_both USING (partnership_id);
