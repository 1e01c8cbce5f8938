-- The stable id of a text: a letter and 16 hex digits of its hash, as in `schemas/ids.py`.
CREATE TEMP MACRO mint(prefix, text) AS prefix || left(sha256('twintowns:1' || chr(31) || text), 16);
