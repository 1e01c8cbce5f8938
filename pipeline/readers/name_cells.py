"""Cells of names as people fill them: several names in one cell, and what stands with a name in brackets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.gazetteer.names import clean_text
from pipeline.readers.name_parts import find_parts, is_qualifier
from pipeline.sources import SIDES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Stands between the names of a cell once it is split: no list has it.
_MARK: Final = "\x1d"
#: Stands for the end of a line within a cell.
_LINE: Final = "⏎"
_BRACKETS: Final = r"\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）"
#: A bracket, then a comma: where a cell has several names, another one follows.
_BRACKET_COMMA: Final = r"([)\]）])\s*[,，、]\s+(\p{Lu}|\p{Lo})"


def mark_lines(cells: pl.Series) -> pl.Series:
    """Return cells with a visible mark instead of the ends of lines, which cleaning takes for blanks."""
    return cells.str.replace_all(r"[ \t]*(?:\r\n|\r|\n)\s*", _LINE)


def mark_several(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `may_be_several`: whether a partner's cell still has several lines, or a semicolon; lines become blanks."""
    partner = pl.col("partner")
    return rows.with_columns(
        partner.str.contains(f"{_LINE}|;").fill_null(value=False).alias("may_be_several"),
        *(
            clean_text(pl.col(side).str.replace_all(_LINE, " ", literal=True)).alias(side)
            for side in SIDES
            if rows[side].str.contains(_LINE, literal=True).any()
        ),
    )


def split_cells(
    rows: pl.DataFrame, separators: Mapping[str, Sequence[str]], language: str, countries: pl.DataFrame
) -> pl.DataFrame:
    """Return a statement for each name of a cell that has several.

    A separator within brackets parts nothing, nor does a comma before what is a country or a date: they stay with the
    name before them.

    Args:
        rows: one row a statement.
        separators: of names in a cell, by column.
        language: of the dates.
        countries: names of countries, from `pipeline.gazetteer.countries`.
    """
    for column, signs in separators.items():
        cells = rows[column].drop_nulls().unique(maintain_order=True)
        names = _split_names(cells, signs, language, countries)
        text = pl.col(column)
        rows = (
            rows.join(names, left_on=column, right_on="cell", how="left", maintain_order="left")
            .with_columns(pl.when(text.is_not_null()).then("names").alias(column))
            .drop("names")
            .with_row_index("__cell")
            .explode(column, empty_as_null=True)
            .with_columns(clean_text(pl.col(column)).alias(column))
        )
        # A separator at the end of a cell names nobody; a cell of separators only stays, to be rejected.
        is_named = pl.col(column).is_not_null()
        is_first_of_none = ~is_named.any().over("__cell") & pl.col("__cell").is_first_distinct()
        rows = rows.filter(is_named | is_first_of_none).drop("__cell")
    return rows


def _split_names(cells: pl.Series, signs: Sequence[str], language: str, countries: pl.DataFrame) -> pl.DataFrame:
    """Return the names in each distinct cell: `cell`, `names`."""
    # The longest first: " / " before "/".
    signs = sorted((sign.replace("\n", _LINE) for sign in signs), key=len, reverse=True)
    # The cells are trimmed: of a separator at the end the blank behind it is gone.
    frame = cells.alias("cell").to_frame().with_columns(ended=pl.col("cell") + " ")
    text = pl.col("ended").str.replace_all(_BRACKET_COMMA, f"${{1}}{_MARK}${{2}}")
    for sign in signs:
        text = text.str.replace_all(sign, _MARK, literal=True)
    frame = frame.with_columns(marked=text)
    if not any(sign in "()[]（）" for sign in signs):
        frame = _keep_brackets(frame, signs)
    pieces = (
        frame.select("cell", piece=pl.col("marked").str.split(_MARK))
        .with_row_index("number")
        .explode("piece", empty_as_null=True)
    )
    texts = clean_text(pl.col("piece")).fill_null("")
    distinct = pieces.select(texts.alias("piece")).to_series().unique(maintain_order=True)
    qualifiers = distinct.filter(is_qualifier(distinct, language, countries))
    is_first = ~pl.col("number").is_duplicated() | pl.col("number").is_first_distinct()
    pieces = pieces.with_columns(is_name=is_first | ~texts.is_in(qualifiers.implode()))
    pieces = pieces.with_columns(name_number=pl.col("is_name").cum_sum())
    names = pieces.group_by("number", "name_number", maintain_order=True).agg(
        pl.col("cell").first(), name=pl.col("piece").fill_null("").str.strip_chars().str.join(", ")
    )
    return names.group_by("number", maintain_order=True).agg(pl.col("cell").first(), names="name").drop("number")


