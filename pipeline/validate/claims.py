"""Accepted statements to claims, and to what other tables are made of: values read, ids given."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.dates import without_until
from pipeline.sources import SIDES
from pipeline.validate.compact import compact
from pipeline.validate.findings import FindingRule, WithFindings, collect_findings
from pipeline.validate.places import read_places
from pipeline.validate.start_and_end import FORMAT, parse_starts_and_ends, read_dates
from pipeline.validate.values import read_years
from schemas import ClaimsRead, check_slices
from schemas import vocabularies as v
from schemas.ids import mint

if TYPE_CHECKING:
    from pipeline.sources import Declaration

_TOWN_IDENTITY: Final = ("", "_country", "_region", "_wikidata_id", "_geonames_id")
#: What tells one claim of a source from another. Frozen: a change of it changes every claim's id.
_CLAIM_IDENTITY: Final = (
    *(side + suffix for side, suffix in itertools.product(SIDES, _TOWN_IDENTITY)),
    *("form_text", "status", "start_event", "start", "end"),
)
#: Working column: the text that a claim's id is a hash of, without the number of the repeat.
ID_TEXT: Final = "id_text"
_SLICE_ROWS: Final = 500_000
_REPEAT: Final = "{}\x1f{}"
#: The status of a partnership after one of these events.
_STATUS_AFTER: Final = {
    v.Event.SUSPENDED.value: v.Status.SUSPENDED.value,
    v.Event.RESUMED.value: v.Status.ACTIVE.value,
    v.Event.ENDED.value: v.Status.ENDED.value,
}


def read_claims(frame: pl.DataFrame, declaration: Declaration) -> tuple[pl.DataFrame, list[pl.DataFrame], pl.DataFrame]:
    """Return the claims of accepted statements.

    Returns:
        Claims, with `ID_TEXT` and with ids as if no claim were repeated (see `distinguish_repeats`); findings; what
        each text of a date says, as `parse_dates`.
    """
    unknown_countries = [
        FindingRule(
            pl.col(f"{side}_country").is_not_null() & ~pl.col(f"{side}_country_known"),
            f"{side}_country",
            "unknown_country",
            v.Action.KEPT,
        )
        for side in SIDES
        if frame[f"{side}_country"].count()
    ]
    unknown_keys = [
        FindingRule((pl.col(side) == pl.col(f"{side}_key")).fill_null(value=False), side, "unknown_key", v.Action.KEPT)
        for side in SIDES
        if frame[f"{side}_key"].count()
    ]
    findings = collect_findings(frame, unknown_countries + unknown_keys)
    frame = _with_ids(frame, declaration)
    frame, place_findings = read_places(frame)
    frame = _with_ends(frame)
    frame, dates = parse_starts_and_ends(frame, declaration)
    frame, date_findings = read_dates(frame, dates, declaration.expect.earliest_year)
    columns = {name: pl.col(name) for name in frame.columns} | _claim_columns(frame, declaration)
    claims = frame.select(columns[name].alias(name) for name in ClaimsRead.dtypes())
    return (
        compact(claims).with_columns(frame[ID_TEXT]),
        [*findings, *place_findings, *date_findings],
        dates.drop(FORMAT),
    )


def check_claims(claims: pl.DataFrame) -> None:
    """Validate the claims of a source, in slices that bound the memory.

    Raises:
        ContractError: a claim breaks its contract.
    """
    check_slices(ClaimsRead, (ClaimsRead.coerce(part) for part in claims.iter_slices(_SLICE_ROWS)))


def _with_ends(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `ended`: whether a row is about an end. What such a row gives as its start is its end."""
    is_end = pl.lit(value=False)
    if frame["start_event"].count():
        is_end = (pl.col("start_event") == v.Event.ENDED).fill_null(value=False)
    frame = frame.with_columns(ended=is_end)
    if frame["ended"].any():
        for suffix in ("", "_value"):
            start, end = f"start{suffix}", f"end{suffix}"
            frame = frame.with_columns(
                pl.when("ended").then(pl.coalesce(end, start)).otherwise(end).alias(end),
                pl.when(~pl.col("ended")).then(start).alias(start),
            )
    if not frame["end_value"].count():
        return frame
    # In a column of ends, "until 2004" says no more than 2004.
    return frame.with_columns(end_value=without_until(pl.col("end_value")))


