"""Locating as a map over distinct mentions, which Spark finds among the claims and joins to them again.

What mentions say of one another (votes of partners, minted ids, Wikidata's items) is decided here, by the same
functions over the distinct mentions and links: these grow with the towns of the world, not with the claims.
"""

from __future__ import annotations

from dataclasses import fields
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Final

import polars as pl
from pyspark.sql import functions as f

from pipeline.locate import Sought, seek_places
from pipeline.locate.located import OTHER_SIDE
from pipeline.spark.frames import Frames, Held, send, shapes_of, with_text
from schemas.ids import pair_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import DataFrame, SparkSession

    from pipeline.gazetteer.gazetteer import Gazetteer
    from pipeline.locate import Seek
    from pipeline.locate.located import Located

#: Mentions of one partition, at most.
_MENTIONS: Final = 200_000
#: The side that has a mention's columns under their own names.
STATED: Final = "stated"
_POPULATION: Final = "population"


def distinct_mentions(claims: Held, sides: Mapping[str, Mapping[str, str]]) -> pl.DataFrame:
    """Return what the sides of all claims say of towns, each once with the largest stated population.

    Args:
        claims: as `Checked.claims`.
        sides: for each side the columns that hold `MENTION_KEY` and `population`.
    """
    selected = [claims.select(columns) for columns in sides.values()]
    stated = reduce(lambda one, other: one.unionByName(other), [one.frame for one in selected])
    keys = [name for name in selected[0].shape if name != _POPULATION]
    distinct = stated.groupBy(keys).agg(f.max(_POPULATION).alias(_POPULATION))
    found = Held(distinct, pl.Schema({name: selected[0].shape[name] for name in distinct.columns})).fetch()
    return found.sort(keys, nulls_last=True)


def with_mentions(claims: Held, stated: pl.DataFrame, sides: Mapping[str, Mapping[str, str]]) -> Held:
    """Add `{side}_mention` to the claims.

    Args:
        claims: as `Checked.claims`.
        stated: from `distinct_mentions`, with the `stated_mention` of each row.
        sides: as there.
    """
    spark, frame, shape = claims.frame.sparkSession, claims.frame, dict(claims.shape)
    for side, columns in sides.items():
        keys = {name: f"__{column}" for name, column in columns.items() if name != _POPULATION}
        mention = f"{side}_mention"
        numbered = stated.select(
            *(pl.col(name).alias(key) for name, key in keys.items()), pl.col(f"{STATED}_mention").alias(mention)
        )
        # A name without a country is a mention too: nulls are the same.
        same = [f.col(columns[name]).eqNullSafe(f.col(key)) for name, key in keys.items()]
        frame = frame.join(send(spark, numbered).frame, reduce(and_, same), "left").drop(*keys.values())
        shape[mention] = numbered.schema[mention]
    return Held(frame, pl.Schema(shape))


def links(claims: Held) -> pl.DataFrame:
    """Return `town_mention`, `partner_mention`: who is stated to be whose partner, each two once."""
    pairs = claims.select({name: name for name in ("town_mention", "partner_mention")})
    return Held(pairs.frame.distinct(), pairs.shape).fetch().sort(pl.all())


def mentioning(claims: Held, mentions: pl.Series) -> pl.DataFrame:
    """Return the claims of which a side is one of some mentions."""
    either = " OR ".join(f"{side}_mention = mention" for side in ("town", "partner"))
    wanted = send(claims.frame.sparkSession, mentions.alias("mention").to_frame())
    return Held(claims.frame.join(wanted.frame, f.expr(either), "left_semi"), claims.shape).fetch()


def spread(spark: SparkSession) -> Seek:
    """Return what looks up mentions on the workers, as `seek_places` does in one place.

    The gazetteer is broadcast: each worker process unpacks it once, nothing need lie on the workers' disks, and all
    have the very one that the release's input hash names.
    """

    def seek(mentions: pl.DataFrame, gazetteer: Gazetteer, corrections: pl.DataFrame) -> Sought:
        if mentions.is_empty():
            return seek_places(mentions, gazetteer, corrections)
        shared = spark.sparkContext.broadcast((gazetteer, corrections))

        def work(batch: pl.DataFrame) -> Frames:
            return _as_frames(seek_places(batch, *shared.value))

        # What one mention leads to has the columns of what all lead to.
        shapes = shapes_of(_as_frames(seek_places(mentions.head(1), gazetteer, corrections)))
        cores = spark.sparkContext.defaultParallelism
        sent = send(spark, mentions)
        batches = Held(sent.frame.repartition(max(cores, mentions.height // _MENTIONS + 1), "mention"), sent.shape)
        found = {name: frame.sort(_order(frame)) for name, frame in batches.map(work, shapes).fetch().items()}
        return Sought(**{**found, "misplaced": found["misplaced"].to_series()})  # type: ignore[arg-type]

    return seek


def _as_frames(sought: Sought) -> Frames:
    frames = {one.name: getattr(sought, one.name) for one in fields(sought)}
    return {name: one.to_frame() if isinstance(one, pl.Series) else one for name, one in frames.items()}


def _order(frame: pl.DataFrame) -> list[str]:
    return [name for name in ("mention", "place_id") if name in frame.columns]


def assign(claims: Held, located: Located, sides: Mapping[str, Mapping[str, str]]) -> Held:
    """Do what `Located.assign` does, for all sides of the claims."""
    spark, frame, shape = claims.frame.sparkSession, claims.frame, dict(claims.shape)
    for side in sides:
        key = pl.DataFrame({f"{side}_mention": located.mentions["mention"]})
        found = located.assign(key, side)
        frame = frame.join(send(spark, found).frame, f"{side}_mention", "left")
        shape |= dict(found.schema)
        if located.links.height:
            frame = _by_link(frame, located, side)
    # The join has put its key in front.
    return Held(frame.select(list(shape)), pl.Schema(shape))


def _by_link(frame: DataFrame, located: Located, side: str) -> DataFrame:
    """Replace what a mention means by what it means beside the partner of the row."""
    told = located.links_of(side)
    both = list(OTHER_SIDE)
    names = [name for name in told.columns if name not in {f"{one}_mention" for one in both}]
    sent = send(frame.sparkSession, told.rename({name: f"__{name}" for name in names})).frame
    frame = frame.join(sent, [f"{one}_mention" for one in both], "left")
    for name in names:
        frame = frame.withColumn(name, f.coalesce(f"__{name}", name)).drop(f"__{name}")
    return frame


def with_pairs(claims: Held) -> Held:
    """Add `partnership_id`."""

    def work(batch: pl.DataFrame) -> Frames:
        return {"claims": batch.with_columns(partnership_id=pair_ids(batch["town_id"], batch["partner_id"]))}

    shapes = {"claims": with_text(claims.shape, "partnership_id")}
    return claims.map(work, shapes).pick("claims")
