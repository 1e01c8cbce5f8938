"""Accepted statements to claims and to what other tables are made of: values read, ids given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.dates import without_until
from pipeline.sources import SIDES
from pipeline.validate import values
from schemas import CLAIMS_READ
from schemas import vocabularies as v
from schemas.compact import to_numbers
from schemas.ids import mint

if TYPE_CHECKING:
    from pipeline.sources import Declaration

#: What tells one statement of a source from another. Frozen: changing it changes every claim's id.
_CLAIM_IDENTITY = (
    *(
        side + part
        for side in SIDES
        for part in ("", "_country", "_region", "_wikidata_id", "_geonames_id")
    ),
    "form_text", "status", "start_event", "start", "end",
)  # fmt: skip
#: Working columns: what checking finds out for locating.
_TOLD = ("town_country_code", "partner_country_code", "town_kind", "partner_kind")
#: Working column: the text that a claim's id is made of.
SAID = "said"
#: Ends the text of a statement that is there for the first time.
_FIRST = "\x1f1"


def read_claims(frame: pl.DataFrame, declaration: Declaration) -> tuple[pl.DataFrame, list[pl.DataFrame], pl.DataFrame]:
    """Turn accepted statements into claims.

    Returns:
        Claims, with `SAID` and with ids as if none were repeated (`distinguish_repeats` sees to that); findings; what
        each text of a date says, as `parse_dates`.
    """
    unknown = [
        values.Note(
            pl.col(f"{side}_country").is_not_null() & ~pl.col(f"{side}_country_known"),
            f"{side}_country", "unknown_country", v.Action.KEPT,
        )
        for side in SIDES if values.is_filled(frame, f"{side}_country")
    ]  # fmt: skip
    noted = values.take_notes(frame, unknown)
    frame = _with_ids(frame, declaration)
    frame, places = values.read_places(frame)
    frame = _with_ends(frame)
    read = values.parse_starts_and_ends(frame, declaration)
    frame, dates = values.read_dates(frame, read, declaration.expect.earliest_year)
    names = [*CLAIMS_READ.polars_schema.names(), *_TOLD, SAID]
    given = {name: pl.col(name) for name in frame.columns} | _stated(frame, declaration)
    return _held(frame.select(given[name].alias(name) for name in names)), [*noted, *places, *dates], read


def no_claims() -> pl.DataFrame:
    """Return a frame of claims, with what checking finds out for locating, that has no rows."""
    return _held(CLAIMS_READ.empty().with_columns(pl.lit(None, pl.String).alias(name) for name in _TOLD))


def _with_ends(frame: pl.DataFrame) -> pl.DataFrame:
    """Date the ends of rows that tell of an end by what they give as a start; `ended` says which rows do."""
    is_told = values.is_filled(frame, "start_event")
    ended = (pl.col("start_event") == v.Event.ENDED).fill_null(value=False) if is_told else pl.lit(value=False)
    frame = frame.with_columns(ended=ended)
    if frame["ended"].any():
        frame = frame.with_columns(
            *(
                pl.when("ended")
                .then(pl.coalesce(f"end{part}", f"start{part}"))
                .otherwise(f"end{part}")
                .alias(f"end{part}")
                for part in ("", "_value")
            ),
            *(pl.when(~pl.col("ended")).then(f"start{part}").alias(f"start{part}") for part in ("", "_value")),
        )
    if not values.is_filled(frame, "end_value"):
        return frame
    # In a column of ends, "until 2004" says no more than 2004.
    return frame.with_columns(end_value=without_until(pl.col("end_value")))


def _stated(frame: pl.DataFrame, declaration: Declaration) -> dict[str, pl.Expr]:
    """Return the columns of claims that are not as they stand in the frame; of what no row has, only the constant."""
    form = pl.col("form").fill_null(v.Form.UNSPECIFIED.value)
    event = pl.coalesce("start_event", form.replace_strict(v.EVENT_OF_FORM, return_dtype=pl.String))
    if values.is_filled(frame, "start_event"):
        changed = pl.col("start_event").replace_strict(values.STATUS_AFTER, default=None, return_dtype=pl.String)
    else:
        changed = pl.lit(None, pl.String)
    is_over = pl.col("end_date").is_not_null() | pl.col("end_cause").is_not_null() | pl.col("ended")
    otherwise = {
        "publisher": ("publisher", declaration.publisher),
        "authority": ("authority", declaration.authority.value),
        "claim_rank": ("rank", v.ClaimRank.NORMAL.value),
    }
    parts = ("", "_country", "_region")
    return {
        **{f"{side}{part}_text": pl.col(side + part) for side in SIDES for part in parts},
        **{
            name: pl.coalesce(column, pl.lit(value)) if values.is_filled(frame, column) else pl.lit(value)
            for name, (column, value) in otherwise.items()
        },
        "source_id": pl.lit(declaration.id),
        "family": pl.lit(declaration.family),
        "form": form,
        "status": pl.coalesce(
            "status",
            changed,
            pl.when(is_over).then(pl.lit(v.Status.ENDED.value)),
            pl.lit(declaration.listed_means.value),
        ),
        "status_is_stated": pl.col("status").is_not_null() | changed.is_not_null() | is_over,
        "start_event": pl.when(pl.col("start_date").is_not_null()).then(event),
        "start_text": pl.col("start"),
        "end_text": pl.col("end"),
    }


def _held(claims: pl.DataFrame) -> pl.DataFrame:
    """Return claims in the types in which they are held until they are published."""
    return CLAIMS_READ.compact(claims).cast(dict.fromkeys(_TOLD, pl.Categorical()))


def _with_ids(frame: pl.DataFrame, declaration: Declaration) -> pl.DataFrame:
    """Give each statement an id made of its source and of what it says."""
    pieces, constant = [], declaration.id
    for column in _CLAIM_IDENTITY:
        constant += "\x1f"
        # What no row says need not be put into every text piece by piece.
        if values.is_filled(frame, column):
            pieces += [pl.lit(constant), pl.col(column).fill_null("")]
            constant = ""
    text = pl.concat_str([*pieces, pl.lit(constant)])
    frame = frame.with_columns(text.alias(SAID))
    return frame.with_columns(claim_id=mint("c", frame.select(pl.col(SAID) + _FIRST).to_series()))


def distinguish_repeats(claims: pl.DataFrame) -> pl.DataFrame:
    """Give the second and every further statement of the same an id of its own, counted in the order of the source.

    Args:
        claims: all of one source, from `read_claims`, with compact ids.

    Returns:
        The same without `SAID`.
    """
    # Repeats are few, and windows over texts slow.
    repeated = claims["claim_id"].is_duplicated().arg_true()
    if repeated.is_empty():
        return claims.drop(SAID)
    again = claims.select(SAID)[repeated].with_row_index("place").with_columns(
        place=repeated, time=pl.col(SAID).cum_count().over(SAID)
    ).filter(pl.col("time") > 1)  # fmt: skip
    ids = mint("c", again.select(pl.format("{}\x1f{}", SAID, "time")).to_series())
    return claims.drop(SAID).with_columns(claims["claim_id"].scatter(again["place"], to_numbers(ids)))


def read_others(frame: pl.DataFrame, declaration: Declaration) -> values.Noted:
    """Give the statements that are no claims what all of them share."""
    frame, places = values.read_places(frame)
    frame, years = values.read_years(frame)
    return frame.with_columns(
        source_id=pl.lit(declaration.id),
        publisher=pl.coalesce("publisher", pl.lit(declaration.publisher)),
    ), places + years
