"""Reviewed corrections: which place a mention means, or does not mean, each with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import DeclarationError
from pipeline.gazetteer.names import search_key
from pipeline.locate.decision import decision
from pipeline.sources import CORRECTIONS
from schemas import Findings
from schemas.vocabularies import Action, LocatedBy, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The project's own; a folder given with --sources may have further ones under the same name.
BUILT_IN = Path(__file__).with_name(CORRECTIONS)
COLUMNS = ("text", "country_code", "region", "verdict", "place_id", "source_id", "reason")
#: The source of findings about corrections.
SOURCE_ID = "corrections"
#: `is`: the mention means that place. `is_not`: it does not, whatever the evidence.
VERDICTS = ("is", "is_not")


def load_corrections(folders: Iterable[Path] = ()) -> pl.DataFrame:
    """Return all corrections: `COLUMNS`, `key` (search key of the text) and `where` (file and line).

    Raises:
        DeclarationError: a file lacks a column, a verdict is unknown or a reason is missing; names file and line.
    """
    paths = [BUILT_IN, *(path for folder in folders if (path := folder / BUILT_IN.name).exists())]
    return pl.concat(_read(path) for path in paths)


def _read(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DeclarationError(f"{path}: cannot be read as a table of corrections: {error}") from error
    missing = [column for column in COLUMNS if column not in frame.columns]
    if missing:
        raise DeclarationError(f"{path}: has no column {', '.join(missing)}; a correction has {', '.join(COLUMNS)}")
    frame = frame.select(
        *COLUMNS,
        key=search_key(pl.col("text")),
        where=pl.format("{}, line {}", pl.lit(path.name), pl.int_range(pl.len()) + 2),
    )
    is_complete = pl.all_horizontal(pl.col("reason", "place_id").is_not_null()) & (pl.col("key") != "")
    wrong = frame.filter(~(pl.col("verdict").is_in(VERDICTS) & is_complete).fill_null(value=False))
    if wrong.height:
        raise DeclarationError(
            f"{path.parent / wrong['where'][0]}: a correction names a text, a place and a reason, and its "
            f"verdict is one of: {', '.join(VERDICTS)}"
        )
    return frame


def match_corrections(mentions: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Return the corrections that match a mention: `mention`, `verdict`, `place_id`, `where`.

    A correction without a region matches the mentions without one.

    Args:
        mentions: `mention`, `key`, `country_code`, `region`.
        corrections: from `load_corrections`.
    """
    region = search_key(pl.col("region"))
    return (
        mentions.select("mention", "country_code", "key", region)
        .join(corrections.with_columns(region), on=["key", "country_code", "region"], nulls_equal=True)
        .select("mention", "verdict", "place_id", "where")
    )


def decide_by_correction(matched: pl.DataFrame) -> pl.DataFrame:
    """Return the decisions of corrections.

    Args:
        matched: from `match_corrections`.
    """
    confirmed = matched.filter(pl.col("verdict") == "is").unique("mention", keep="last", maintain_order=True)
    return confirmed.select("mention", "place_id", **decision(LocatedBy.CORRECTION, 1.0))


def without_refuted(candidates: pl.DataFrame, matched: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates that no correction rules out."""
    return candidates.join(matched.filter(pl.col("verdict") == "is_not"), on=["mention", "place_id"], how="anti")


def unused_corrections(corrections: pl.DataFrame, matched: pl.DataFrame, read: Iterable[str]) -> pl.DataFrame:
    """Return, as findings, the corrections that match nothing although their source was read.

    Args:
        corrections: from `load_corrections`.
        matched: from `match_corrections`.
        read: ids of the sources that were read.
    """
    is_unused = pl.col("source_id").is_in(list(read)) & ~pl.col("where").is_in(matched["where"].implode())
    return Findings.coerce(
        corrections.filter(is_unused).select(
            source_id=pl.lit(SOURCE_ID),
            snapshot_id=pl.lit(None, pl.String),
            locator="where",
            column_name=pl.lit("text"),
            rule=pl.lit("correction_unused"),
            severity=pl.lit(Severity.WARNING.value),
            raw_value="text",
            action=pl.lit(Action.KEPT.value),
        )
    )
