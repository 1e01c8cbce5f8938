"""Text to values: what cannot be one becomes null, its text stays, and a finding says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.check.category_words import decode_words
from pipeline.dates import parse_dates
from pipeline.declarations import CODED, SIDES
from pipeline.locate.names import search_key
from schemas import FINDINGS
from schemas import vocabularies as v
from schemas.columns import EARLIEST_YEAR, LATEST_YEAR

if TYPE_CHECKING:
    from pipeline.declarations import Declaration

#: What a row that tells of one of these says of the link since.
STATUS_AFTER = {
    v.Event.SUSPENDED.value: v.Status.SUSPENDED.value,
    v.Event.RESUMED.value: v.Status.ACTIVE.value,
    v.Event.ENDED.value: v.Status.ENDED.value,
}

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
    """Turn codes into the values of their vocabularies; an unknown code is a finding and becomes null.

    The declaration's codes come first, then the words that many sources use (`category_words.toml`).
    """
    findings, decoded = [], [pl.col("form").alias("form_text")]
    for column, vocabulary in CODED.items():
        if frame[column].null_count() == frame.height:
            continue
        own = {code.lower(): value for code, value in declaration.codes.get(column, {}).items()}
        known = own or {member.value: member.value for member in vocabulary}
        # A constant is in our own words even where the source's codes are not.
        if any(column in declaration.constants_of(file) for file in declaration.files):
            known = known | {member.value: member.value for member in vocabulary}
        value = pl.coalesce(
            pl.col(column)
            .str.to_lowercase()
            .replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String),
            _by_words(frame[column], decode_words(column, declaration.language)),
        )
        findings.append(note(frame, pl.col(column).is_not_null() & value.is_null(), column, "unknown_code"))
        decoded.append(value.alias(column))
    return frame.with_columns(decoded), findings


def _by_words(texts: pl.Series, words: dict[str, str]) -> pl.Expr:
    """Return what the texts mean by `words`; null where it is not among them."""
    distinct = texts.drop_nulls().unique().alias("text").to_frame()
    known = distinct.select(
        "text", value=search_key(pl.col("text")).replace_strict(words, default=None, return_dtype=pl.String)
    )
    known = known.drop_nulls()
    return pl.col(texts.name).replace_strict(known["text"], known["value"], default=None, return_dtype=pl.String)


def parse_starts_and_ends(frame: pl.DataFrame, declaration: Declaration) -> pl.DataFrame:
    """Read every text of `start` and `end`, known placeholders too, once each: the rows of `parse_dates`."""
    texts = pl.concat([frame["start"], frame["start_value"].alias("start"), frame["end_value"].alias("start")])
    return parse_dates(texts, declaration.language)


def read_dates(frame: pl.DataFrame, read: pl.DataFrame, earliest_year: int) -> Noted:
    """Turn `start` and `end` texts into dates with a precision, and hold them against what is plausible.

    Args:
        frame: statements.
        read: what each text says, from `parse_starts_and_ends`.
        earliest_year: the first that is plausible of this source, but for precursors.
    """
    findings = []
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
            .otherwise(earliest_year)
        )  # fmt: skip
        only_bound = (pl.col(f"{side}_date_note") == "bound_only").fill_null(value=False)
        problems = (
            ("date_bound_only", only_bound),
            ("unreadable_date", text.is_not_null() & date.is_null() & ~only_bound),
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


def collect_notes(noted: list[pl.LazyFrame]) -> pl.DataFrame:
    """Return what was noted as one frame."""
    return pl.concat(noted).collect()


def collect_findings(noted: list[pl.DataFrame], source_id: str) -> pl.DataFrame:
    """Return all findings of a source in the shape of the published table."""
    if not noted:
        return FINDINGS.empty()
    return FINDINGS.conform(pl.concat(noted).with_columns(source_id=pl.lit(source_id)).unique())
