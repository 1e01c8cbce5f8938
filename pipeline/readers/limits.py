"""The limits of `limits.toml`: what a file may hold before it, a row or a line of it is refused."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True)
class TableLimits:
    """Limits of every table."""

    wide_columns: int
    columns: int
    cell_characters: int


@dataclass(frozen=True)
class ExcelLimits:
    """Limits of a workbook."""

    sheet_cells: int
    unpacked_bytes: int


@dataclass(frozen=True)
class JsonLimits:
    """Limits of a JSON document."""

    nesting: int


@dataclass(frozen=True)
class WikitextLimits:
    """Limits of a wiki page."""

    page_characters: int
    title_characters: int
    heading_characters: int
    line_characters: int
    text_characters: int
    nesting: int
    unpaired_braces: int
    row_cells: int


_LIMITS: Final = tomllib.loads(Path(__file__).with_name("limits.toml").read_text("utf-8"))
TABLE: Final = TableLimits(**_LIMITS["table"])
EXCEL: Final = ExcelLimits(**_LIMITS["excel"])
JSON: Final = JsonLimits(**_LIMITS["json"])
WIKITEXT: Final = WikitextLimits(**_LIMITS["wikitext"])
