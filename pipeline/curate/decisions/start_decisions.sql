-- The formal beginning of the winning form, by the best authority, then by the date that most families support.
WITH
formal AS (
    SELECT * FROM dated_claims WHERE is_formal_beginning
),
intervals AS (
    SELECT DISTINCT partnership_id, start_date, start_last_day, family FROM formal
),
-- The number of independent families, including the claim's own, whose date agrees with this one.
support AS (
    SELECT
        partnership_id,
        intervals.start_date,
        intervals.start_last_day,
        count(DISTINCT others.family) AS families
    FROM intervals
    JOIN intervals AS others USING (partnership_id)
    WHERE
        intervals_agree(
            intervals.start_date, intervals.start_last_day, others.start_date, others.start_last_day
        )
    GROUP BY ALL
),
compared AS (
    SELECT
        partnership_id,
        claim_id,
        start_date,
        start_precision,
        {
            'authority': authority,
            'families': -families,
            'precision': start_precision,
            'date': start_date,
            'claim_id': claim_id
        } AS criteria
    FROM formal
    JOIN support USING (partnership_id, start_date, start_last_day)
)
SELECT
    partnership_id,
    start_date,
    start_precision,
    claim_id,
    lead(claim_id) OVER best_first AS runner_up_claim_id,
    decided_by(criteria, lead(criteria) OVER best_first) AS decided_by
FROM compared
WINDOW best_first AS (PARTITION BY partnership_id ORDER BY criteria)
QUALIFY row_number() OVER best_first = 1;