def _keep_brackets(frame: pl.DataFrame, signs: Sequence[str]) -> pl.DataFrame:
    """Return `marked` without the marks that stand within brackets."""
    has_any = pl.col("ended").str.contains(_BRACKETS)
    if not frame.select(has_any.any()).item():
        return frame
    others = "".join({sign[0] for sign in signs} | set("([（"))
    tokens = "|".join([_BRACKETS, *map(re.escape, signs), f"[^{re.escape(others)}]+", "(?s:.)"])
    token = pl.element()
    marked = (
        pl.col("ended")
        .str.extract_all(tokens)
        .list.eval(pl.when(token.is_in(list(signs))).then(pl.lit(_MARK)).otherwise(token))
        .list.join("")
        .str.replace_all(_BRACKET_COMMA, f"${{1}}{_MARK}${{2}}")
    )
    return frame.with_columns(marked=pl.when(has_any).then(marked).otherwise("marked"))


def part_cells(rows: pl.DataFrame, patterns: Mapping[str, str]) -> pl.DataFrame:
    r"""Return statements with what the named groups of a pattern find in a cell; a cell that does not match stays.

    Args:
        rows: one row a statement.
        patterns: by column (`town`, `partner`): `(?<name>.+) \\((?<country>[A-Z]{2})\\)`. A group that is about the
            town wins over a column of the same meaning.
    """
    for side, pattern in patterns.items():
        groups = pl.col(side).str.extract_groups(f"^(?:{pattern})$")
        found = rows.select(groups.alias("groups")).unnest("groups")
        columns = {name: _column(name, side) for name in found.columns}
        texts = found.select(pl.when(pl.all().str.strip_chars() != "").then(pl.all().str.strip_chars()))
        rows = rows.with_columns(
            pl.coalesce(texts[name], pl.col(column)).alias(column) for name, column in columns.items()
        )
    return rows


def _column(group: str, side: str) -> str:
    """Return the column of ours that a group of a pattern fills."""
    if group == "name":
        return side
    return group if group in ("form", "status", "start", "end", "note") else f"{side}_{group}"


def recognise_parts(rows: pl.DataFrame, language: str, countries: pl.DataFrame) -> pl.DataFrame:
    """Return claims with countries and dates that stand in the cell of a name where they belong.

    Only what the row does not state elsewhere is taken from the name: of `Elzach (DE, 1971)` the country where the
    column of countries is empty, and the date where no start is given.

    Args:
        rows: one row a statement.
        language: of the dates.
        countries: names of countries, from `pipeline.gazetteer.countries`.
    """
    for side in SIDES:
        country, region = pl.col(f"{side}_country"), pl.col(f"{side}_region")
        is_open = country.is_null() | (pl.col("start").is_null() & (side == "partner"))
        parts = find_parts(rows.filter(is_open)[side], language, countries)
        if parts.is_empty():
            continue
        joined = rows.select(side).join(parts, left_on=side, right_on="text", how="left", maintain_order="left")
        part = {name: joined[f"part_{name}"] for name in ("name", "country", "region", "date")}
        fits = part["name"].is_not_null() & (country.is_null() | part["country"].is_null())
        fits &= part["date"].is_null() | (pl.col("start").is_null() if side == "partner" else pl.lit(value=False))
        columns = [
            pl.when(fits).then(part["name"]).otherwise(side).alias(side),
            pl.when(fits).then(pl.coalesce(country, part["country"])).otherwise(country).alias(f"{side}_country"),
            pl.when(fits).then(pl.coalesce(region, part["region"])).otherwise(region).alias(f"{side}_region"),
        ]
        if side == "partner":
            start = pl.col("start")
            columns.append(pl.when(fits).then(pl.coalesce(start, part["date"])).otherwise(start).alias("start"))
        rows = rows.with_columns(columns)
    return rows
