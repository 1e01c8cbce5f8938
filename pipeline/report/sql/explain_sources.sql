-- The sources of a partnership.
SELECT source_id, title AS source_title, kind AS source_kind, licence
FROM sources
SEMI JOIN (FROM claims WHERE partnership_id = $1) AS its_claims USING (source_id)
