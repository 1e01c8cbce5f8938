"""Mentions of towns: each distinct one once, so that it is located once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.names import search_key
from pipeline.locate.factorize import factorize
from pipeline.locate.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Columns of a mention and their types; one mention differs from another in any of them but the population.
_SCHEMA: Final = pl.Schema(
    {
        "text": pl.String,
        "country": pl.String,
        "country_code": pl.String,
        "region": pl.String,
        "latitude": pl.Float64,
        "longitude": pl.Float64,
        "wikidata_id": pl.String,
        "geonames_id": pl.Int64,
        "kind": pl.String,
        "population": pl.Int64,
    }
)
MENTION_KEY: Final = tuple(column for column in _SCHEMA if column != "population")


def index_mentions(
    statements: Sequence[tuple[pl.DataFrame, Mapping[str, Mapping[str, str]]]],
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Return the distinct mentions of all statements, and the statements with the number of each mention.

    Args:
        statements: frames, each with its sides: for each side the columns that hold `MENTION_KEY` and `population`.

    Returns:
        The mentions, as `collect_mentions` gives them, and the frames with `{side}_mention` for each side.
    """
    # First the distinct mentions of each side of each frame: far fewer rows than the statements.
    sides = [
        (i, side, *_distinct(frame, columns))
        for i, (frame, columns_of_side) in enumerate(statements)
        for side, columns in columns_of_side.items()
    ]
    mentions, numbers = collect_mentions(pl.concat([distinct for _, _, distinct, _ in sides]))
    indexed = [frame for frame, _ in statements]
    start = 0
    for i, side, distinct, row_numbers in sides:
        numbers_of_side = numbers.slice(start, distinct.height)
        indexed[i] = indexed[i].with_columns(numbers_of_side.gather(row_numbers).alias(f"{side}_mention"))
        start += distinct.height
    return mentions, indexed


def _distinct(frame: pl.DataFrame, columns: Mapping[str, str]) -> tuple[pl.DataFrame, pl.Series]:
    """Return the distinct `MENTION_KEY` of one side with the largest `population`, and the number of each row."""
    filled = {
        key: column
        for key, column in columns.items()
        if key in _SCHEMA and (key == "text" or frame[column].null_count() < frame.height)
    }
    keys = frame.select(pl.col(column).alias(key) for key, column in filled.items() if key in MENTION_KEY)
    numbers, first_rows = factorize(keys)
    distinct = keys.select(pl.all().gather(first_rows)).with_row_index("number")
    if "population" in filled:
        distinct = _with_largest_population(distinct, frame.select(number=numbers, population=filled["population"]))
    return distinct.select(
        (pl.col(key) if key in filled else pl.lit(None)).cast(dtype).alias(key) for key, dtype in _SCHEMA.items()
    ), numbers


def collect_mentions(stated: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Return the distinct mentions among all that are stated.

    Args:
        stated: `MENTION_KEY` and `population`; a kind that is not stated is derived from the name.

    Returns:
        Each distinct mention once (`mention`, `MENTION_KEY`, the largest stated `population`, and `key`, the search key
        of the text), in the order of `MENTION_KEY`; and the `mention` of each row of `stated`.
    """
    stated_numbers, first_rows = factorize(stated.select(MENTION_KEY))
    distinct = stated.select(pl.col(MENTION_KEY).gather(first_rows)).with_columns(
        kind=pl.coalesce("kind", kind_of(pl.col("text"), pl.col("country_code")))
    )
    # The same name, once with a stated kind and once with the derived one, is one mention.
    numbers, first_rows = factorize(distinct)
    distinct = distinct.select(pl.all().gather(first_rows)).with_row_index("number")
    numbers = numbers.gather(stated_numbers)
    distinct = _with_largest_population(distinct, stated.select("population", number=numbers))
    # Empty columns order nothing.
    mentions = distinct.sort([key for key in MENTION_KEY if distinct[key].null_count() < distinct.height] or "number")
    mention_of_number = mentions["number"].arg_sort()
    mentions = mentions.drop("number").with_row_index("mention").with_columns(key=search_key(pl.col("text")))
    return mentions, mention_of_number.gather(numbers).alias("mention")


def _with_largest_population(distinct: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """Add the largest `population` that is stated of each `number`."""
    largest = stated.drop_nulls().group_by("number").max()
    return distinct.join(largest, on="number", how="left", maintain_order="left")
