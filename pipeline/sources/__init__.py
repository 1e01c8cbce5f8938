"""A source is one TOML file: where it is, what its columns mean, what is known to be wrong with it."""

from pipeline.sources.keys import CODED, COLUMNS, SIDES, nearest
from pipeline.sources.load import BUILT_IN, CORRECTIONS, load_declaration, load_declarations, load_editions
from pipeline.sources.model import Declaration, Format, Live, SourceFile, title_of

__all__ = [
    "BUILT_IN", "CODED", "COLUMNS", "CORRECTIONS", "SIDES", "Declaration", "Format", "Live", "SourceFile",
    "load_declaration", "load_declarations", "load_editions", "nearest", "title_of",
]  # fmt: skip
