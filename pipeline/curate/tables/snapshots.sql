-- A raw file that was read into this release.
SELECT snapshot_id, source_id, file_name, sha256, byte_count, as_of_date, url, etag, licence
FROM read_snapshots;
