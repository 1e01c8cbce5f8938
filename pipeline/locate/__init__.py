"""Which town is meant: mentions to towns with stable ids, or minted ids where no gazetteer knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import polars as pl

from pipeline.gazetteer.gazetteer import cache_folder
from pipeline.gazetteer.regions import regions
from pipeline.locate.coordinates import outside_country, without_coordinates
from pipeline.locate.corrections import decide_by_correction, load_corrections, match_corrections, without_refuted
from pipeline.locate.factorize import factorize
from pipeline.locate.items import linked_items, name_unplaced
from pipeline.locate.kinds import settle_kinds
from pipeline.locate.located import Located
from pipeline.locate.matching import decide, find_candidates, runners_up
from pipeline.locate.mentions import MENTION_KEY, collect_mentions
from pipeline.locate.minting import mint_towns
from pipeline.locate.partner_evidence import ask_partners
from pipeline.locate.relational_evidence import both_ways
from pipeline.locate.similar import decide_similar, decide_spelt_alike, find_similar
from schemas.vocabularies import LocatedBy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.gazetteer.gazetteer import Gazetteer


#: What a statement says of a town.
_STATED: Final = pl.Schema(
    dict.fromkeys(MENTION_KEY, pl.String)
    | {"latitude": pl.Float64, "longitude": pl.Float64, "geonames_id": pl.Int64, "population": pl.Int64}
)


@dataclass(frozen=True)
class Sought:
    """What mentions say by themselves.

    Attributes:
        mentions: as `index_mentions` gives them, kinds settled, without coordinates that were not believed, and
            with `iso_3166_2`.
        candidates: as `find_candidates` gives them, without those that a correction rules out.
        similar: as `find_similar` gives them, of mentions that no name leads anywhere.
        decided: `mention`, `place_id`, `located_by`, `location_score` of those that need no other mention.
        corrected, misplaced: as in `Located`.
    """

    mentions: pl.DataFrame
    candidates: pl.DataFrame
    similar: pl.DataFrame
    decided: pl.DataFrame
    corrected: pl.DataFrame
    misplaced: pl.Series


#: What looks up mentions, given the gazetteer and the corrections, as `seek_places` does.
Seek: TypeAlias = "Callable[[pl.DataFrame, Gazetteer, pl.DataFrame], Sought]"


def index_mentions(
    statements: Sequence[tuple[pl.DataFrame, Mapping[str, Mapping[str, str]]]],
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Collect the distinct mentions of all statements, so that each is looked up once.

    Args:
        statements: frames, each with its sides: for each side the columns that hold `MENTION_KEY` and `population`.

    Returns:
        The mentions, as `collect_mentions` gives them, and the frames with `{side}_mention` for each side.
    """
    # Each side of each frame by itself first: what all of them say together is far less than what they repeat.
    said = [
        (place, side, *_distinct(frame, columns))
        for place, (frame, sides) in enumerate(statements)
        for side, columns in sides.items()
    ]
    mentions, found = collect_mentions(pl.concat([distinct for _, _, distinct, _ in said]))
    indexed = [frame for frame, _ in statements]
    start = 0
    for place, side, distinct, numbers in said:
        own = found.slice(start, distinct.height)
        indexed[place] = indexed[place].with_columns(own.gather(numbers).alias(f"{side}_mention"))
        start += distinct.height
    return mentions, indexed


def seek_places(mentions: pl.DataFrame, gazetteer: Gazetteer, corrections: pl.DataFrame) -> Sought:
    """Look up what mentions say by themselves: what one of them leads to does not depend on any other.

    Args:
        mentions: from `index_mentions`, all or a batch of them.
        gazetteer: places and names.
        corrections: reviewed decisions, from `load_corrections`.
    """
    misplaced = outside_country(mentions, gazetteer)
    mentions = without_coordinates(mentions, misplaced)
    divisions = pl.concat([regions(cache_folder()), gazetteer.regions], how="diagonal")
    mentions = settle_kinds(mentions, gazetteer, divisions)
    corrected = match_corrections(mentions, corrections)
    candidates = without_refuted(find_candidates(mentions, gazetteer, divisions), corrected)
    # From the surest evidence to the least; what is decided stays decided.
    decided = decide_by_correction(corrected)
    decided = _also(decided, _identified(mentions, gazetteer))
    decided = _also(decided, decide(candidates))
    unknown = mentions.join(pl.concat([candidates["mention"], decided["mention"]]).to_frame(), on="mention", how="anti")
    similar = without_refuted(find_similar(unknown, gazetteer), corrected)
    decided = _also(decided, decide_similar(similar))
    return Sought(mentions, candidates, similar, decided, corrected, misplaced)


