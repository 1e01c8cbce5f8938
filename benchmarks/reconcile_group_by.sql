-- The floor: one GROUP BY over the same claims. It has what one GROUP BY can have: a start can neither look at the form
-- that wins nor at how many families agree with it.
SELECT
    partnership_id,
    min(least(town_id, partner_id)) AS town_a_id,
    max(greatest(town_id, partner_id)) AS town_b_id,
    count(*) AS claim_count,
    count(DISTINCT source_id) AS source_count,
    count(DISTINCT family) AS family_count,
    arg_min(struct_pack(form, claim_id), row(form::form_order, authority::authority_order, claim_id)) AS form,
    arg_min(
        struct_pack(start_date, start_precision, claim_id),
        row(authority::authority_order, start_precision::precision_order, start_date, claim_id)
    ) FILTER (start_date IS NOT NULL) AS start,
    count(DISTINCT family) FILTER (start_date IS NOT NULL) AS start_families,
    max(start_date) <= min(interval_end(start_date, start_precision)) AS starts_meet,
    arg_min(
        struct_pack(status, claim_id),
        row(status = 'unknown', NOT status_is_stated, authority::authority_order, -epoch_ms(as_of_date), claim_id)
    ) AS status,
    arg_min(
        struct_pack(end_date, end_precision, end_cause),
        row(end_date IS NULL, authority::authority_order, end_precision::precision_order, end_date, claim_id)
    ) FILTER (status = 'ended') AS ended,
    count(DISTINCT town_id) FILTER (directions = 'both') = 2 AS stated_by_both,
    bool_and(claim_rank = 'deprecated') AS is_deprecated
FROM claims
JOIN sources USING (source_id)
GROUP BY partnership_id
