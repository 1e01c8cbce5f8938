"""A source is one TOML file: its address, the meaning of its columns, its known errors."""

from pipeline.sources.keys import CODED, COLUMNS, SIDES, did_you_mean
from pipeline.sources.load import BUILT_IN, CORRECTIONS, load_declarations, load_editions
from pipeline.sources.model import Declaration, page_title
from pipeline.sources.sections import Format, Limits, SourceFile

__all__ = [
    "BUILT_IN",
    "CODED",
    "COLUMNS",
    "CORRECTIONS",
    "SIDES",
    "Declaration",
    "Format",
    "Limits",
    "SourceFile",
    "did_you_mean",
    "load_declarations",
    "load_editions",
    "page_title",
]
