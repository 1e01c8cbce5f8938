-- The id of the partnership of two towns, in any order.
CREATE TEMP MACRO pair_id(town, partner) AS mint('p', least(town, partner) || chr(31) || greatest(town, partner));
