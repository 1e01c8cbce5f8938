-- A town with partnerships, and its position in the network that all partnerships form.
WITH
corners AS (
    SELECT unnest([low, middle, high]) AS node FROM triangles
),
triangle_counts AS (
    SELECT node, count(*) AS triangle_count FROM corners GROUP BY node
)
SELECT
    town_id,
    partner_count,
    coalesce(triangle_count, 0) AS triangle_count,
    CASE
        WHEN partner_count > 1
            THEN coalesce(triangle_count, 0) / (partner_count * (partner_count - 1) / 2)
    END AS clustering,
    component,
    component_town_count
FROM network_towns
JOIN node_components USING (node)
LEFT JOIN triangle_counts USING (node);
