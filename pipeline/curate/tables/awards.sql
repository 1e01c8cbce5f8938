-- A Council of Europe award to a town.
SELECT
    town_id,
    town AS town_text,
    award,
    award_year::INTEGER AS award_year,
    source_id,
    snapshot_id,
    locator,
    publisher,
    evidence_url,
    note
FROM located_awards;
