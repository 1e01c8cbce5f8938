-- The same records as `reconcile` makes, value for value, in one statement.
WITH counting AS MATERIALIZED (
    SELECT
        claims.*,
        sources.directions,
        form::form_rank AS form_place,
        authority::authority_rank AS authority_place,
        start_precision::precision_rank AS precision_place
    FROM claims
    JOIN sources USING (source_id)
    QUALIFY claim_rank <> 'deprecated' OR bool_and(claim_rank = 'deprecated') OVER (PARTITION BY partnership_id)
),
named AS (
    SELECT
        partnership_id,
        min(authority_place) AS best,
        arg_min(as_of_date, row(authority_place, -epoch_ms(as_of_date))) AS known_until
    FROM counting
    WHERE form <> 'unspecified'
    GROUP BY partnership_id
),
forms AS MATERIALIZED (
    SELECT partnership_id, unnest(arg_min(struct_pack(form, form_claim_id := claim_id), row(form_place, authority_place, claim_id)))
    FROM counting
    LEFT JOIN named USING (partnership_id)
    WHERE best IS NULL OR (form <> 'unspecified' AND (authority_place = best OR start_date > known_until))
    GROUP BY partnership_id
),
form_years AS (
    SELECT partnership_id, form, min(year(start_date)) AS since
    FROM counting
    WHERE form <> 'unspecified'
    GROUP BY ALL
),
form_conflicts AS (
    SELECT
        partnership_id,
        count(*) > 1 AND (count(*) > count(since) OR count(DISTINCT since) < count(*)) AS form_conflict
    FROM form_years
    GROUP BY partnership_id
),
dated AS MATERIALIZED (
    SELECT
        partnership_id,
        claim_id,
        family,
        start_date,
        start_precision,
        authority_place,
        precision_place,
        last_day(start_date, start_precision) AS start_last,
        forms.form AS winning,
        CASE forms.form
            WHEN 'friendship' THEN 'friendship_agreed' WHEN 'contact' THEN 'first_contact' ELSE 'charter_signed'
        END AS winning_event,
        CASE WHEN counting.form = 'unspecified' THEN forms.form ELSE counting.form END AS dated_form,
        CASE
            WHEN counting.form = 'unspecified' AND start_event = 'charter_signed' THEN winning_event ELSE start_event
        END AS dated_event
    FROM counting
    JOIN forms USING (partnership_id)
    WHERE start_date IS NOT NULL
),
clashes AS (
    SELECT DISTINCT partnership_id
    FROM dated
    WHERE dated_event NOT IN ('renewed', 'suspended', 'resumed', 'precursor')
    GROUP BY partnership_id, dated_form, dated_event
    HAVING
        max(start_date) > min(start_last)
        OR coalesce(NOT agree(
            max(start_date) FILTER (start_precision = 'decade'), max(start_last) FILTER (start_precision = 'decade'),
            max(start_date) FILTER (start_precision = 'century'), max(start_last) FILTER (start_precision = 'century')
        ), false)
),
formal AS (
    FROM dated WHERE dated_form = winning AND dated_event = winning_event
),
intervals AS MATERIALIZED (
    SELECT DISTINCT partnership_id, start_date, start_last, family FROM formal
),
support AS (
    SELECT partnership_id, one.start_date, one.start_last, count(DISTINCT other.family) AS families
    FROM intervals AS one
    JOIN intervals AS other USING (partnership_id)
    WHERE agree(one.start_date, one.start_last, other.start_date, other.start_last)
    GROUP BY ALL
),
starts AS (
    SELECT
        partnership_id,
        count(DISTINCT family) AS start_families,
        unnest(arg_min(
            struct_pack(start_date, start_precision, start_claim_id := claim_id),
            row(authority_place, -families, precision_place, start_date, claim_id)
        ))
    FROM formal
    JOIN support USING (partnership_id, start_date, start_last)
    GROUP BY partnership_id
),
entries AS MATERIALIZED (
    SELECT DISTINCT source_id, town_id FROM counting WHERE directions = 'both'
),
covered AS (
    SELECT DISTINCT partnership_id
    FROM counting
    SEMI JOIN entries AS own ON own.town_id = counting.town_id
    JOIN entries AS other ON other.town_id = counting.partner_id
    SEMI JOIN entries AS same ON same.town_id = counting.town_id AND same.source_id = other.source_id
),
records AS (
    SELECT
        partnership_id,
        min(least(town_id, partner_id)) AS town_a_id,
        max(greatest(town_id, partner_id)) AS town_b_id,
        count(*) AS claim_count,
        count(DISTINCT source_id) AS source_count,
        count(DISTINCT family) AS family_count,
        count(DISTINCT town_id) FILTER (directions = 'both') = 2 AS by_both,
        unnest(arg_min(
            struct_pack(status, status_claim_id := claim_id),
            row(
                status = 'unknown', NOT status_is_stated, authority_place, -epoch_ms(as_of_date), status::change_rank, claim_id
            )
        )),
        arg_min(
            struct_pack(end_date, end_precision, claim_id),
            row(authority_place, end_precision::precision_rank, end_date, claim_id)
        ) FILTER (status = 'ended' AND end_date IS NOT NULL) AS ended,
        arg_min(
            struct_pack(end_cause, claim_id),
            row(
                end_cause = 'unknown', end_date IS NULL, authority_place, end_precision::precision_rank, end_date, claim_id
            )
        ) FILTER (status = 'ended' AND end_cause IS NOT NULL) AS cause
    FROM counting
    GROUP BY partnership_id
)
SELECT
    partnership_id,
    status = 'ended' AND NOT coalesce(ended.end_date < date_trunc('year', start_date), false) AS is_over,
    town_a_id,
    town_b_id,
    form,
    status,
    start_date,
    coalesce(start_precision, 'unknown') AS start_precision,
    CASE WHEN start_precision NOT IN ('decade', 'century') THEN year(start_date) END AS start_year,
    CASE WHEN is_over THEN ended.end_date END AS end_date,
    CASE WHEN is_over THEN coalesce(ended.end_precision, 'unknown') ELSE 'unknown' END AS end_precision,
    CASE WHEN is_over AND ended.end_precision NOT IN ('decade', 'century') THEN year(ended.end_date) END AS end_year,
    CASE WHEN is_over THEN cause.end_cause END AS end_cause,
    CASE WHEN is_over THEN ended.claim_id END AS end_claim_id,
    CASE WHEN is_over THEN cause.claim_id END AS end_cause_claim_id,
    claim_count,
    source_count,
    family_count,
    CASE WHEN covered.partnership_id IS NOT NULL THEN coalesce(by_both, false) END AS stated_by_both,
    CASE
        WHEN clashes.partnership_id IS NOT NULL THEN 'conflict'
        WHEN start_families > 1 THEN 'agree'
        WHEN start_families = 1 THEN 'single'
        ELSE 'none'
    END AS start_agreement,
    start_claim_id,
    coalesce(form_conflict, false) AS form_conflict,
    form_claim_id,
    status_claim_id
FROM records
JOIN forms USING (partnership_id)
LEFT JOIN form_conflicts USING (partnership_id)
LEFT JOIN starts USING (partnership_id)
LEFT JOIN clashes USING (partnership_id)
LEFT JOIN covered USING (partnership_id)
