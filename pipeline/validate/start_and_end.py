"""The texts of `start` and `end` to dates with a precision; a date that is not plausible is a finding and null."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.dates import parse_dates
from pipeline.validate.findings import FindingRule, WithFindings, collect_findings
from schemas import vocabularies as v
from schemas.columns import EARLIEST_YEAR

if TYPE_CHECKING:
    from pipeline.sources import Declaration

_UNKNOWN = pl.lit(v.Precision.UNKNOWN.value)


def parse_starts_and_ends(frame: pl.DataFrame, declaration: Declaration) -> pl.DataFrame:
    """Return what each distinct text of `start` and `end` says, known placeholders too: the rows of `parse_dates`."""
    texts = pl.concat([frame["start"], frame["start_value"].alias("start"), frame["end_value"].alias("start")])
    return parse_dates(texts, declaration.language)


def read_dates(frame: pl.DataFrame, parsed: pl.DataFrame, earliest_year: int) -> WithFindings:
    """Return statements with `start_date`, `end_date`, their precision and their note; implausible dates are null.

    Args:
        frame: statements.
        parsed: what each text says, from `parse_starts_and_ends`.
        earliest_year: the first year that is plausible for this source; precursors may be older.
    """
    findings = []
    for side in ("start", "end"):
        if not frame[f"{side}_value"].count():
            frame = frame.with_columns(**_no_date(side))
            continue
        frame = _with_parsed(frame, parsed, side)
        problems = _problems(side, earliest_year)
        is_good = ~pl.any_horizontal(problems.values()).fill_null(value=False)
        rules = [FindingRule(problem, side, rule) for rule, problem in problems.items()]
        findings += collect_findings(frame, rules + _notes(frame, side, is_good))
        frame = _keep_dates(frame, is_good, side)
    if frame["end_date"].count():
        backwards = pl.col("end_date") < pl.col("start_date").dt.truncate("1y")
        rule = FindingRule(backwards, "end", "end_before_start", severity=v.Severity.ERROR)
        findings += collect_findings(frame, [rule])
        frame = _keep_dates(frame, ~backwards.fill_null(value=False), "end")
    return frame, findings


def _with_parsed(frame: pl.DataFrame, parsed: pl.DataFrame, side: str) -> pl.DataFrame:
    text = f"{side}_value"
    values = parsed.select(
        pl.col("text").alias(text),
        pl.col("date").alias(f"{side}_date"),
        pl.col("precision").alias(f"{side}_precision"),
        pl.col("date_note").alias(f"{side}_date_note"),
    )
    # Only the text is joined: a join copies every column of its left side.
    joined = frame.select(text).join(values, on=text, how="left", maintain_order="left")
    return frame.hstack(joined.drop(text))


def _problems(side: str, earliest_year: int) -> dict[str, pl.Expr]:
    """Return what may be wrong with a date, by rule; a row has one problem at most."""
    date, text = pl.col(f"{side}_date"), pl.col(f"{side}_value")
    earliest = pl.when(pl.col("start_event") == v.Event.PRECURSOR).then(EARLIEST_YEAR).otherwise(earliest_year)
    only_bound = (pl.col(f"{side}_date_note") == "bound_only").fill_null(value=False)
    return {
        "date_bound_only": only_bound,
        "unreadable_date": text.is_not_null() & date.is_null() & ~only_bound,
        "implausible_year": date.dt.year() < earliest,
        "future_date": (date > pl.col("as_of_date")) & (date.dt.year() >= earliest),
    }


def _notes(frame: pl.DataFrame, side: str, is_good: pl.Expr) -> list[FindingRule]:
    """Return a rule for each note that the date parser made on a date that is used."""
    note = f"{side}_date_note"
    is_used = is_good & pl.col(f"{side}_date").is_not_null()
    return [
        FindingRule(is_used & (pl.col(note) == text), side, f"date_{text}", v.Action.KEPT, v.Severity.INFO)
        for text in frame[note].drop_nulls().unique().sort()
    ]


def _no_date(side: str) -> dict[str, pl.Expr]:
    return {
        f"{side}_date": pl.lit(None, pl.Date),
        f"{side}_precision": _UNKNOWN,
        f"{side}_date_note": pl.lit(None, pl.String),
    }


def _keep_dates(frame: pl.DataFrame, is_good: pl.Expr, side: str) -> pl.DataFrame:
    """Return the frame with the dates of the good rows only."""
    date, precision = f"{side}_date", f"{side}_precision"
    is_dated = is_good & pl.col(date).is_not_null()
    return frame.with_columns(
        pl.when(is_good).then(date).alias(date),
        pl.when(is_dated).then(precision).otherwise(_UNKNOWN).alias(precision),
    )
