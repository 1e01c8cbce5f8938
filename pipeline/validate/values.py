"""Text to values: what cannot be read becomes null, its text stays, and a finding says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.gazetteer.names import search_key
from pipeline.readers.category_words import decode_words
from pipeline.sources import CODED
from pipeline.validate.findings import FindingRule, WithFindings, collect_findings
from schemas import vocabularies as v
from schemas.columns import EARLIEST_YEAR, LATEST_YEAR

if TYPE_CHECKING:
    from pipeline.sources import Declaration


def null_suspects(frame: pl.DataFrame, declaration: Declaration) -> WithFindings:
    """Return statements without the values that the declaration knows to be placeholders.

    `start_value` and `end_value` are added; the printed `start` and `end` stay as text.
    """
    rules, values = [], {"start_value": pl.col("start"), "end_value": pl.col("end")}
    for suspect in declaration.suspect:
        target = f"{suspect.column}_value" if suspect.column in ("start", "end") else suspect.column
        is_suspect = pl.col(suspect.column).is_in(suspect.values)
        action = v.Action.NULLED if suspect.action == "null" else v.Action.KEPT
        rules.append(FindingRule(is_suspect, suspect.column, "suspect_value", action, v.Severity.INFO))
        if suspect.action == "null":
            is_good = ~is_suspect.fill_null(value=False)
            values[target] = pl.when(is_good).then(values.get(target, pl.col(target)))
    return frame.with_columns(**values), collect_findings(frame, rules)


def decode_categories(frame: pl.DataFrame, declaration: Declaration) -> WithFindings:
    """Return statements with codes as values of their vocabularies; an unknown code is a finding and null.

    The declaration's codes come first, then the words that many sources use (`category_words.toml`).
    """
    rules, decoded = [], [pl.col("form").alias("form_text")]
    for column, vocabulary in CODED.items():
        if not frame[column].count():
            continue
        values = {member.value: member.value for member in vocabulary}
        codes = {code.lower(): value for code, value in declaration.codes.get(column, {}).items()} or values
        # A constant is a value of the vocabulary even where the source has codes of its own.
        if any(column in declaration.constants_of(file) for file in declaration.files):
            codes = codes | values
        meanings, unknown = _meanings(frame[column], codes, decode_words(column, declaration.language))
        if unknown:
            rules.append(FindingRule(pl.col(column).is_in(unknown), column, "unknown_code"))
        decoded.append(pl.col(column).replace_strict(meanings, default=None, return_dtype=pl.String))
    return frame.with_columns(decoded), collect_findings(frame, rules)


def _meanings(texts: pl.Series, codes: dict[str, str], words: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return what each distinct text means by the source's codes or by `words`, and the texts without a meaning."""
    distinct = texts.drop_nulls().unique(maintain_order=True).alias("text").to_frame()
    keyed = distinct.select("text", code=pl.col("text").str.to_lowercase(), key=search_key(pl.col("text")))
    values = {text: codes.get(code) or words.get(key) for text, code, key in keyed.iter_rows()}
    return {text: value for text, value in values.items() if value}, [text for text in values if not values[text]]


def read_number(column: str) -> pl.Expr:
    """Return a number: `1 300`, `1,300`, `1'300`, `12.5`, `12,5`; null where it is no finite number."""
    text = pl.col(column).str.replace_all(r"\s|'", "")
    is_grouped = text.str.contains(r"^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$")
    decimal_point = text.str.replace(r"^(-?[0-9]+),([0-9]+)$", "$1.$2")
    digits = pl.when(is_grouped).then(text.str.replace_all(",", "")).otherwise(decimal_point)
    number = digits.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def read_years(frame: pl.DataFrame) -> WithFindings:
    """Return statements whose columns of years hold years only, as text, and `stated_member_count` a count only."""
    rules, columns = [], []
    for column in ("award_year", "since", "until", "group_since", "year", "stated_member_count"):
        if not frame[column].count():
            continue
        number = pl.col(column).str.extract(r"^\D*([0-9]{1,6})\D*$").cast(pl.Int64, strict=False)
        is_count = column == "stated_member_count"
        is_good = pl.col(column).str.contains("^[0-9]+$") if is_count else number.is_between(EARLIEST_YEAR, LATEST_YEAR)
        rules.append(FindingRule(pl.col(column).is_not_null() & ~is_good.fill_null(value=False), column, "bad_number"))
        columns.append(pl.when(is_good).then(number.cast(pl.String)).alias(column))
    return frame.with_columns(columns), collect_findings(frame, rules)
