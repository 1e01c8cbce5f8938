-- The first criterion in which two claims differ, given the criteria of both as structs.
CREATE TEMP MACRO decided_by(winner, runner_up) AS
CASE
    WHEN runner_up IS NULL THEN 'only_claim'
    ELSE list_filter(
        map_entries(winner::MAP (VARCHAR, VARCHAR)),
        LAMBDA criterion: NOT list_contains(map_entries(runner_up::MAP (VARCHAR, VARCHAR)), criterion)
    )[1].key
END;
