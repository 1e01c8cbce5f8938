"""Text to values: what cannot be one becomes null, its text stays, and a finding says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipeline.dates import parse_dates
from pipeline.gazetteer.names import search_key
from pipeline.readers.category_words import decode_words
from pipeline.sources import CODED, SIDES
from schemas import FINDINGS
from schemas import vocabularies as v
from schemas.columns import EARLIEST_YEAR, LATEST_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.sources import Declaration
    from pipeline.sources.keys import Side

#: What a row that tells of one of these says of the link since.
STATUS_AFTER = {
    v.Event.SUSPENDED.value: v.Status.SUSPENDED.value,
    v.Event.RESUMED.value: v.Status.ACTIVE.value,
    v.Event.ENDED.value: v.Status.ENDED.value,
}

#: A frame and the findings that were made on the way to it.
Noted = tuple[pl.DataFrame, list[pl.DataFrame]]


@dataclass(frozen=True)
class Note:
    """A finding for each row for which `where` is true."""

    where: pl.Expr
    column: str
    rule: str
    action: v.Action = v.Action.NULLED
    severity: v.Severity = v.Severity.WARNING


def take_notes(frame: pl.DataFrame, notes: Sequence[Note]) -> list[pl.DataFrame]:
    """Return the findings on the rows of a frame, one frame for each note that hits any; most hit none."""
    if not notes:
        return []
    hits = frame.select(note.where.alias(str(place)) for place, note in enumerate(notes)).get_columns()
    return [_findings(frame.filter(hit), note) for note, hit in zip(notes, hits, strict=True) if hit.any()]


def _findings(rows: pl.DataFrame, note: Note) -> pl.DataFrame:
    return rows.select(
        "snapshot_id", "locator",
        column_name=pl.lit(note.column), rule=pl.lit(note.rule), severity=pl.lit(note.severity.value),
        raw_value=pl.col(note.column), action=pl.lit(note.action.value),
    )  # fmt: skip


def is_filled(frame: pl.DataFrame, column: str) -> bool:
    """Return whether any row of a frame has the column."""
    return frame[column].null_count() < frame.height


def mark_suspects(frame: pl.DataFrame, declaration: Declaration) -> Noted:
    """Null the values that the declaration knows to be placeholders; the printed start and end stay as text."""
    notes, values = [], {"start_value": pl.col("start"), "end_value": pl.col("end")}
    for suspect in declaration.suspect:
        target = f"{suspect.column}_value" if suspect.column in ("start", "end") else suspect.column
        hit = pl.col(suspect.column).is_in(suspect.values)
        action = v.Action.NULLED if suspect.action == "null" else v.Action.KEPT
        notes.append(Note(hit, suspect.column, "suspect_value", action, v.Severity.INFO))
        if suspect.action == "null":
            good = ~hit.fill_null(value=False)
            values[target] = pl.when(good).then(values.get(target, pl.col(target)))
    return frame.with_columns(**values), take_notes(frame, notes)


def decode_categories(frame: pl.DataFrame, declaration: Declaration) -> Noted:
    """Turn codes into the values of their vocabularies; an unknown code is a finding and becomes null.

    The declaration's codes come first, then the words that many sources use (`category_words.toml`).
    """
    notes, decoded = [], [pl.col("form").alias("form_text")]
    for column, vocabulary in CODED.items():
        if not is_filled(frame, column):
            continue
        own = {code.lower(): value for code, value in declaration.codes.get(column, {}).items()}
        known = own or {member.value: member.value for member in vocabulary}
        # A constant is in our own words even where the source's codes are not.
        if any(column in declaration.constants_of(file) for file in declaration.files):
            known = known | {member.value: member.value for member in vocabulary}
        meant, unknown = _meanings(frame[column], known, decode_words(column, declaration.language))
        if unknown:
            notes.append(Note(pl.col(column).is_in(unknown), column, "unknown_code"))
        decoded.append(pl.col(column).replace_strict(meant, default=None, return_dtype=pl.String))
    return frame.with_columns(decoded), take_notes(frame, notes)


def _meanings(texts: pl.Series, known: dict[str, str], words: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return what each distinct text means by a source's own codes or by `words`, and the texts that mean nothing."""
    distinct = texts.drop_nulls().unique(maintain_order=True).alias("text").to_frame()
    keyed = distinct.select("text", code=pl.col("text").str.to_lowercase(), key=search_key(pl.col("text")))
    found = {text: known.get(code) or words.get(key) for text, code, key in keyed.iter_rows()}
    return {text: value for text, value in found.items() if value}, [text for text, value in found.items() if not value]


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
    found = []
    for side in ("start", "end"):
        if not is_filled(frame, f"{side}_value"):
            frame = frame.with_columns(**_no_date(side))
            continue
        parsed = read.select(
            pl.col("text").alias(f"{side}_value"),
            pl.col("date").alias(f"{side}_date"),
            pl.col("precision").alias(f"{side}_precision"),
            pl.col("date_note").alias(f"{side}_date_note"),
        )
        # Joined to all the columns, they would all be moved.
        text = frame.select(f"{side}_value")
        said = text.join(parsed, on=f"{side}_value", how="left", maintain_order="left")
        frame = frame.hstack(said.drop(f"{side}_value"))
        problems = _problems(side, earliest_year)
        notes = [Note(problem, side, rule) for rule, problem in problems.items()]
        good = ~pl.any_horizontal(problems.values()).fill_null(value=False)
        noted = pl.col(f"{side}_date_note")
        notes += [
            Note(good & (noted == rule) & pl.col(f"{side}_date").is_not_null(), side, f"date_{rule}", v.Action.KEPT,
                 v.Severity.INFO)
            for rule in frame[f"{side}_date_note"].drop_nulls().unique().sort().to_list()
        ]  # fmt: skip
        found += take_notes(frame, notes)
        frame = _only(frame, good, side)
    if is_filled(frame, "end_date"):
        backwards = pl.col("end_date") < pl.col("start_date").dt.truncate("1y")
        found += take_notes(frame, [Note(backwards, "end", "end_before_start", severity=v.Severity.ERROR)])
        frame = _only(frame, ~backwards.fill_null(value=False), "end")
    return frame, found


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


