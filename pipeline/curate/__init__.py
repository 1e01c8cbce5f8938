"""The published tables: each is one SELECT in `tables/`, which DuckDB runs in the database of the release.

`decisions/` chooses the claim that gives each value of a partnership. `views/` and `macros/` answer the questions of
analysts. Two things are computed in Python and registered as tables: the network (`network/`) and similar names
(`similar_names.py`).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import duckdb

from pipeline.curate.inputs import Inputs, UsedSource, register_inputs
from pipeline.curate.network import measure_network, read_network, register_cliques
from pipeline.curate.previous import attach_previous, create_shared_views
from pipeline.curate.reconcile import create_decision, reconcile
from pipeline.curate.similar_names import find_similar_names, read_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.curate.table_writer import TableWriter

    Reconcile = Callable[[duckdb.DuckDBPyConnection], None]

__all__ = ["Inputs", "UsedSource", "curate"]


def curate(
    connection: duckdb.DuckDBPyConnection,
    tables: TableWriter,
    inputs: Inputs,
    previous: Path | None,
    reconcile: Reconcile = reconcile,
) -> None:
    """Create and validate every published table except `changes` and `release`, which describe the release itself.

    Args:
        connection: from `open_database`.
        tables: writes into the same database.
        inputs: the results of the earlier stages.
        previous: folder of the previous release, for `redirects`; None if there is none.
        reconcile: creates `reconciled` and `decided_values` from `claims` and `sources`.

    Raises:
        ContractError: a table breaks its contract.
        TwintownsError: the previous release cannot be read.
    """
    attach_previous(connection, previous)
    register_inputs(connection, inputs)
    tables.create("countries", "sources", "snapshots", "ledger", "rejects")
    create_decision(connection, "printed_names")
    tables.create("towns", "town_names", "claims")
    try:
        reconcile(connection)
    except duckdb.ConversionException:
        # A category that is in no vocabulary: the contract of claims names it.
        tables.finish()
        raise
    create_decision(connection, "states_at_start")
    tables.create("partnerships")
    # Python measures the network and compares names on one core, while DuckDB uses the others.
    with ThreadPoolExecutor(1) as pool:
        measures = pool.submit(measure_network, read_network(connection))
        similar_names = pool.submit(find_similar_names, read_names(connection))
        tables.create("decisions", "partnership_events", "partnership_groups", "group_members")
        tables.create("awards", "reference_figures", "location_candidates")
        register_cliques(connection)
        tables.create("redirects", "town_cliques", "findings")
        connection.register("node_components", measures.result().components)
        connection.register("path_figures", measures.result().paths)
        connection.register("similar_names", similar_names.result())
    tables.create("town_network", "network_figures", "partnership_motives")
    create_shared_views(connection)
    tables.finish()
