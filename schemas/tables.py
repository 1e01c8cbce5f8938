"""All contracts, and the model of each published table by name."""

from collections.abc import Mapping

from schemas.awards import Awards, ReferenceFigures
from schemas.claims import Claims, ClaimsRead
from schemas.contract import ContractError, check_slices, check_table, list_failures
from schemas.countries import Countries
from schemas.groups import GroupMembers, PartnershipGroups, TownCliques
from schemas.model import TableModel
from schemas.network import NetworkFigures, TownNetwork
from schemas.partnerships import Decisions, PartnershipEvents, PartnershipMotives, Partnerships
from schemas.release import SCHEMA_VERSION, Changes, Redirects, Release
from schemas.sources import Findings, Ledger, Rejects, Snapshots, Sources
from schemas.towns import LocationCandidates, TownNames, Towns

#: The model of each published table, in the order of the data dictionary.
MODELS: Mapping[str, type[TableModel]] = {
    model.table_name(): model
    for model in (
        Partnerships,
        Towns,
        TownNames,
        Countries,
        Claims,
        Decisions,
        PartnershipEvents,
        PartnershipGroups,
        GroupMembers,
        PartnershipMotives,
        TownCliques,
        TownNetwork,
        NetworkFigures,
        Awards,
        ReferenceFigures,
        Sources,
        Snapshots,
        Ledger,
        Rejects,
        Findings,
        LocationCandidates,
        Redirects,
        Changes,
        Release,
    )
}

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
