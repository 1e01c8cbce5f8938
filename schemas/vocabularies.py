"""The enumerated categories. A value outside its vocabulary is a finding, never an `else`."""

from enum import StrEnum


class Form(StrEnum):
    """What was agreed, from the strongest to the weakest."""

    PARTNERSHIP = "partnership"
    FRIENDSHIP = "friendship"
    PROJECT_PARTNERSHIP = "project_partnership"
    CONTACT = "contact"
    UNSPECIFIED = "unspecified"


class Status(StrEnum):
    """Whether a link is active; one that is no longer listed is not therefore `ended`."""

    ACTIVE = "active"
    DORMANT = "dormant"
    SUSPENDED = "suspended"
    ENDED = "ended"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """How exact a date is, from the finest to the coarsest."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    DECADE = "decade"
    CENTURY = "century"
    UNKNOWN = "unknown"


class Continent(StrEnum):
    """The continents of GeoNames: Cyprus and Russia are in Europe, Turkey and Georgia in Asia."""

    AFRICA = "Africa"
    ANTARCTICA = "Antarctica"
    ASIA = "Asia"
    EUROPE = "Europe"
    NORTH_AMERICA = "North America"
    OCEANIA = "Oceania"
    SOUTH_AMERICA = "South America"


class EndCause(StrEnum):
    """Why a partnership ended."""

    MERGER = "merger"
    COUNCIL_DECISION = "council_decision"
    WAR = "war"
    EXPIRED = "expired"
    OTHER = "other"
    UNKNOWN = "unknown"


class Event(StrEnum):
    """Something dated that happens to a partnership."""

    FIRST_CONTACT = "first_contact"
    FRIENDSHIP_AGREED = "friendship_agreed"
    CHARTER_SIGNED = "charter_signed"
    COUNTER_SIGNED = "counter_signed"
    RENEWED = "renewed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    ENDED = "ended"
    PRECURSOR = "precursor"


class SourceKind(StrEnum):
    """What kind of publication a source is."""

    REGISTER = "register"
    REFERENCE = "reference"
    ENCYCLOPEDIA = "encyclopedia"
    LIST = "list"
    GAZETTEER = "gazetteer"


class Authority(StrEnum):
    """Who makes a claim, from the most to the least trusted; it decides which value wins."""

    MUNICIPALITY = "municipality"
    REGISTER = "register"
    REFERENCE = "reference"
    LIST = "list"


class Directions(StrEnum):
    """Whether a source keeps the entries of both towns of a pair, of one town, or one entry per pair."""

    BOTH = "both"
    ONE = "one"
    DEDUPLICATED = "deduplicated"


class TownKind(StrEnum):
    """What kind of body a town is."""

    MUNICIPALITY = "municipality"
    DISTRICT = "district"
    COUNTY = "county"
    REGION = "region"
    OTHER = "other"


class GroupKind(StrEnum):
    """What kind of link between several towns a group is."""

    RING = "ring"
    MULTILATERAL = "multilateral"
    NETWORK = "network"


class Motive(StrEnum):
    """Why two towns may have found each other."""

    SAME_NAME = "same_name"
    PERSONAL_TIES = "personal_ties"
    SIMILAR_ECONOMY = "similar_economy"
    NEIGHBOURS = "neighbours"
    SHARED_HISTORY = "shared_history"


class MotiveBasis(StrEnum):
    """Whether a source states a motive or the pipeline derives it."""

    STATED = "stated"
    DERIVED = "derived"


class Award(StrEnum):
    """The Council of Europe's awards in the order in which they are given."""

    EUROPEAN_DIPLOMA = "european_diploma"
    FLAG_OF_HONOUR = "flag_of_honour"
    PLAQUE_OF_HONOUR = "plaque_of_honour"
    EUROPE_PRIZE = "europe_prize"


class ClaimRank(StrEnum):
    """Wikidata's statement ranks; a source without ranks states `normal`."""

    PREFERRED = "preferred"
    NORMAL = "normal"
    DEPRECATED = "deprecated"


