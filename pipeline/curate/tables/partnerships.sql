-- A link between two towns: its reconciled claims, with distance and countries from the places of its towns.
WITH
-- Claims of a city that may be a part's.
noted AS (
    SELECT DISTINCT
        snapshot_id,
        locator
    FROM earlier_findings
    WHERE rule = 'district_not_stated'
),
open_districts AS (
    SELECT partnership_id
    FROM claims
    LEFT JOIN noted USING (snapshot_id, locator)
    WHERE partnership_id IS NOT NULL
    GROUP BY partnership_id
    HAVING bool_and(noted.locator IS NOT NULL)
)
SELECT
    partnership_id,
    town_a_id,
    town_b_id,
    form,
    reconciled.status,
    reconciled.start_date,
    reconciled.start_precision,
    start_year,
    end_date,
    end_precision,
    end_year,
    end_cause,
    claim_count,
    source_count,
    family_count,
    stated_by_both,
    start_agreement,
    partnership_id IN (FROM open_districts) AS may_be_of_district,
    form_conflict,
    round(distance_between(town_a.latitude, town_a.longitude, town_b.latitude, town_b.longitude), 1) AS distance_km,
    town_a.country_code = town_b.country_code AS is_domestic,
    states_a.state AS state_a_at_start,
    states_b.state AS state_b_at_start,
    start_claim_id,
    form_claim_id,
    status_claim_id,
    end_claim_id,
    end_cause_claim_id
FROM reconciled
JOIN towns AS town_a ON town_a.town_id = town_a_id
JOIN towns AS town_b ON town_b.town_id = town_b_id
LEFT JOIN states_at_start AS states_a
    ON
        states_a.town_id = town_a_id
        AND states_a.start_date = reconciled.start_date
        AND states_a.start_precision = reconciled.start_precision
LEFT JOIN states_at_start AS states_b
    ON
        states_b.town_id = town_b_id
        AND states_b.start_date = reconciled.start_date
        AND states_b.start_precision = reconciled.start_precision;
