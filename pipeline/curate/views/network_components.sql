-- Components of the network: sets of towns that are connected by a path; largest first.
CREATE VIEW network_components AS
SELECT
    component,
    count(*) AS towns,
    sum(partner_count)::BIGINT // 2 AS partnerships,
    count(DISTINCT country_code) AS countries,
    max(partner_count) AS most_partners,
    arg_min(name, (-partner_count, name, town_id)) AS best_linked_town
FROM town_network
JOIN towns USING (town_id)
GROUP BY component
ORDER BY component;
