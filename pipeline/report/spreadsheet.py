"""CSV that a spreadsheet can open: texts from sources must not become formulas."""

from __future__ import annotations

import polars as pl

#: What makes spreadsheets run a cell, as OWASP lists it under "CSV Injection"; the signs also at full width, which some
#: of them take for the usual ones, and after white space, which some of them remove.
_STARTS_FORMULA = r"^(?:[\t\r\n]|\s*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}])"


def neutralise(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before each text that a spreadsheet would take for a formula; numbers and dates stay.

    Town names come from pages that anyone can edit. The apostrophe tells a spreadsheet that a text follows.
    """
    categories = [name for name, dtype in frame.schema.items() if isinstance(dtype, (pl.Categorical, pl.Enum))]
    frame = frame.with_columns(pl.col(categories).cast(pl.String))
    texts = (pl.col(name) for name, dtype in frame.schema.items() if dtype == pl.String)
    return frame.with_columns(
        pl.when(text.str.contains(_STARTS_FORMULA)).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).name.keep()
        for text in texts
    )


def flatten(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with each list as one text, its items joined by a comma, and each struct as JSON."""
    flat = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.List):
            flat.append(pl.col(name).cast(pl.List(pl.String)).list.join(", ", ignore_nulls=True))
        elif isinstance(dtype, pl.Struct):
            flat.append(pl.col(name).struct.json_encode())
    return frame.with_columns(flat)
