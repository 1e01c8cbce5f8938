"""The contracts of twintowns: vocabularies, columns and one module a published table."""

from schemas.awards import AWARDS
from schemas.changes import CHANGES
from schemas.claims import CLAIMS, CLAIMS_READ
from schemas.findings import FINDINGS
from schemas.group_members import GROUP_MEMBERS
from schemas.ledger import LEDGER
from schemas.location_candidates import LOCATION_CANDIDATES
from schemas.network_figures import NETWORK_FIGURES
from schemas.partnership_events import PARTNERSHIP_EVENTS
from schemas.partnership_groups import PARTNERSHIP_GROUPS
from schemas.partnership_motives import PARTNERSHIP_MOTIVES
from schemas.partnerships import PARTNERSHIPS
from schemas.redirects import REDIRECTS
from schemas.reference_figures import REFERENCE_FIGURES
from schemas.references import check_foreign_keys
from schemas.rejects import REJECTS
from schemas.release import RELEASE, SCHEMA_VERSION
from schemas.snapshots import SNAPSHOTS
from schemas.sources import SOURCES
from schemas.table import Column, ContractError, Table
from schemas.town_cliques import TOWN_CLIQUES
from schemas.town_names import TOWN_NAMES
from schemas.town_network import TOWN_NETWORK
from schemas.towns import TOWNS

#: Every published table, in the order in which a reader meets them.
TABLES = (
    PARTNERSHIPS,
    TOWNS,
    TOWN_NAMES,
    CLAIMS,
    PARTNERSHIP_EVENTS,
    PARTNERSHIP_GROUPS,
    GROUP_MEMBERS,
    PARTNERSHIP_MOTIVES,
    TOWN_CLIQUES,
    TOWN_NETWORK,
    NETWORK_FIGURES,
    AWARDS,
    REFERENCE_FIGURES,
    SOURCES,
    SNAPSHOTS,
    LEDGER,
    REJECTS,
    FINDINGS,
    LOCATION_CANDIDATES,
    REDIRECTS,
    CHANGES,
    RELEASE,
)

__all__ = [
    "AWARDS",
    "CHANGES",
    "CLAIMS",
    "CLAIMS_READ",
    "FINDINGS",
    "GROUP_MEMBERS",
    "LEDGER",
    "LOCATION_CANDIDATES",
    "NETWORK_FIGURES",
    "PARTNERSHIPS",
    "PARTNERSHIP_EVENTS",
    "PARTNERSHIP_GROUPS",
    "PARTNERSHIP_MOTIVES",
    "REDIRECTS",
    "REFERENCE_FIGURES",
    "REJECTS",
    "RELEASE",
    "SCHEMA_VERSION",
    "SNAPSHOTS",
    "SOURCES",
    "TABLES",
    "TOWNS",
    "TOWN_CLIQUES",
    "TOWN_NAMES",
    "TOWN_NETWORK",
    "Column",
    "ContractError",
    "Table",
    "check_foreign_keys",
]
