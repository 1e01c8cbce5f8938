"""The texts of `start` and `end` to dates with a precision; a date that is not plausible is a finding and null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.dates import DateFormat, parse_dates
from pipeline.validate.findings import FindingRule, WithFindings, collect_findings
from schemas import vocabularies as v
from schemas.columns import EARLIEST_YEAR

if TYPE_CHECKING:
    from pipeline.sources import Declaration

_UNKNOWN = pl.lit(v.Precision.UNKNOWN.value)


#: Working column: the number of the format in which a row prints its dates.
FORMAT: Final = "date_format"


def parse_starts_and_ends(frame: pl.DataFrame, declaration: Declaration) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return statements with `FORMAT`, and what each distinct text of `start` and `end` says in each format.

    A text can be one day in one file and another day in the next. Known placeholders are parsed too.

    Returns:
        The frame; the rows of `parse_dates` with `FORMAT`.
    """
    formats = _date_formats(frame, declaration)
    distinct = list(dict.fromkeys(formats.values()))
    numbers = {snapshot_id: distinct.index(date_format) for snapshot_id, date_format in formats.items()}
    number = pl.col("snapshot_id").replace_strict(numbers, return_dtype=pl.Int32)
    frame = frame.with_columns((number if len(distinct) > 1 else pl.lit(0, pl.Int32)).alias(FORMAT))
    parsed = []
    for index, date_format in enumerate(distinct or [DateFormat()]):
        rows = frame.filter(pl.col(FORMAT) == index) if len(distinct) > 1 else frame
        texts = pl.concat([rows["start"], rows["start_value"].alias("start"), rows["end_value"].alias("start")])
        parsed.append(parse_dates(texts, date_format).with_columns(pl.lit(index, pl.Int32).alias(FORMAT)))
    return frame, pl.concat(parsed)


def _date_formats(frame: pl.DataFrame, declaration: Declaration) -> dict[str, DateFormat]:
    """Return how each snapshot prints its dates."""
    files = {file.name: file for file in declaration.files}
    formats = {}
    for snapshot_id, as_of in frame.select("snapshot_id", "as_of_date").unique().sort("snapshot_id").iter_rows():
        file = files.get(snapshot_id.partition("/")[2].rpartition("@")[0])
        file_format = declaration.format_of(file) if file else declaration.format
        formats[snapshot_id] = DateFormat(
            declaration.language, file_format.date_order, file_format.two_digit_years_from, as_of
        )
    return formats


def read_dates(frame: pl.DataFrame, parsed: pl.DataFrame, earliest_year: int) -> WithFindings:
    """Return statements with `start_date`, `end_date`, their precision and their note; implausible dates are null.

    Args:
        frame: statements.
        parsed: what each text says, from `parse_starts_and_ends`, as is the frame.
        earliest_year: the first year that is plausible for this source; precursors may be older.
    """
    findings = []
    for side in ("start", "end"):
        if not frame[f"{side}_value"].count():
            frame = frame.with_columns(**_no_date(side))
            continue
        frame = _with_parsed(frame, parsed, side)
        problems = _problems(frame, side, earliest_year)
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
        FORMAT,
        pl.col("date").alias(f"{side}_date"),
        pl.col("precision").alias(f"{side}_precision"),
        pl.col("date_note").alias(f"{side}_date_note"),
        pl.col("century_inferred").alias(f"{side}_century_inferred"),
    )
    # Only the text is joined: a join copies every column of its left side.
    joined = frame.select(text, FORMAT).join(values, on=[text, FORMAT], how="left", maintain_order="left")
    return frame.hstack(joined.drop(text, FORMAT))


def _problems(frame: pl.DataFrame, side: str, earliest_year: int) -> dict[str, pl.Expr]:
    """Return what may be wrong with a date, by rule; a row has one problem at most."""
    date, text, note = pl.col(f"{side}_date"), pl.col(f"{side}_value"), pl.col(f"{side}_date_note")
    earliest = pl.when(pl.col("start_event") == v.Event.PRECURSOR).then(EARLIEST_YEAR).otherwise(earliest_year)
    is_unread = text.is_not_null() & date.is_null()
    reasons = frame.filter(is_unread)[f"{side}_date_note"].drop_nulls().unique().sort()
    return {
        **{f"date_{reason}": is_unread & (note == reason).fill_null(value=False) for reason in reasons},
        "unreadable_date": is_unread & note.is_null(),
        "implausible_year": date.dt.year() < earliest,
        "future_date": (date > pl.col("as_of_date")) & (date.dt.year() >= earliest),
    }


def _notes(frame: pl.DataFrame, side: str, is_good: pl.Expr) -> list[FindingRule]:
    """Return a rule for each note that the date parser made on a date that is used."""
    note = f"{side}_date_note"
    is_used = is_good & pl.col(f"{side}_date").is_not_null()
    rules = {f"date_{text}": pl.col(note) == text for text in frame[note].drop_nulls().unique().sort()}
    rules["date_century_inferred"] = pl.col(f"{side}_century_inferred")
    return [FindingRule(is_used & where, side, rule, v.Action.KEPT, v.Severity.INFO) for rule, where in rules.items()]


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
