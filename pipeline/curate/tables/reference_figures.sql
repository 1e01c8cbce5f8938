-- A figure about twinning as a whole, as a source states it.
SELECT
    subject,
    value,
    unit,
    year::INTEGER AS year,
    source_id,
    snapshot_id,
    locator,
    coalesce(confirmation, 'unverified') AS confirmation,
    publisher,
    note
FROM stated_figures;
