"""The published tables, each made by one function and held against its contract."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

import schemas
from pipeline.curate.cliques import find_cliques, report_cliques
from pipeline.curate.history import states_at_start
from pipeline.curate.ladder import check_ladder
from pipeline.curate.motives import derive_motives
from pipeline.curate.network import measure_network
from pipeline.curate.reconcile import conclude
from pipeline.curate.triangles import Network
from pipeline.gazetteer.gazetteer import Gazetteer, distance_km
from pipeline.gazetteer.names import search_key
from schemas import vocabularies as v
from schemas.ids import mint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipeline.curate.reconcile import Reconciled
    from pipeline.locate.located import Located
    from pipeline.raw_store.snapshots import Snapshot
    from pipeline.sources import Declaration
    from pipeline.validate import Checked

#: Where each side of a claim keeps what tells a mention apart.
_SIDE = {
    "text": "{0}_text", "country": "{0}_country_text", "country_code": "{0}_country_code", "region": "{0}_region_text",
    "latitude": "{0}_latitude", "longitude": "{0}_longitude", "wikidata_id": "{0}_wikidata_id",
    "geonames_id": "{0}_geonames_id", "population": "{0}_population", "kind": "{0}_kind",
}  # fmt: skip
CLAIM_SIDES = {side: {key: column.format(side) for key, column in _SIDE.items()} for side in ("town", "partner")}
RECORD_SIDE = {
    "text": "town", "country": "town_country", "country_code": "town_country_code", "region": "town_region",
    "latitude": "town_latitude", "longitude": "town_longitude", "wikidata_id": "town_wikidata_id",
    "geonames_id": "town_geonames_id", "population": "town_population", "kind": "town_kind",
}  # fmt: skip

Tables = dict[str, pl.DataFrame]
#: Tables that have many times as many rows as there are towns: they stay compact until they are written.
COMPACT = ("claims", "partnerships")


@dataclass(frozen=True)
class Used:
    """A declaration and the snapshots of it that were read, or why none was."""

    declaration: Declaration
    snapshots: tuple[Snapshot, ...] = ()
    reason_unused: str | None = None


def make_tables(
    used: Iterable[Used],
    checked: Checked,
    located: Located,
    gazetteer: Gazetteer,
    conclude: Callable[[pl.DataFrame, pl.DataFrame], Reconciled] = conclude,
) -> Tables:
    """Make every table that one build decides; `redirects`, `changes` and `release` need the release before.

    Those in `COMPACT` are, all others are as they are published.

    Args:
        used: every declaration.
        checked: claims (compact, with `town_id`, `partner_id`, `partnership_id`), awards, members (with `town_id`),
            figures, rejects, findings and ledger of all sources.
        located: which town each mention means.
        gazetteer: for the places' coordinates and names.
        conclude: makes partnerships, events and motives of claims and sources.
    """
    used = list(used)
    sources = _sources(used)
    # Each of the two leaves a core idle now and then; so do the three below.
    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(_towns, located, gazetteer, checked.item_names)
        concluded = conclude(checked.claims, sources)
        towns, town_names = making.result()
    # For joins: towns' ids as claims and partnerships have them.
    keyed = towns.with_columns(pl.col("town_id").cast(concluded.partnerships.schema["town_a_id"]))
    partnerships = _partnerships(concluded.partnerships, checked.claims, keyed)
    groups, members = _groups(checked.group_members)
    names = towns.select("town_id", "name")
    network = Network.of(partnerships)
    with ThreadPoolExecutor(1) as pool:
        searching = pool.submit(find_cliques, partnerships, members, network)
        deriving = pool.submit(derive_motives, partnerships, keyed, town_names)
        figures, places = measure_network(partnerships, keyed, network)
        cliques, motives = searching.result(), deriving.result()
    del network
    awards = _awards(checked.awards)
    candidates = located.candidates.join(
        gazetteer.places.select(candidate_id="place_id", candidate_name="name"), on="candidate_id"
    )
    tables = {
        "partnerships": partnerships,
        "towns": towns,
        "town_names": town_names,
        "claims": checked.claims,
        "partnership_events": concluded.events,
        "partnership_groups": groups,
        "group_members": members,
        "partnership_motives": pl.concat([concluded.motives, motives]),
        "town_cliques": cliques.sets,
        "town_network": places,
        "network_figures": figures,
        "awards": awards,
        "reference_figures": _figures(checked.figures),
        "sources": sources,
        "snapshots": _snapshots(used),
        "ledger": checked.ledger,
        "rejects": checked.rejects,
        "findings": pl.concat([checked.findings, check_ladder(awards), report_cliques(cliques, checked.claims, names)]),
        "location_candidates": candidates.join(names, on="town_id", how="semi"),
    }
    contracts = {table.name: table for table in schemas.TABLES}
    return {name: contracts[name].conform(frame, compact=name in COMPACT) for name, frame in tables.items()}


def _sources(used: list[Used]) -> pl.DataFrame:
    rows = [
        {
            "source_id": one.declaration.id,
            **{
                name: str(getattr(one.declaration, name))
                for name in (
                    "title", "publisher", "url", "licence", "attribution", "language", "kind", "family", "authority",
                    "directions", "listed_means",
                )
            },
            "is_used": one.reason_unused is None,
            "reason_unused": one.reason_unused,
        }
        for one in used
    ]  # fmt: skip
    return schemas.SOURCES.conform(pl.DataFrame(rows, infer_schema_length=None))


def _snapshots(used: list[Used]) -> pl.DataFrame:
    rows = [
        {name: getattr(snapshot, name) for name in schemas.SNAPSHOTS.polars_schema.names()}
        for one in used
        for snapshot in one.snapshots
    ]
    return schemas.SNAPSHOTS.conform(pl.DataFrame(rows, schema=schemas.SNAPSHOTS.polars_schema))


def _towns(located: Located, gazetteer: Gazetteer, item_names: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return `towns` and `town_names` of every town that a statement mentions."""
    strength = v.rank_of(v.LocatedBy)
    mentioned = (
        located.mentions.sort(pl.col("located_by").replace_strict(strength, return_dtype=pl.Int8), "mention")
        .group_by("town_id", maintain_order=True)
        .agg(
            pl.col("located_by").first(),
            pl.col("location_score").max(),
            said_name=pl.col("text").first(),
            said_country=pl.col("country_code").drop_nulls().first(),
            said_latitude=pl.col("latitude").drop_nulls().first(),
            said_longitude=pl.col("longitude").drop_nulls().first(),
            said_population=pl.col("population").max(),
            wikidata_id=pl.col("wikidata_id").drop_nulls().unique().sort(),
            kind=pl.col("kind").first(),
            iso_3166_2_code=pl.col("iso_3166_2").drop_nulls().first(),
        )
    )
    places = gazetteer.places.rename({"kind": "place_kind", "wikidata_id": "place_item"})
    towns = mentioned.join(places, left_on="town_id", right_on="place_id", how="left").with_columns(
        name=pl.coalesce("name", "said_name"),
        country_code=pl.coalesce("country_code", "said_country"),
        latitude=pl.coalesce("latitude", "said_latitude"),
        longitude=pl.coalesce("longitude", "said_longitude"),
        population=pl.coalesce("population", "said_population"),
        # Two Wikidata items for one place: neither is certain.
        wikidata_id=pl.coalesce(
            pl.when(pl.col("wikidata_id").list.len() == 1).then(pl.col("wikidata_id").list.first()), "place_item"
        ),
        kind=pl.coalesce("place_kind", "kind"),
    )
    own = gazetteer.names.join(towns.select(place_id="town_id"), on="place_id", how="semi")
    unsaid = pl.lit(None, pl.String)
    items = located.mentions.select("wikidata_id", "town_id").drop_nulls().unique()
    names = pl.concat(
        [
            # A place's names have their keys already.
            own.select("name", "language", town_id="place_id", search_key="key"),
            item_names.join(items, on="wikidata_id").select("name", "language", "town_id"),
            located.mentions.select(name="text", language=unsaid, town_id="town_id"),
            towns.select("name", language=unsaid, town_id="town_id"),
        ],
        how="diagonal",
    )
    # A name that several languages share keeps the first of them.
    names = names.group_by("town_id", "name").agg(pl.col("language", "search_key").min())
    preferred = towns.select("town_id", "name", is_preferred=pl.lit(value=True))
    names = names.join(preferred, on=["town_id", "name"], how="left").with_columns(
        pl.col("is_preferred").fill_null(value=False)
    )
    unmade = names.filter(pl.col("search_key").is_null()).with_columns(search_key=search_key(pl.col("name")))
    return schemas.TOWNS.conform(towns), pl.concat([names.drop_nulls("search_key"), unmade])