def _distinct(frame: pl.DataFrame, columns: Mapping[str, str]) -> tuple[pl.DataFrame, pl.Series]:
    """Return the distinct `MENTION_KEY` of one side of a frame with the largest `population`, and each row's number."""
    filled = {
        key: column for key, column in columns.items()
        if key in _STATED and (key == "text" or frame[column].null_count() < frame.height)
    }  # fmt: skip
    asked = frame.select(pl.col(column).alias(key) for key, column in filled.items() if key in MENTION_KEY)
    numbers, places = factorize(asked)
    distinct = asked.select(pl.all().gather(places)).with_row_index("number")
    if "population" in filled:
        largest = frame.select(number=numbers, population=filled["population"]).drop_nulls().group_by("number").max()
        distinct = distinct.join(largest, on="number", how="left", maintain_order="left")
    values = [(pl.col(key) if key in filled else pl.lit(None)).cast(kind).alias(key) for key, kind in _STATED.items()]
    return distinct.select(values), numbers


def locate(
    mentions: pl.DataFrame,
    claims: pl.DataFrame,
    gazetteer: Gazetteer,
    corrections: pl.DataFrame | None = None,
    seek: Seek = seek_places,
) -> Located:
    """Find out which town each mention means.

    Args:
        mentions: from `index_mentions`.
        claims: with `town_mention` and `partner_mention`: who is stated to be whose partner.
        gazetteer: places and names.
        corrections: reviewed decisions, from `load_corrections`.
        seek: looks up what mentions say by themselves; in batches, elsewhere, if need be.
    """
    sought = seek(mentions, gazetteer, load_corrections() if corrections is None else corrections)
    mentions, candidates, decided = sought.mentions, sought.candidates, sought.decided
    # Without claims, their columns have no type.
    links = both_ways(claims.select(pl.col("town_mention", "partner_mention").cast(mentions.schema["mention"])))
    # What mentions say of one another.
    decided = _also(decided, linked_items(mentions, decided))
    told = ask_partners(sought, links, decided, gazetteer)
    decided = _also(decided, told.decided)
    decided = _also(decided, decide_spelt_alike(sought.similar, mentions, decided))
    found = _name(mentions.join(decided, on="mention", how="left"))
    found = _join_items(found, links)
    open_questions = _open_questions(candidates, decided, found)
    return Located(found, open_questions, sought.corrected, sought.misplaced, _by_link(told.links, found))


def _also(decided: pl.DataFrame, further: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([decided, further.join(decided, on="mention", how="anti")])


def _name(found: pl.DataFrame) -> pl.DataFrame:
    """Give every mention its town: the place decided on, else its Wikidata id, else a minted id."""
    is_item = pl.col("wikidata_id").is_not_null()
    found = found.with_columns(
        town_id=pl.coalesce("place_id", "wikidata_id"),
        located_by=pl.coalesce("located_by", pl.when(is_item).then(pl.lit(LocatedBy.IDENTIFIER.value))),
        location_score=pl.coalesce("location_score", pl.when(is_item).then(1.0)),
    )
    minted = mint_towns(found.filter(pl.col("town_id").is_null()))
    return found.join(minted, on="mention", how="left").select(
        pl.exclude("place_id", "town_id", "located_by", "location_score", "minted_id", "minted_by", "minted_score"),
        town_id=pl.coalesce("town_id", "minted_id"),
        located_by=pl.coalesce("located_by", "minted_by", pl.lit(LocatedBy.NOT_LOCATED.value)),
        location_score=pl.coalesce("location_score", "minted_score", 0.0),
    )


def _join_items(found: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Call by the id of their Wikidata item the towns that turn out to be one."""
    items = name_unplaced(found, links)
    is_item = pl.col("item_id").is_not_null()
    weak = is_item & (pl.col("located_by") == LocatedBy.NOT_LOCATED.value)
    return (
        found.join(items, on="town_id", how="left", maintain_order="left")
        .with_columns(
            town_id=pl.coalesce("item_id", "town_id"),
            located_by=pl.when(weak).then(pl.lit(LocatedBy.OTHER_SIDE.value)).otherwise("located_by"),
            location_score=pl.when(weak).then(0.8).otherwise("location_score"),
        )
        .drop("item_id", "key")
    )


def _by_link(told: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return where a mention means another town beside one partner than elsewhere, as `Located.links`."""
    elsewhere = found.select("mention", elsewhere="town_id")
    return (
        told.rename({"place_id": "town_id"})
        .join(elsewhere, on="mention")
        .filter(pl.col("town_id") != pl.col("elsewhere"))
        .drop("elsewhere")
        .sort("mention", "other")
    )


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


def _identified(mentions: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the mentions that name their place by its GeoNames id."""
    return (
        mentions.join(gazetteer.places.select("geonames_id", "place_id"), on="geonames_id")
        .select(
            "mention", "place_id",
            located_by=pl.lit(LocatedBy.IDENTIFIER.value), location_score=pl.lit(1.0),
        )
    )  # fmt: skip
