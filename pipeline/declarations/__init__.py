"""A source is one TOML file: where it is, what its columns mean, what is known to be wrong with it."""

from pipeline.declarations.keys import CODED, COLUMNS, SIDES, nearest
from pipeline.declarations.load import BUILT_IN, load_declaration, load_declarations
from pipeline.declarations.model import Declaration, Format, SourceFile

__all__ = [
    "BUILT_IN", "CODED", "COLUMNS", "SIDES", "Declaration", "Format", "SourceFile", "load_declaration",
    "load_declarations", "nearest",
]  # fmt: skip
