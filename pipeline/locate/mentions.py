"""Mentions of towns, each distinct one once, and the names that it may be read as."""

from __future__ import annotations

import polars as pl

from pipeline.locate.kinds import kind_of
from pipeline.locate.names import search_key
from schemas.vocabularies import TownKind

#: What tells one mention from another.
MENTION_KEY = (
    "text", "country", "country_code", "region", "latitude", "longitude", "wikidata_id", "geonames_id", "kind",
)  # fmt: skip

#: How much a reading of a mention is worth: the text as it stands, and what is left of it.
_AS_IT_STANDS, _WITHOUT_TAIL, _IN_BRACKETS, _PART = 1.0, 0.95, 0.8, 0.85
#: Words before a name that say that it is a municipality.
_STATUS_WORDS = (
    r"^(?:city of|town of|municipality of|commune de|ville de|comune di|citta di|gmina|obec|mesto|miasto|stadt|markt"
    r"|gemeinde|ciudad de|municipio de) "
)


def collect_mentions(stated: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Find the distinct mentions among all that are stated.

    Args:
        stated: `MENTION_KEY`, `population` and further columns; a kind that is not stated is told from the name.

    Returns:
        Each distinct mention once (`mention`, `MENTION_KEY`, the largest stated `population`), and the further columns
        of every statement with its `mention`.
    """
    others = [column for column in stated.columns if column not in (*MENTION_KEY, "population")]
    grouped = stated.group_by(MENTION_KEY).agg(pl.col("population").max(), *others)
    grouped = grouped.with_columns(kind=pl.coalesce("kind", kind_of(pl.col("text")))).sort(MENTION_KEY)
    # The same name with its kind stated and told is one mention.
    mention = pl.struct(MENTION_KEY).rle_id().alias("mention")
    grouped = grouped.with_columns(mention)
    mentions = grouped.group_by("mention", maintain_order=True).agg(
        *(pl.col(key).first() for key in MENTION_KEY), pl.col("population").max()
    )
    return mentions, grouped.select("mention", *others).explode(others, empty_as_null=False)


def read_names(mentions: pl.DataFrame) -> pl.DataFrame:
    """Return what each municipal mention may be called.

    Returns:
        `mention`, `key` (search key), `weight` (1 for the text as it stands), best weight first for each key.
    """
    towns = mentions.filter(pl.col("kind") == TownKind.MUNICIPALITY.value)
    text = pl.col("text")
    before = text.str.extract(r"^([^(\[]+?)\s*[(\[]")
    readings = (
        (text, _AS_IT_STANDS),
        (before, _WITHOUT_TAIL),
        (text.str.extract(r"^([^,]+),"), _WITHOUT_TAIL),
        (text.str.extract(r"[(\[]([^)\]]+)[)\]]"), _IN_BRACKETS),
        (text.str.extract(r"^([^/]+)/"), _PART),
        (text.str.extract(r"/\s*([^/]+)$"), _PART),
    )
    names = pl.concat(
        towns.select("mention", key=search_key(reading), weight=pl.lit(weight)) for reading, weight in readings
    )
    bare = names.with_columns(pl.col("key").str.replace(_STATUS_WORDS, ""), pl.col("weight") * 0.99)
    return pl.concat([names, bare]).filter(pl.col("key") != "").group_by("mention", "key").agg(pl.col("weight").max())


def region_hints(mentions: pl.DataFrame) -> pl.DataFrame:
    """Return `mention`, `hint` (search key): what the source says of where the town lies."""
    text = pl.col("text")
    hints = (pl.col("region"), text.str.extract(r"[(\[]([^)\]]+)[)\]]"), text.str.extract(r",\s*(.+)$"))
    return (
        pl.concat(mentions.select("mention", hint=search_key(hint)) for hint in hints)
        .filter(pl.col("hint") != "")
        .unique()
    )
