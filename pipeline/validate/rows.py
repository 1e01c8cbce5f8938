"""Statements are validated, chunk by chunk: each is accepted, rejected, or ignored as declared."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from pipeline.dates import OUTPUT_SCHEMA as DATES_SCHEMA
from pipeline.gazetteer.countries import resolve_countries
from pipeline.sources import SIDES
from pipeline.validate.claims import ID_TEXT, read_claims, read_others
from pipeline.validate.findings import NO_FINDINGS, FindingRule, collect_findings
from pipeline.validate.none_statements import find_none_statements, read_all_over, read_remarks
from pipeline.validate.rejects import broken_rules, has_equal_names, is_ignored, is_self_link
from pipeline.validate.shifted_rows import shift_signs, shifted_columns
from pipeline.validate.values import decode_categories, null_suspects, read_number
from schemas import vocabularies as v
from schemas.statements import AwardStatements, ClaimStatements, FigureStatements, MemberStatements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.sources import Declaration
    from schemas import TableModel

#: Statements in a chunk, at most: validation takes ten times their memory. And at least: fewer do not pay for a thread.
CHUNK_SIZE, SMALL_CHUNK = 250_000, 20_000

#: How R prints a missing value; among names of countries it is not the code of Namibia.
_NOT_AVAILABLE, _CODE_LENGTH = "NA", 3
_STATES_NONE: Final = FindingRule(pl.lit(value=True), "partner", "states_none", v.Action.KEPT, v.Severity.INFO)
_MAY_BE_SEVERAL: Final = FindingRule(pl.col("may_be_several"), "partner", "may_be_several", v.Action.KEPT)
_NONE_REJECTED: Final = pl.DataFrame(schema={"row": pl.Int64, "rules": pl.String, "message": pl.String})
_CONTRACTS: Final[dict[str, type[TableModel]]] = {
    "claims": ClaimStatements,
    "awards": AwardStatements,
    "group_members": MemberStatements,
    "figures": FigureStatements,
}


@dataclass(frozen=True)
class ValidatedRows:
    """What became of statements.

    Attributes:
        accepted: accepted statements, values decoded.
        town_ends: statements that all partnerships of a town are over, as claims whose partner is no town.
        rejected: `row`, `rules`, `message`: raw rows from which no statement was accepted.
        ignored: `row`: raw rows that name nobody, or that the declaration says are no statements.
        namesakes: `row`: raw rows whose two towns have the same name, and may turn out to be one town.
        findings: `Findings` without `source_id`.
        dates: what each text of a date says, as `parse_dates`; empty if the statements are not claims.
    """

    accepted: pl.DataFrame
    town_ends: pl.DataFrame
    rejected: pl.DataFrame
    ignored: pl.DataFrame
    namesakes: pl.DataFrame
    findings: pl.DataFrame
    dates: pl.DataFrame


def validate_rows(
    statements: pl.DataFrame, declaration: Declaration, holds: str, countries: pl.DataFrame
) -> ValidatedRows:
    """Validate statements of one sort, in chunks and in parallel.

    Args:
        statements: `Statements.rows`.
        declaration: of their source.
        holds: the sort of statements, as a file's `holds`.
        countries: names of countries, from `pipeline.gazetteer.countries`.
    """
    chunks = list(_chunks(statements))
    parallel_map = map if len(chunks) == 1 else _threads().map
    results = list(parallel_map(lambda chunk: _validate_chunk(chunk, declaration, holds, countries), chunks))
    frames = {
        name: pl.concat(getattr(result, name) for result in results)
        for name in (attribute.name for attribute in fields(ValidatedRows))
    }
    # What a date says depends on its text, and seldom on its file: then it is counted as one of the two.
    dates = frames["dates"].sort(DATES_SCHEMA.names()).unique("text", keep="first", maintain_order=True)
    return ValidatedRows(**frames | {"dates": dates})


@functools.cache
def _threads() -> ThreadPoolExecutor:
    """Return the threads for all sources: polars caches compiled patterns by thread, a new thread has none."""
    return ThreadPoolExecutor(pl.thread_pool_size(), "validate")


def _chunks(statements: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield chunks that end with a raw row: whether it is rejected depends on all of its statements."""
    row = statements["row"]
    size = min(CHUNK_SIZE, max(SMALL_CHUNK, -(-row.len() // pl.thread_pool_size())))
    starts = [int(row.search_sorted(row[index])) for index in range(0, row.len(), size)] or [0]
    for start, end in zip(starts, [*starts[1:], row.len()], strict=True):
        yield statements.slice(start, end - start)


def _validate_chunk(
    statements: pl.DataFrame, declaration: Declaration, holds: str, countries: pl.DataFrame
) -> ValidatedRows:
    named = _name_somebody(statements, declaration, holds, countries)
    frame = named.statements
    several = [] if holds != "claims" else collect_findings(frame, [_MAY_BE_SEVERAL])
    if holds == "claims":
        frame = read_remarks(frame)
    frame, suspect_findings = null_suspects(frame, declaration)
    printed = _with_countries(frame, countries, declaration)
    frame, code_findings = decode_categories(_with_rule_columns(printed, declaration), declaration)
    if holds == "figures":
        frame = frame.with_columns(value=read_number("value"))
    namesakes = frame.filter("has_equal_names").select("row")
    findings = suspect_findings + code_findings + several
    accepted, rejected = frame, _NONE_REJECTED
    broken = broken_rules(frame, _CONTRACTS[holds])
    if broken.height:
        shifted = printed[broken["index"]].with_columns(shift_columns=shifted_columns(printed, declaration))
        accepted, rejected, bad_partners = _split(frame, broken.with_columns(shifted["shift_columns"]))
        findings = [finding.join(accepted, on=["snapshot_id", "locator"], how="semi") for finding in findings]
        partly_rejected = FindingRule(pl.lit(value=True), "partner", "part_of_row_rejected", v.Action.KEPT)
        findings += collect_findings(bad_partners, [partly_rejected])
    del frame, printed
    dates = pl.DataFrame(schema=DATES_SCHEMA)
    if holds == "claims":
        accepted, value_findings, dates = read_claims(accepted, declaration)
    else:
        accepted, value_findings = read_others(accepted, declaration)
    all_findings = pl.concat([NO_FINDINGS, *named.findings, *findings, *value_findings])
    nobody = named.nobody.to_frame("row")
    return ValidatedRows(accepted, named.town_ends, rejected, nobody, namesakes, all_findings, dates)


class _Named(NamedTuple):
    """Statements that name a partner; raw rows of which none does; claims about all partners of a town; findings."""

    statements: pl.DataFrame
    nobody: pl.Series
    town_ends: pl.DataFrame
    findings: list[pl.DataFrame]


def _name_somebody(statements: pl.DataFrame, declaration: Declaration, holds: str, countries: pl.DataFrame) -> _Named:
    is_nobody = statements["names_nobody"] | is_ignored(statements, declaration)
    findings: list[pl.DataFrame] = []
    town_ends = pl.DataFrame()
    is_over = pl.zeros(statements.height, dtype=pl.Boolean, eager=True)
    if holds == "claims":
        says_none, says_over = find_none_statements(statements)
        says_none, is_over = says_none & ~is_nobody, says_over & ~is_nobody
        findings = collect_findings(statements.filter(says_none), [_STATES_NONE])
        is_nobody |= says_none
        town_ends = _read_town_ends(statements.filter(is_over), declaration, countries)
    left_out = is_nobody | is_over
    if not left_out.any():
        return _Named(statements, pl.Series("row", [], dtype=pl.Int64), town_ends, findings)
    rows = statements["row"].unique(maintain_order=True)
    meant = statements.filter(~is_nobody)["row"]
    return _Named(statements.filter(~left_out), rows.filter(~rows.is_in(meant.implode())), town_ends, findings)


def _read_town_ends(over: pl.DataFrame, declaration: Declaration, countries: pl.DataFrame) -> pl.DataFrame:
    """Return statements that all partnerships of a town are over as claims, whose partner is no town."""
    over, _ = null_suspects(read_all_over(over), declaration)
    over, _ = decode_categories(
        _with_rule_columns(_with_countries(over, countries, declaration), declaration), declaration
    )
    claims, _, _ = read_claims(over.filter(pl.col("town").is_not_null()), declaration)
    return claims.drop(ID_TEXT)


def _with_rule_columns(frame: pl.DataFrame, declaration: Declaration) -> pl.DataFrame:
    """Add the columns that the contracts of statements check."""
    # A text without a letter names no town, nor does a truth value of JSON; an identifier alone does.
    towns = [
        pl.coalesce(
            pl.when(pl.col(side).str.contains(r"\p{L}") & ~pl.col(side).is_in(["true", "false"])).then(side),
            f"{side}_wikidata_id",
            f"{side}_geonames_id",
            f"{side}_key",
        ).alias(side)
        for side in SIDES
    ]
    frame = frame.with_columns(*towns, shift_signs=shift_signs(frame, declaration))
    return frame.with_columns(has_equal_names=has_equal_names(frame)).with_columns(is_self=is_self_link())


def _split(frame: pl.DataFrame, broken: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Split statements into those that break no rule and those that break one.

    Args:
        frame: statements.
        broken: as `broken_rules`, with `shift_columns`.

    Returns:
        Accepted statements; rejected rows: `row`, `rules`, `message`; bad statements of rows that also have accepted
        ones.
    """
    is_bad = pl.Series(range(frame.height), dtype=broken.schema["index"]).is_in(broken["index"].implode())
    accepted, bad = frame.filter(~is_bad), frame[broken["index"]].with_columns(broken.drop("index"))
    # A row that names several partners, one of them badly, is used; the bad one is a finding.
    bad_partners = bad.join(accepted, on="row", how="semi", maintain_order="left")
    rejected = bad.join(bad_partners, on="row", how="anti").unique("row", keep="first", maintain_order=True)
    is_shifted = pl.col("rules").str.contains("row_shifted") & (pl.col("shift_columns") != "")
    with_columns = pl.when(is_shifted).then(pl.format("{} (look at {})", "message", "shift_columns"))
    return accepted, rejected.select("row", "rules", message=pl.coalesce(with_columns, "message")), bad_partners


def _with_countries(frame: pl.DataFrame, countries: pl.DataFrame, declaration: Declaration) -> pl.DataFrame:
    """Add what each country text resolves to; a region of a country (`Scotland`) fills an empty region column."""
    is_known = pl.col("country_code").is_not_null() | pl.col("historic_name").is_not_null()
    meant = {side: _decode_countries(frame[f"{side}_country"], declaration, side) for side in SIDES}
    texts = pl.concat(meant.values())
    resolved = resolve_countries(texts, countries).with_columns(is_known=is_known)
    for side in SIDES:
        # Only the text is joined: a join copies every column of its left side.
        text = meant[side].alias("country_text").to_frame()
        country = text.join(resolved, on="country_text", how="left", maintain_order="left")
        frame = frame.with_columns(
            country["country_code"].alias(f"{side}_country_code"),
            country["is_known"].fill_null(value=False).alias(f"{side}_country_known"),
            pl.coalesce(f"{side}_region", country["region_text"]).alias(f"{side}_region"),
        )
    return frame


def _decode_countries(texts: pl.Series, declaration: Declaration, side: str) -> pl.Series:
    """Return what countries mean: by the codes of the list, and without `NA` where it stands among names."""
    codes = {code.lower(): name for code, name in declaration.codes.get(f"{side}_country", {}).items()}
    if codes:
        lower = texts.str.to_lowercase()
        texts = pl.select(
            pl.coalesce(lower.replace_strict(codes, default=None, return_dtype=pl.String), texts)
        ).to_series()
    if texts.dtype == pl.String and (texts == _NOT_AVAILABLE).any():
        others = texts.filter(texts != _NOT_AVAILABLE).unique()
        if (others.str.len_chars() <= _CODE_LENGTH).sum() * 2 < others.len():
            texts = texts.set(texts == _NOT_AVAILABLE, None)
    return texts.alias("country_text")
