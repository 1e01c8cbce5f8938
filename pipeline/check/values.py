"""Text to values: what cannot be one becomes null, its text stays, and a finding says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.dates import parse_dates
from pipeline.declarations import CODED, SIDES
from schemas import FINDINGS
from schemas import vocabularies as v
from schemas.columns import EARLIEST_YEAR, LATEST_YEAR

if TYPE_CHECKING:
    from pipeline.declarations import Declaration

#: What a bare "since" dates, by what was agreed.
EVENT_OF_FORM = {
    v.Form.PARTNERSHIP: v.Event.CHARTER_SIGNED,
    v.Form.PROJECT_PARTNERSHIP: v.Event.CHARTER_SIGNED,
    v.Form.UNSPECIFIED: v.Event.CHARTER_SIGNED,
    v.Form.FRIENDSHIP: v.Event.FRIENDSHIP_AGREED,
    v.Form.CONTACT: v.Event.FIRST_CONTACT,
}
#: A year is a suspected placeholder when it stands this often, and this many times as often as any
#: year within so many years of it. The German register's 2000 stands 922 times, its next 312 times.
HEAP_SIZE, HEAP_RATIO, HEAP_WINDOW = 50, 2.5, 5

#: A frame and what was noted on the way to it; findings are made in one go at the end.
Noted = tuple[pl.DataFrame, list[pl.LazyFrame]]


def note(
    frame: pl.DataFrame, where: pl.Expr, column: str, rule: str, *, action: v.Action = v.Action.NULLED,
    severity: v.Severity = v.Severity.WARNING, value: str | None = None,
) -> pl.LazyFrame:  # fmt: skip
    """Return one finding for each row for which `where` is true."""
    return frame.lazy().filter(where).select(
        "snapshot_id", "locator",
        column_name=pl.lit(column), rule=pl.lit(rule), severity=pl.lit(severity.value),
        raw_value=pl.col(value or column), action=pl.lit(action.value),
    )  # fmt: skip


def mark_suspects(frame: pl.DataFrame, declaration: Declaration) -> Noted:
    """Null the values that the declaration knows to be placeholders; the printed start and end stay as text."""
    findings = []
    frame = frame.with_columns(start_value="start", end_value="end")
    for suspect in declaration.suspect:
        target = f"{suspect.column}_value" if suspect.column in ("start", "end") else suspect.column
        hit = pl.col(suspect.column).is_in(suspect.values)
        action = v.Action.NULLED if suspect.action == "null" else v.Action.KEPT
        findings.append(note(frame, hit, suspect.column, "suspect_value", action=action, severity=v.Severity.INFO))
        if suspect.action == "null":
            frame = frame.with_columns(pl.when(~hit.fill_null(value=False)).then(target).alias(target))
    return frame, findings


def decode_categories(frame: pl.DataFrame, declaration: Declaration) -> Noted:
    """Turn codes into the values of their vocabularies; an unknown code is a finding and becomes null."""
    findings, decoded = [], [pl.col("form").alias("form_text")]
    for column, vocabulary in CODED.items():
        if frame[column].null_count() == frame.height:
            continue
        own = {code.lower(): value for code, value in declaration.codes.get(column, {}).items()}
        known = own or {member.value: member.value for member in vocabulary}
        # A constant is in our own words even where the source's codes are not.
        if any(column in declaration.constants_of(file) for file in declaration.files):
            known = known | {member.value: member.value for member in vocabulary}
        value = (
            pl.col(column)
            .str.to_lowercase()
            .replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
        )
        findings.append(note(frame, pl.col(column).is_not_null() & value.is_null(), column, "unknown_code"))
        decoded.append(value.alias(column))
    return frame.with_columns(decoded), findings


def read_dates(frame: pl.DataFrame, declaration: Declaration) -> Noted:
    """Turn `start` and `end` texts into dates with a precision, and hold them against what is plausible."""
    findings = []
    texts = pl.concat([frame["start_value"], frame["end_value"].alias("start_value")])
    read = parse_dates(texts, declaration.language)
    for side in ("start", "end"):
        parsed = read.select(
            pl.col("text").alias(f"{side}_value"),
            pl.col("date").alias(f"{side}_date"),
            pl.col("precision").alias(f"{side}_precision"),
            pl.col("date_note").alias(f"{side}_date_note"),
        )
        frame = frame.join(parsed, on=f"{side}_value", how="left", maintain_order="left")
        date, text = pl.col(f"{side}_date"), pl.col(f"{side}_value")
        earliest = (
            pl.when(pl.col("start_event") == v.Event.PRECURSOR).then(EARLIEST_YEAR)
            .otherwise(declaration.expect.earliest_year)
        )  # fmt: skip
        problems = (
            ("unreadable_date", text.is_not_null() & date.is_null()),
            ("implausible_year", date.dt.year() < earliest),
            ("future_date", date > pl.col("as_of_date")),
        )
        for rule, problem in problems:
            findings.append(note(frame, problem, side, rule))
            frame = _without(frame, problem, side)
        noted = pl.col(f"{side}_date_note").is_not_null() & date.is_not_null()
        findings += [
            note(frame, noted & (pl.col(f"{side}_date_note") == rule), side, f"date_{rule}",
                 action=v.Action.KEPT, severity=v.Severity.INFO)
            for rule in frame.filter(noted)[f"{side}_date_note"].unique().sort().to_list()
        ]  # fmt: skip
    backwards = pl.col("end_date") < pl.col("start_date").dt.truncate("1y")
    findings.append(note(frame, backwards, "end", "end_before_start", severity=v.Severity.ERROR))
    return _without(frame, backwards, "end"), findings


def _without(frame: pl.DataFrame, problem: pl.Expr, side: str) -> pl.DataFrame:
    good = ~problem.fill_null(value=False)
    return frame.with_columns(
        pl.when(good).then(f"{side}_date").alias(f"{side}_date"),
        pl.when(good & pl.col(f"{side}_date").is_not_null())
        .then(f"{side}_precision")
        .otherwise(pl.lit(v.Precision.UNKNOWN.value))
        .alias(f"{side}_precision"),
    )


def find_heaps(frame: pl.DataFrame, declaration: Declaration) -> pl.LazyFrame:
    """Return a finding for each year that stands far above its neighbours, as placeholders do."""
    known = {value for suspect in declaration.suspect if suspect.column == "start" for value in suspect.values}
    years = (
        frame.lazy()
        .filter(pl.col("start").str.contains(r"^[0-9]{4}$"))
        .group_by(year=pl.col("start").cast(pl.Int32))
        .agg(count=pl.len())
    )
    near = pl.col("year") - pl.col("year_other")
    heaps = (
        years.filter(pl.col("count") >= HEAP_SIZE)
        .join(years, how="cross", suffix="_other")
        .group_by("year", "count")
        .agg(next=pl.col("count_other").filter((near != 0) & (near.abs() <= HEAP_WINDOW)).max().fill_null(0))
        .filter(pl.col("count") >= HEAP_RATIO * pl.col("next"))
        .sort("year")
    )
    return heaps.select(
        snapshot_id=pl.lit(None, pl.String),
        locator=pl.lit(None, pl.String),
        column_name=pl.lit("start"),
        rule=pl.lit("placeholder_heap"),
        severity=pl.lit(v.Severity.WARNING.value),
        raw_value=pl.format("{} stands {} times, no year near it more than {}", "year", "count", "next"),
        action=pl.when(pl.col("year").cast(pl.String).is_in(list(known)))
        .then(pl.lit(v.Action.NULLED.value))
        .otherwise(pl.lit(v.Action.KEPT.value)),
    )


def read_places(frame: pl.DataFrame) -> Noted:
    """Turn coordinates, populations and identifiers into numbers and ids."""
    findings = []
    for side in SIDES:
        latitude, longitude, people, geonames, wikidata = (
            f"{side}_{part}" for part in ("latitude", "longitude", "population", "geonames_id", "wikidata_id")
        )
        degrees = {column: _degrees(column, limit) for column, limit in ((latitude, 90), (longitude, 180))}
        count = pl.col(people).cast(pl.Float64, strict=False)
        place = pl.col(geonames).cast(pl.Int64, strict=False)
        # A label that is nothing but an identifier is what Wikidata prints where a language has no name.
        item = pl.coalesce(wikidata, pl.col(side).str.extract(r"^(Q[1-9][0-9]*)$")).str.extract(r"(Q[1-9][0-9]*)$")
        values = {
            **degrees,
            people: pl.when((count >= 0) & (count == count.floor())).then(count.cast(pl.Int64, strict=False)),
            geonames: pl.when(place >= 1).then(place),
            wikidata: item,
        }
        rules = ("bad_coordinate", "bad_coordinate", "bad_number", "bad_identifier", "bad_identifier")
        findings += [
            note(frame, pl.col(column).is_not_null() & value.is_null(), column, rule)
            for (column, value), rule in zip(values.items(), rules, strict=True)
            if frame[column].null_count() < frame.height
        ]
        # One coordinate alone is none, and 0/0 is where a geocoder puts what it does not find.
        both = degrees[latitude].is_not_null() & degrees[longitude].is_not_null()
        both &= (degrees[latitude] != 0) | (degrees[longitude] != 0)
        given = degrees[latitude].is_not_null() | degrees[longitude].is_not_null()
        if any(frame[column].null_count() < frame.height for column in degrees):
            findings.append(note(frame, given & ~both.fill_null(value=False), latitude, "no_place"))
        values |= {column: pl.when(both).then(value) for column, value in degrees.items()}
        frame = frame.with_columns(value.alias(column) for column, value in values.items())
    return frame, findings


def _degrees(column: str, limit: int) -> pl.Expr:
    number = pl.col(column).str.replace(r"^(-?\d+),(\d+)$", "$1.$2").cast(pl.Float64, strict=False)
    return pl.when(number.is_not_nan() & (number.abs() <= limit)).then(number)


def figure(column: str) -> pl.Expr:
    """Read a figure: `1 300`, `1,300`, `1'300`, `12.5`, `12,5`; null where it is no finite number."""
    text = pl.col(column).str.replace_all(r"\s|'", "")
    grouped = text.str.contains(r"^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$")
    plain = (
        pl.when(grouped)
        .then(text.str.replace_all(",", ""))
        .otherwise(text.str.replace(r"^(-?[0-9]+),([0-9]+)$", "$1.$2"))
    )
    number = plain.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def read_years(frame: pl.DataFrame) -> Noted:
    """Keep of the plain year columns what is a year, as text; `stated_member_count` likewise what is a count."""
    findings, kept = [], []
    for column in ("award_year", "since", "until", "group_since", "year", "stated_member_count"):
        if frame[column].null_count() == frame.height:
            continue
        number = pl.col(column).str.extract(r"^\D*([0-9]{1,6})\D*$").cast(pl.Int64, strict=False)
        is_count = column == "stated_member_count"
        good = pl.col(column).str.contains("^[0-9]+$") if is_count else number.is_between(EARLIEST_YEAR, LATEST_YEAR)
        bad = pl.col(column).is_not_null() & ~good.fill_null(value=False)
        findings.append(note(frame, bad, column, "bad_number"))
        kept.append(pl.when(good).then(number.cast(pl.String)).alias(column))
    return frame.with_columns(kept), findings


def collect_findings(findings: list[pl.LazyFrame], source_id: str) -> pl.DataFrame:
    """Return all findings of a source in the shape of the published table."""
    if not findings:
        return FINDINGS.empty()
    return FINDINGS.conform(pl.concat(findings).with_columns(source_id=pl.lit(source_id)).collect().unique())
