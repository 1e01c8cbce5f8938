"""The contracts of twintowns: one pandera model for each table, and the vocabularies of categories.

The models are imported when they are first used: most commands only need the vocabularies, and pandera takes longer to
import than they run.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.tables import (
        MODELS,
        SCHEMA_VERSION,
        Awards,
        Changes,
        Claims,
        ClaimsRead,
        ContractError,
        Countries,
        Decisions,
        Findings,
        GroupMembers,
        Ledger,
        LocationCandidates,
        NetworkFigures,
        PartnershipEvents,
        PartnershipGroups,
        PartnershipMotives,
        Partnerships,
        Redirects,
        ReferenceFigures,
        Rejects,
        Release,
        Snapshots,
        Sources,
        TableModel,
        TownCliques,
        TownNames,
        TownNetwork,
        Towns,
        check_slices,
        check_table,
        list_failures,
    )


def __getattr__(name: str) -> object:
    """Return a contract, or what belongs to contracts."""
    if name not in __all__:
        raise AttributeError(f"module 'schemas' has no attribute {name!r}")
    return getattr(importlib.import_module("schemas.tables"), name)


__all__ = [
    "MODELS",
    "SCHEMA_VERSION",
    "Awards",
    "Changes",
    "Claims",
    "ClaimsRead",
    "ContractError",
    "Countries",
    "Decisions",
    "Findings",
    "GroupMembers",
    "Ledger",
    "LocationCandidates",
    "NetworkFigures",
    "PartnershipEvents",
    "PartnershipGroups",
    "PartnershipMotives",
    "Partnerships",
    "Redirects",
    "ReferenceFigures",
    "Rejects",
    "Release",
    "Snapshots",
    "Sources",
    "TableModel",
    "TownCliques",
    "TownNames",
    "TownNetwork",
    "Towns",
    "check_slices",
    "check_table",
    "list_failures",
]
