"""Raw rows that no statement can be accepted from: ignored as declared, or rejected by a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import SourceError
from pipeline.gazetteer.names import search_key
from pipeline.readers.raw_rows import ROW
from pipeline.sources import SIDES
from schemas import Rejects, list_failures

if TYPE_CHECKING:
    from pipeline.readers.statements import Statements
    from pipeline.sources import Declaration
    from schemas import TableModel


def is_ignored(statements: pl.DataFrame, declaration: Declaration) -> pl.Series:
    """Return for each statement whether the declaration says that it is none."""
    hits = [pl.col(rule.column).fill_null("").str.contains(f"^(?:{rule.pattern})$") for rule in declaration.ignore]
    return statements.select(pl.any_horizontal(hits) if hits else pl.repeat(False, pl.len())).to_series()  # noqa: FBT003


def has_equal_names(frame: pl.DataFrame) -> pl.Series:
    """Return for each row whether its two towns have the same name."""
    # Search keys are slow to compute: names that begin with different ASCII letters have different keys.
    plain = r"^[A-Za-z0-9]"
    both_plain = pl.col("town").str.contains(plain) & pl.col("partner").str.contains(plain)
    initials = [pl.col(side).str.head(1).str.to_lowercase() for side in SIDES]
    maybe = frame.select(~(both_plain & (initials[0] != initials[1])).fill_null(value=True)).to_series().arg_true()
    keys = frame.select(SIDES)[maybe].select(search_key(pl.col(side)) for side in SIDES)
    equal = (keys["town"] == keys["partner"]).fill_null(value=False)
    return pl.zeros(frame.height, dtype=pl.Boolean, eager=True).scatter(maybe, equal)


def is_self_link() -> pl.Expr:
    """Return whether nothing tells a row's two towns apart; needs `has_equal_names`."""
    same = [
        pl.col(f"town_{column}").eq_missing(pl.col(f"partner_{column}"))
        for column in ("country_code", "region", "latitude", "longitude", "wikidata_id", "geonames_id")
    ]
    same_item = pl.col("town_wikidata_id") == pl.col("partner_wikidata_id")
    return ((pl.col("has_equal_names") & pl.all_horizontal(same)) | same_item).fill_null(value=False)


def broken_rules(frame: pl.DataFrame, model: type[TableModel]) -> pl.DataFrame:
    """Return which rows break rules of a contract.

    Returns:
        `index` (of the row in `frame`), `rules` (comma-separated), `message`; good rows are left out.

    Raises:
        RuntimeError: a failure belongs to no row or to no rule: the frame does not fit the contract.
    """
    failures = list_failures(model, frame.select(model.dtypes().names()))
    messages = model.row_rules()
    unexpected = failures.filter(pl.col("row").is_null() | ~pl.col("check").is_in(list(messages)))
    if unexpected.height:
        raise RuntimeError(f"{model.table_name()}: {unexpected.head().to_dicts()}")
    order = pl.col("check").replace_strict({name: rank for rank, name in enumerate(messages)}, return_dtype=pl.Int64)
    return (
        failures.sort("row", order)
        .group_by(index="row", maintain_order=True)
        .agg(
            rules=pl.col("check").str.join(","),
            message=pl.col("check").replace_strict(messages, return_dtype=pl.String).str.join("; "),
        )
    )


def make_rejects(rejected: pl.DataFrame, statements: Statements, source_id: str) -> pl.DataFrame:
    """Return one row of `rejects` for each rejected raw row.

    Args:
        rejected: `row`, `rules`, `message`: the raw rows from which no statement was accepted.
        statements: for the raw rows themselves, and for those that could not be split into columns.
        source_id: their source.
    """
    columns = ["snapshot_id", "locator", "rules", "message", "row_json"]
    wanted = pl.col(ROW).is_in(rejected["row"].implode())
    rows = pl.concat(file.to_json(wanted) for file in statements.raw).join(rejected, on="row")
    broken = statements.broken.with_columns(rules=pl.lit("row_shifted"))
    rejects = pl.concat([rows.select(columns), broken.select(columns)])
    return Rejects.coerce(rejects.with_columns(source_id=pl.lit(source_id)))


def check_shifted(rejects: pl.DataFrame, declaration: Declaration) -> None:
    """Stop at rows with shifted columns, unless the declaration expects that many.

    Raises:
        SourceError: naming the first such rows.
    """
    shifted = rejects.filter(pl.col("rules").str.contains("row_shifted"))
    if shifted.height <= declaration.expect.max_shifted_rows:
        return
    examples = [
        f"  {row['snapshot_id']}, {row['locator']}: {row['message']}\n    {row['row_json'][:300]}"
        for row in shifted.head(3).iter_rows(named=True)
    ]
    is_table = {"csv", "tsv"} & {declaration.format_of(file).type for file in declaration.files}
    hint = "quote the delimiters in the file" if is_table else "name what is meant under [columns]"
    raise SourceError(
        f"{declaration.id}: {shifted.height} row(s) with shifted columns, "
        f"{declaration.expect.max_shifted_rows} allowed:\n"
        + "\n".join(examples)
        + f"\n  {hint}, or let such rows be rejected one by one with "
        f"max_shifted_rows = {shifted.height} under [expect] in {declaration.path}"
    )