def _partnerships(result: pl.DataFrame, claims: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Add to what `reconcile` gives what needs the towns: distance, whether it is domestic, states of the time."""
    for side in ("a", "b"):
        place = towns.select(
            pl.col("town_id").alias(f"town_{side}_id"),
            pl.col("latitude").alias(f"latitude_{side}"),
            pl.col("longitude").alias(f"longitude_{side}"),
            pl.col("country_code").alias(f"country_{side}"),
        )
        result = result.join(place, on=f"town_{side}_id", how="left")
    ends = (pl.col(f"{part}_{side}") for side in ("a", "b") for part in ("latitude", "longitude"))
    result = result.join(states_at_start(result, towns, claims), on="partnership_id", how="left")
    return result.with_columns(
        distance_km=distance_km(*ends).round(1), is_domestic=pl.col("country_a") == pl.col("country_b")
    )


def _groups(members: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return `partnership_groups` and `group_members`; a row without a member only states the group."""
    if members.is_empty():
        return schemas.PARTNERSHIP_GROUPS.empty(), schemas.GROUP_MEMBERS.empty()
    key = pl.concat_str("source_id", "group", separator="\x1f")
    members = members.with_columns(group_id=mint("g", members.select(key).to_series()))
    groups = (
        members.sort("snapshot_id", "row")
        .group_by("group_id", maintain_order=True)
        .agg(
            pl.col("source_id", "snapshot_id", "locator", "publisher", "note").first(),
            name=pl.col("group").first(),
            kind=pl.col("group_kind").first(),
            stated_member_count=_number("stated_member_count").drop_nulls().first(),
            since_year=_year("group_since").drop_nulls().first(),
        )
    )
    named = members.filter(pl.col("town").is_not_null()).with_columns(
        town_text="town", since_year=_year("since"), until_year=_year("until")
    )
    return groups, named


def _awards(awards: pl.DataFrame) -> pl.DataFrame:
    if awards.is_empty():
        return schemas.AWARDS.empty()
    return awards.with_columns(town_text="town", award_year=_year("award_year"))


def _figures(figures: pl.DataFrame) -> pl.DataFrame:
    if figures.is_empty():
        return schemas.REFERENCE_FIGURES.empty()
    return figures.with_columns(
        year=_year("year"), confirmation=pl.col("confirmation").fill_null(v.Confirmation.UNVERIFIED.value)
    )


def _number(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int64, strict=False)


def _year(column: str) -> pl.Expr:
    return pl.col(column).str.extract(r"\b(\d{4})\b").cast(pl.Int32, strict=False)