def _no_date(side: str) -> dict[str, pl.Expr]:
    return {
        f"{side}_date": pl.lit(None, pl.Date),
        f"{side}_precision": pl.lit(v.Precision.UNKNOWN.value),
        f"{side}_date_note": pl.lit(None, pl.String),
    }


def _only(frame: pl.DataFrame, good: pl.Expr, side: str) -> pl.DataFrame:
    """Return the frame with the dates of the good rows alone."""
    known = good & pl.col(f"{side}_date").is_not_null()
    return frame.with_columns(
        pl.when(good).then(f"{side}_date").alias(f"{side}_date"),
        pl.when(known)
        .then(f"{side}_precision")
        .otherwise(pl.lit(v.Precision.UNKNOWN.value))
        .alias(f"{side}_precision"),
    )


#: What is wrong with a value that cannot be read.
_BAD = {
    "latitude": "bad_coordinate", "longitude": "bad_coordinate", "population": "bad_number",
    "geonames_id": "bad_identifier", "wikidata_id": "bad_identifier",
}  # fmt: skip
_NUMBERS = {"latitude": pl.Float64, "longitude": pl.Float64, "population": pl.Int64, "geonames_id": pl.Int64}


def read_places(frame: pl.DataFrame) -> Noted:
    """Turn coordinates, populations and identifiers into numbers and ids."""
    found = []
    for side in SIDES:
        values = _place_values(frame, side)
        # Under names of their own, so that what could not be read can still be told.
        both = frame.with_columns(**{f"{part}_read": value for part, value in values.items()})
        notes = [
            Note(pl.col(f"{side}_{part}").is_not_null() & pl.col(f"{part}_read").is_null(), f"{side}_{part}", rule)
            for part, rule in _BAD.items()
            if part in values and is_filled(frame, f"{side}_{part}")
        ]
        read = {f"{side}_{part}": pl.col(f"{part}_read") for part in values}
        read |= {f"{side}_{part}": pl.lit(None, dtype) for part, dtype in _NUMBERS.items() if part not in values}
        if "latitude" in values:
            # One coordinate alone is none, and 0/0 is where a geocoder puts what it does not find.
            latitude, longitude = pl.col("latitude_read"), pl.col("longitude_read")
            is_place = latitude.is_not_null() & longitude.is_not_null() & ((latitude != 0) | (longitude != 0))
            given = latitude.is_not_null() | longitude.is_not_null()
            notes.append(Note(given & ~is_place.fill_null(value=False), f"{side}_latitude", "no_place"))
            read |= {f"{side}_{part}": pl.when(is_place).then(f"{part}_read") for part in ("latitude", "longitude")}
        found += take_notes(both, notes)
        frame = both.select(read.get(column, pl.col(column)).alias(column) for column in frame.columns)
    return frame, found


