"""What one would do with Splink: the towns of all lists deduplicated, and the pairs of clusters taken for partnerships.

Distinct mentions (name and country) are compared where their names begin alike in one country, or are the same; a
mention's coordinates count where a list prints them. Splink learns the weights from the mentions themselves, as its
tutorial does. It has no gazetteer: what the towns are called in other languages it cannot know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
from babel import Locale
from splink import Linker, SettingsCreator, block_on
from splink import comparison_library as cl
from splink.backends.duckdb import DuckDBAPI

if TYPE_CHECKING:
    from pathlib import Path

_MATCH, _CLUSTER = 0.8, 0.9
_SIDES = """
    SELECT source_id, line, '{side}' AS side, {side} AS text, code.code AS country,
        TRY_CAST({side}_latitude AS DOUBLE) AS lat, TRY_CAST({side}_longitude AS DOUBLE) AS long
    FROM rows LEFT JOIN codes AS code ON code.name = {side}_country
    WHERE town IS NOT NULL AND partner IS NOT NULL
"""
_MENTIONS = """
    CREATE TABLE mentions AS
    SELECT row_number() OVER (ORDER BY text, country) AS unique_id, text, country,
        trim(regexp_replace(
            lower(strip_accents(regexp_replace(text, '\\s*\\(.*\\)|,.*', ''))), '[^\\p{L}\\p{N}]+', ' ', 'g'
        )) AS name,
        median(lat) AS lat, median(long) AS long
    FROM sides GROUP BY text, country
"""
_CLAIMS = """
    COPY (
        SELECT source_id, line, town_id, partner_id,
            least(town_id, partner_id) || ' ' || greatest(town_id, partner_id) AS partnership_id
        FROM (
            SELECT source_id, line, max(cluster_id) FILTER (side = 'town') AS town_id,
                max(cluster_id) FILTER (side = 'partner') AS partner_id
            FROM sides JOIN mentions
                ON sides.text = mentions.text AND sides.country IS NOT DISTINCT FROM mentions.country
            JOIN (FROM clusters SELECT unique_id, 'c' || cluster_id AS cluster_id) USING (unique_id)
            GROUP BY source_id, line
        ) WHERE town_id <> partner_id
    ) TO '{path}' (FORMAT parquet)
"""


def run(folder: Path, out: Path) -> None:
    """Read the lists below `folder` and write claims with the clusters of their towns as Parquet."""
    out.mkdir(parents=True)
    with duckdb.connect() as connection:
        _read_lists(connection, folder)
        api = DuckDBAPI(connection)
        clusters = _deduplicate(api)
        connection.execute(f"CREATE TABLE clusters AS FROM {clusters}")
        connection.execute(_CLAIMS.format(path=out / "claims.parquet"))


def _read_lists(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    codes = {
        name: code
        for language in ("en", "de")
        for code, long in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
        for name in (code, long)
    }
    connection.execute("CREATE TABLE codes (name VARCHAR, code VARCHAR)")
    connection.executemany("INSERT INTO codes VALUES (?, ?)", list(codes.items()))
    reads = []
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.tsv")]):
        dialect = "delim = '\t', quote = ''" if path.suffix == ".tsv" else "delim = ',', quote = '\"'"
        reads.append(
            f"SELECT '{path.stem}' AS source_id, row_number() OVER () + 1 AS line, * "
            f"FROM read_csv('{path}', header = true, all_varchar = true, parallel = false, {dialect})"
        )
    connection.execute(f"CREATE TABLE rows AS {' UNION ALL BY NAME '.join(reads)}")
    connection.execute(
        f"CREATE TABLE sides AS {' UNION ALL '.join(_SIDES.format(side=side) for side in ('town', 'partner'))}"
    )
    connection.execute(_MENTIONS)


def _deduplicate(api: DuckDBAPI) -> str:
    """Return the name of the table of clusters."""
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.95, 0.9]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("country"),
            cl.DistanceInKMAtThresholds("lat", "long", [5, 50]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("name"),
            block_on("country", "substr(name, 1, 4)"),
        ],
    )
    linker = Linker(api.register("mentions"), settings, log_level=40)
    linker.training.estimate_probability_two_random_records_match([block_on("name", "country")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("name"), block_on("country", "substr(name, 1, 4)")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=_MATCH)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=_CLUSTER)
    return str(clusters.physical_name)
