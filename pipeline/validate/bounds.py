"""What the declaration expects of a good snapshot; anything else stops the build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import BoundsError

if TYPE_CHECKING:
    from pipeline.sources import Declaration


def check_bounds(declaration: Declaration, statements: pl.DataFrame, ledger: pl.DataFrame) -> None:
    """Compare a source's snapshots with its declared bounds.

    Args:
        declaration: for `expect`.
        statements: text columns of the rows that were read, before any was nulled.
        ledger: of the source.

    Raises:
        BoundsError: too few or too many rows, too many rejected, or a column less filled than expected.
    """
    expect, where = declaration.expect, f"(bounds under [expect] in {declaration.path})"
    read, rejected = int(ledger["rows_read"].sum()), int(ledger["rows_rejected"].sum())
    if read and expect.rows.min and statements["names_nobody"].all():
        raise BoundsError(f"{declaration.id}: {read} rows, none of which names anybody {where}")
    if read < expect.rows.min:
        raise BoundsError(
            f"{declaration.id}: {read} rows, at least {expect.rows.min} expected; is the file cut or half published? "
            f"{where}"
        )
    if expect.rows.max is not None and read > expect.rows.max:
        raise BoundsError(f"{declaration.id}: {read} rows, at most {expect.rows.max} expected {where}")
    if read and rejected / read > expect.max_rejected_share:
        raise BoundsError(
            f"{declaration.id}: {rejected} of {read} rows rejected, at most {expect.max_rejected_share:.0%} expected; "
            f"do the columns mean what the declaration says? {where}"
        )
    for column, share in expect.filled.items():
        filled = statements.filter(~pl.col("names_nobody")).select(pl.col(column).is_not_null().mean()).item() or 0.0
        if filled < share:
            raise BoundsError(
                f"{declaration.id}: column {column!r} is filled in {filled:.1%} of rows, at least {share:.1%} expected "
                f"{where}"
            )