def _claim_columns(frame: pl.DataFrame, declaration: Declaration) -> dict[str, pl.Expr]:
    """Return the columns of claims that differ from the columns of the frame."""
    form = pl.col("form").fill_null(v.Form.UNSPECIFIED.value)
    event = pl.coalesce("start_event", form.replace_strict(v.EVENT_OF_FORM, return_dtype=pl.String))
    after_event = pl.lit(None, pl.String)
    if frame["start_event"].count():
        after_event = pl.col("start_event").replace_strict(_STATUS_AFTER, default=None, return_dtype=pl.String)
    is_over = pl.col("end_date").is_not_null() | pl.col("end_cause").is_not_null() | pl.col("ended")
    defaults = {
        "publisher": ("publisher", declaration.publisher),
        "authority": ("authority", declaration.authority.value),
        "claim_rank": ("rank", v.ClaimRank.NORMAL.value),
    }
    return {
        **{f"{side}{suffix}_text": pl.col(side + suffix) for side in SIDES for suffix in ("", "_country", "_region")},
        **{
            name: pl.coalesce(column, pl.lit(value)) if frame[column].count() else pl.lit(value)
            for name, (column, value) in defaults.items()
        },
        "source_id": pl.lit(declaration.id),
        "family": pl.lit(declaration.family),
        "form": form,
        "status": pl.coalesce(
            "status",
            after_event,
            pl.when(is_over).then(pl.lit(v.Status.ENDED.value)),
            pl.lit(declaration.listed_means.value),
        ),
        "status_is_stated": pl.col("status").is_not_null() | after_event.is_not_null() | is_over,
        "start_event": pl.when(pl.col("start_date").is_not_null()).then(event),
        "start_text": pl.col("start"),
        "end_text": pl.col("end"),
    }


def _with_ids(frame: pl.DataFrame, declaration: Declaration) -> pl.DataFrame:
    """Add `ID_TEXT` and `claim_id`, made of the source and of what the statement says."""
    pieces, constant = [], declaration.id
    for column in _CLAIM_IDENTITY:
        constant += "\x1f"
        # Columns that are empty in every row become one constant.
        if frame[column].count():
            pieces += [pl.lit(constant), pl.col(column).fill_null("")]
            constant = ""
    frame = frame.with_columns(pl.concat_str([*pieces, pl.lit(constant)]).alias(ID_TEXT))
    return frame.with_columns(claim_id=mint("c", frame.select(pl.format(_REPEAT, ID_TEXT, pl.lit("1"))).to_series()))


def distinguish_repeats(claims: pl.DataFrame) -> pl.DataFrame:
    """Return claims with an id of its own for each repeat, counted in the order of the source.

    Args:
        claims: all claims of one source, from `read_claims`.

    Returns:
        The same without `ID_TEXT`.
    """
    # Repeats are few, and window functions over texts are slow.
    repeated = claims["claim_id"].is_duplicated().arg_true()
    if repeated.is_empty():
        return claims.drop(ID_TEXT)
    repeats = (
        claims.select(ID_TEXT)[repeated]
        .with_columns(index=repeated, number=pl.col(ID_TEXT).cum_count().over(ID_TEXT))
        .filter(pl.col("number") > 1)
    )
    ids = mint("c", repeats.select(pl.format(_REPEAT, ID_TEXT, "number")).to_series())
    return claims.drop(ID_TEXT).with_columns(claims["claim_id"].scatter(repeats["index"], ids))


def read_others(frame: pl.DataFrame, declaration: Declaration) -> WithFindings:
    """Return accepted statements that are not claims, with places and years read."""
    frame, place_findings = read_places(frame)
    frame, year_findings = read_years(frame)
    frame = frame.with_columns(
        source_id=pl.lit(declaration.id), publisher=pl.coalesce("publisher", pl.lit(declaration.publisher))
    )
    return frame, place_findings + year_findings
