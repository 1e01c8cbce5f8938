-- The selected partnerships that may be offered to Wikidata, each with a page to refer to (null if there is none).
WITH offered AS (
    SELECT
        claims.*,
        CASE
            WHEN regexp_matches(evidence_url, $address) THEN evidence_url
            WHEN sources.kind = 'register' AND regexp_matches(sources.url, $address) THEN sources.url
        END AS reference
    FROM claims
    JOIN sources USING (source_id)
    WHERE
        sources.licence = $licence
        AND list_contains($source_ids, source_id)
        AND claims.form = 'partnership'
        AND claim_rank <> 'deprecated'
        AND least(town_location_score, partner_location_score) >= $min_score
),
pairs AS (
    SELECT
        p.*,
        a.wikidata_id AS item_a,
        b.wikidata_id AS item_b,
        least(a.wikidata_id, b.wikidata_id) AS low,
        greatest(a.wikidata_id, b.wikidata_id) AS high
    FROM partnerships AS p
    JOIN towns AS a ON a.town_id = p.town_a_id
    JOIN towns AS b ON b.town_id = p.town_b_id
    WHERE a.wikidata_id <> b.wikidata_id
),
in_wikidata AS (
    SELECT DISTINCT low, high
    FROM claims
    JOIN sources USING (source_id)
    JOIN pairs USING (partnership_id)
    WHERE 'wikidata' IN (claims.family, sources.family)
),
offers AS (
    SELECT
        partnership_id,
        list(DISTINCT source_id ORDER BY source_id) AS sources,
        min(reference ORDER BY claim_id) FILTER (evidence_url IS NOT NULL) AS evidence,
        min(reference) AS reference
    FROM offered
    GROUP BY partnership_id
)
SELECT
    partnership_id, item_a, item_b, offers.sources,
    coalesce(status_claim.reference, start_claim.reference, evidence, offers.reference) AS reference,
    CASE
        WHEN
            start_claim.reference = coalesce(status_claim.reference, start_claim.reference)
            AND start_agreement IN ('single', 'agree')
            THEN pairs.start_date
    END AS start_date,
    pairs.start_precision,
    CASE WHEN end_claim.reference = status_claim.reference THEN pairs.end_date END AS end_date,
    pairs.end_precision,
    pairs.status
FROM pairs
SEMI JOIN selected_partnerships USING (partnership_id)
JOIN offers USING (partnership_id)
LEFT JOIN offered AS start_claim ON start_claim.claim_id = pairs.start_claim_id
LEFT JOIN offered AS end_claim ON end_claim.claim_id = pairs.end_claim_id
LEFT JOIN offered AS status_claim ON status_claim.claim_id = pairs.status_claim_id AND pairs.status = 'ended'
ANTI JOIN in_wikidata USING (low, high)
WHERE
    pairs.form = 'partnership'
    AND (pairs.status IN ('active', 'unknown') OR status_claim.reference IS NOT NULL)