class StartAgreement(StrEnum):
    """Whether the sources agree on when a partnership began."""

    NONE = "none"
    SINGLE = "single"
    AGREE = "agree"
    CONFLICT = "conflict"


class Decided(StrEnum):
    """Which value of a partnership was decided between claims."""

    FORM = "form"
    START = "start"
    STATUS = "status"
    END = "end"
    END_CAUSE = "end_cause"


class DecidedBy(StrEnum):
    """The criterion in which the winning claim differs from the runner-up."""

    ONLY_CLAIM = "only_claim"
    AUTHORITY = "authority"
    FAMILIES = "families"
    FORM = "form"
    FORM_AUTHORITY = "form_authority"
    PRECISION = "precision"
    DATE = "date"
    IS_KNOWN = "is_known"
    IS_STATED = "is_stated"
    AS_OF_DATE = "as_of_date"
    CHANGE = "change"
    IS_DATED = "is_dated"
    CLAIM_ID = "claim_id"


class LocatedBy(StrEnum):
    """The evidence by which a town was located, from the strongest to none."""

    CORRECTION = "correction"
    IDENTIFIER = "identifier"
    NAME_AND_COORDINATES = "name_and_coordinates"
    NAME_AND_REGION = "name_and_region"
    OTHER_SIDE = "other_side"
    UNIQUE_NAME = "unique_name"
    MAIN_NAME = "main_name"
    POPULATION = "population"
    SIMILAR_NAME = "similar_name"
    SOURCE_COORDINATES = "source_coordinates"
    NOT_LOCATED = "not_located"


class Severity(StrEnum):
    """How much a finding matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Action(StrEnum):
    """What was done about a noted value."""

    KEPT = "kept"
    NULLED = "nulled"
    CORRECTED = "corrected"


class Confirmation(StrEnum):
    """How a stated figure compares with independent references."""

    CONFIRMED = "confirmed"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    UNVERIFIED = "unverified"


class Change(StrEnum):
    """How a row differs from the previous release."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Entity(StrEnum):
    """What a redirect or a change is about."""

    TOWN = "town"
    PARTNERSHIP = "partnership"


class NetworkFigure(StrEnum):
    """What is measured of the network of partnerships."""

    TOWNS = "towns"
    PARTNERSHIPS = "partnerships"
    MEAN_PARTNERS = "mean_partners"
    MOST_PARTNERS = "most_partners"
    COMPONENTS = "components"
    LARGEST_COMPONENT_TOWNS = "largest_component_towns"
    LARGEST_COMPONENT_SHARE = "largest_component_share"
    TRIANGLES = "triangles"
    CLUSTERING = "clustering"
    MEAN_LOCAL_CLUSTERING = "mean_local_clustering"
    ASSORTATIVITY = "assortativity"
    MEAN_STEPS = "mean_steps"
    MEDIAN_STEPS = "median_steps"
    MOST_STEPS = "most_steps"
    COUNTRIES = "countries"
    COUNTRY_PAIRS = "country_pairs"
    DOMESTIC_SHARE = "domestic_share"
    MEAN_DISTANCE = "mean_distance"
    MEDIAN_DISTANCE = "median_distance"


#: The event that a date without further words belongs to, by what was agreed.
EVENT_OF_FORM = {
    Form.PARTNERSHIP: Event.CHARTER_SIGNED,
    Form.PROJECT_PARTNERSHIP: Event.CHARTER_SIGNED,
    Form.UNSPECIFIED: Event.CHARTER_SIGNED,
    Form.FRIENDSHIP: Event.FRIENDSHIP_AGREED,
    Form.CONTACT: Event.FIRST_CONTACT,
}


def rank_of(vocabulary: type[StrEnum]) -> dict[str, int]:
    """Return the position of each value in its vocabulary; 0 is the first."""
    return {member.value: position for position, member in enumerate(vocabulary)}
