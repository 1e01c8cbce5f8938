-- The identity of this release, in one row.
SELECT release_id, previous_release_id, input_hash, content_hash, code_version, schema_version
FROM this_release;
