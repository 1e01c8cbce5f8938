"""A source is one TOML file: where it is, what its columns mean, what is known to be wrong with it."""

from pipeline.declarations.load import BUILT_IN, load_declaration, load_declarations
from pipeline.declarations.model import CODED, COLUMNS, SIDES, Declaration, Format, SourceFile, nearest

__all__ = [
    "BUILT_IN", "CODED", "COLUMNS", "SIDES", "Declaration", "Format", "SourceFile", "load_declaration",
    "load_declarations", "nearest",
]  # fmt: skip
