-- A declared source.
SELECT
    source_id,
    title,
    publisher,
    url,
    licence,
    attribution,
    language,
    kind,
    family,
    authority,
    directions,
    listed_means,
    reason_unused IS NULL AS is_used,
    reason_unused
FROM declared_sources;
