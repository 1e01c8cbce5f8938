"""Part by part, every statement is held against its contract here: good, refused, or ignored as declared."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import polars as pl

from pipeline.dates import OUTPUT_SCHEMA as DATES_SCHEMA
from pipeline.gazetteer.countries import resolve_countries
from pipeline.sources import SIDES
from pipeline.validate import rejects, values
from pipeline.validate.claims import read_claims, read_others
from schemas import FINDINGS
from schemas import vocabularies as v
from schemas.statements import AWARD_STATEMENTS, CLAIM_STATEMENTS, FIGURE_STATEMENTS, MEMBER_STATEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.sources import Declaration
    from schemas import Table

#: Statements that are judged at once: at most so many, as what is made on the way takes ten times their memory; and no
#: fewer than are worth a second thread.
PART_SIZE, SMALL_PART = 250_000, 20_000

_NONE_REFUSED = pl.DataFrame(schema=dict.fromkeys(("row", "rules", "message"), pl.String) | {"row": pl.Int64})
_NONE_FOUND = FINDINGS.empty().drop("source_id")
_CONTRACTS: dict[str, Table] = {
    "claims": CLAIM_STATEMENTS,
    "awards": AWARD_STATEMENTS,
    "group_members": MEMBER_STATEMENTS,
    "figures": FIGURE_STATEMENTS,
}


@dataclass(frozen=True)
class Judged:
    """What was made of statements.

    Attributes:
        good: accepted statements, values decoded.
        refused: `row`, `rules`, `message`: raw rows of which no statement was accepted.
        ignored: `row`: raw rows that the declaration says are no statements.
        namesakes: `row`: raw rows with two towns of one name, which may yet turn out to be one town.
        findings: as `values.note` makes them.
        dates: what each text of a date says; no rows where there are no claims.
    """

    good: pl.DataFrame
    refused: pl.DataFrame
    ignored: pl.DataFrame
    namesakes: pl.DataFrame
    findings: pl.DataFrame
    dates: pl.DataFrame


def judge(statements: pl.DataFrame, declaration: Declaration, holds: str, countries: pl.DataFrame) -> Judged:
    """Hold the statements of the files that hold one sort of thing against their contract, in parts and in parallel.

    Args:
        statements: `Statements.rows`.
        declaration: of their source.
        holds: which sort of thing.
        countries: names of countries, from `pipeline.gazetteer.countries`.
    """
    parts = list(_parts(statements))
    each = map if len(parts) == 1 else _threads().map
    found = list(each(lambda part: _judge(part, declaration, holds, countries), parts))
    frames = {one.name: pl.concat(getattr(part, one.name) for part in found) for one in fields(Judged)}
    # What a date says depends on its text alone.
    return Judged(**frames | {"dates": frames["dates"].unique("text")})


@functools.cache
def _threads() -> ThreadPoolExecutor:
    """Return the threads for parts of all sources: polars keeps compiled patterns by thread, and a new one has none."""
    return ThreadPoolExecutor(pl.thread_pool_size(), "judge")


def _parts(statements: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut between raw rows: whether a row is refused depends on all statements that it makes."""
    row = statements["row"]
    size = min(PART_SIZE, max(SMALL_PART, -(-row.len() // pl.thread_pool_size())))
    cuts = [int(row.search_sorted(row[place])) for place in range(0, row.len(), size)] or [0]
    for first, last in zip(cuts, [*cuts[1:], row.len()], strict=True):
        yield statements.slice(first, last - first)


def _judge(statements: pl.DataFrame, declaration: Declaration, holds: str, countries: pl.DataFrame) -> Judged:
    ignored = rejects.ignored_rows(statements, declaration)
    frame = statements.filter(~pl.col("row").is_in(ignored.implode())) if ignored.len() else statements
    frame, suspects = values.mark_suspects(frame, declaration)
    frame = _with_countries(frame, countries)
    printed = frame
    frame = frame.with_columns(
        rejects.shift_signs(frame, declaration).alias("shift_signs"),
        # What has no letter names nobody; an identifier alone does.
        *(
            pl.coalesce(
                pl.when(pl.col(side).str.contains(r"\p{L}")).then(side), f"{side}_wikidata_id", f"{side}_geonames_id"
            ).alias(side)
            for side in SIDES
        ),
    )
    frame = frame.with_columns(is_one_name=rejects.one_name(frame)).with_columns(is_self=rejects.is_self())
    frame, codes = values.decode_categories(frame, declaration)
    if holds == "figures":
        frame = frame.with_columns(value=values.figure("value"))
    namesakes = frame.filter("is_one_name").select("row")
    broken = rejects.broken_rules(frame, _CONTRACTS[holds])
    found = [*suspects, *codes]
    if broken.is_empty():
        good, refused = frame, _NONE_REFUSED
    else:
        shifted = rejects.shifted_columns(printed, declaration)
        good, refused, partly = _part(
            frame, broken.hstack(printed[broken["index"]].with_columns(shift_columns=shifted).select("shift_columns"))
        )
        found = [part.join(good, on=["snapshot_id", "locator"], how="semi") for part in found]
        rejected = values.Note(pl.lit(value=True), "partner", "part_of_row_rejected", v.Action.KEPT)
        found += values.take_notes(partly, [rejected])
    del frame, printed
    dates = pl.DataFrame(schema=DATES_SCHEMA)
    if holds == "claims":
        good, further, dates = read_claims(good, declaration)
    else:
        good, further = read_others(good, declaration)
    findings = pl.concat([_NONE_FOUND, *found, *further])
    return Judged(good, refused, ignored.to_frame("row"), namesakes, findings, dates)


def _part(frame: pl.DataFrame, broken: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Part rows that break no rule from those that do.

    Args:
        frame: statements.
        broken: as `rejects.broken_rules`, with `shift_columns`.

    Returns:
        Good statements; refused rows: `row`, `rules`, `message`; the bad statements of rows that are used all the same.
    """
    is_bad = pl.zeros(frame.height, dtype=pl.Boolean, eager=True).scatter(
        broken["index"], pl.ones(broken.height, dtype=pl.Boolean, eager=True)
    )
    good, bad = frame.filter(~is_bad), frame[broken["index"]].with_columns(broken.drop("index"))
    # A row that names several partners, one of them badly, is used; the bad one is a finding.
    partly = bad.join(good, on="row", how="semi", maintain_order="left")
    refused = bad.join(partly, on="row", how="anti").unique("row", keep="first", maintain_order=True)
    named = pl.when(pl.col("rules").str.contains("row_shifted") & (pl.col("shift_columns") != "")).then(
        pl.format("{} (look at {})", "message", "shift_columns")
    )
    return good, refused.select("row", "rules", message=pl.coalesce(named, "message")), partly


def _with_countries(frame: pl.DataFrame, countries: pl.DataFrame) -> pl.DataFrame:
    """Add what each side's country text resolves to; a part of a country (`Scotland`) is a hint at the region."""
    given = {side: frame[f"{side}_country"] for side in SIDES if values.is_filled(frame, f"{side}_country")}
    nothing = pl.lit(None, pl.String)
    frame = frame.with_columns(
        *(nothing.alias(f"{side}_country_code") for side in SIDES if side not in given),
        *(pl.lit(value=False).alias(f"{side}_country_known") for side in SIDES if side not in given),
    )
    if not given:
        return frame
    distinct = [texts.drop_nulls().unique(maintain_order=True).alias("country") for texts in given.values()]
    found = resolve_countries(pl.concat(distinct), countries)
    for side, texts in given.items():
        resolved = found.select(
            pl.col("country_text").alias(texts.name),
            pl.col("country_code").alias(f"{side}_country_code"),
            pl.col("region_text").alias("part"),
            (pl.col("country_code").is_not_null() | pl.col("historic_name").is_not_null()).alias(
                f"{side}_country_known"
            ),
        )
        told = texts.to_frame().join(resolved, on=texts.name, how="left", maintain_order="left").drop(texts.name)
        region = f"{side}_region"
        told = told.with_columns(
            pl.col(f"{side}_country_known").fill_null(value=False),
            pl.coalesce(frame[region], "part").alias(region),
        )
        frame = frame.with_columns(told.drop("part"))
    return frame