def _place_values(frame: pl.DataFrame, side: Side) -> dict[str, pl.Expr]:
    """Return what is read of the columns that are filled, by the column's name behind the side."""
    filled = {part for part in _BAD if is_filled(frame, f"{side}_{part}")}
    found = {}
    if filled & {"latitude", "longitude"}:
        found["latitude"] = _degrees(frame[f"{side}_latitude"], 90)
        found["longitude"] = _degrees(frame[f"{side}_longitude"], 180)
    if "population" in filled:
        count = pl.col(f"{side}_population").cast(pl.Float64, strict=False)
        found["population"] = pl.when((count >= 0) & (count == count.floor())).then(count.cast(pl.Int64, strict=False))
    if "geonames_id" in filled:
        place = pl.col(f"{side}_geonames_id").cast(pl.Int64, strict=False)
        found["geonames_id"] = pl.when(place >= 1).then(place)
    # A label that is nothing but an identifier is what Wikidata prints where a language has no name.
    labels = frame[side].str.starts_with("Q").any()
    if labels or "wikidata_id" in filled:
        label = pl.col(side).str.extract(r"^(Q[1-9][0-9]*)$") if labels else pl.lit(None, pl.String)
        found["wikidata_id"] = pl.coalesce(f"{side}_wikidata_id", label).str.extract(r"(Q[1-9][0-9]*)$")
    return found


def _degrees(texts: pl.Series, limit: int) -> pl.Expr:
    text = pl.col(texts.name)
    if texts.str.contains(",", literal=True).any():
        text = text.str.replace(r"^(-?\d+),(\d+)$", "$1.$2")
    number = text.cast(pl.Float64, strict=False)
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
    notes, kept = [], []
    for column in ("award_year", "since", "until", "group_since", "year", "stated_member_count"):
        if not is_filled(frame, column):
            continue
        number = pl.col(column).str.extract(r"^\D*([0-9]{1,6})\D*$").cast(pl.Int64, strict=False)
        is_count = column == "stated_member_count"
        good = pl.col(column).str.contains("^[0-9]+$") if is_count else number.is_between(EARLIEST_YEAR, LATEST_YEAR)
        notes.append(Note(pl.col(column).is_not_null() & ~good.fill_null(value=False), column, "bad_number"))
        kept.append(pl.when(good).then(number.cast(pl.String)).alias(column))
    return frame.with_columns(kept), take_notes(frame, notes)


def collect_findings(noted: list[pl.DataFrame], source_id: str) -> pl.DataFrame:
    """Return all findings of a source in the shape of the published table."""
    if not noted:
        return FINDINGS.empty()
    return FINDINGS.conform(pl.concat(noted).with_columns(source_id=pl.lit(source_id)).unique())
