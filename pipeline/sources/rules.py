"""What must hold between the parts of a declaration; each part alone is checked by its type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sources.keys import CODED, COLUMNS, GAZETTEER_FILES, LOOKUP_COLUMNS, REQUIRED, nearest
from schemas.vocabularies import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.sources.model import Declaration, SourceFile


def check_together(declaration: Declaration) -> None:
    """Hold a declaration's parts against one another.

    Raises:
        ValueError: a key that nobody knows, a file twice, or a part that another needs is not there.
    """
    if not declaration.files and not declaration.package:
        raise ValueError("the key 'files' is missing: name at least one file")
    names = [file.name for file in declaration.files]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"files: {name!r} is listed {names.count(name)} times")
    for file in declaration.files:
        _check_kind(declaration, file)
        _check_columns(declaration, file)
    _check_keys(declaration)
    _check_codes(declaration)
    if declaration.lookup and declaration.lookup.file not in [
        one.name for one in declaration.files if one.holds == "names"
    ]:
        raise ValueError(f"lookup.file {declaration.lookup.file!r} is not one of the files that hold names")


def _check_kind(declaration: Declaration, file: SourceFile) -> None:
    is_gazetteer = declaration.kind is SourceKind.GAZETTEER
    if (file.holds in GAZETTEER_FILES) != is_gazetteer:
        raise ValueError(f"file {file.name!r} holds {file.holds}, which does not go with kind {declaration.kind}")
    if file.optional and not is_gazetteer:
        raise ValueError(f"file {file.name!r} is optional; only a gazetteer's files can be")


def _check_columns(declaration: Declaration, file: SourceFile) -> None:
    columns, constants = declaration.columns_of(file), declaration.constants_of(file)
    for key, alternatives in columns.items():
        if not alternatives:
            raise ValueError(f"columns.{key}: an empty list; name at least one of the file's columns")
    for key in columns:
        # A file of names that has columns of its own says more of an identifier than the name.
        _require_known(key, LOOKUP_COLUMNS if file.holds == "names" and file.columns else COLUMNS, "column")
    for key in constants:
        _require_known(key, COLUMNS, "column")
    for key, value in constants.items():
        if key in CODED:
            _require_known(value, [member.value for member in CODED[key]], f"constants.{key}")
    for group in REQUIRED[file.holds]:
        if not {*columns, *constants}.intersection(group):
            raise ValueError(f"file {file.name!r} holds {file.holds}, but no column gives {' or '.join(group)}")


def _check_keys(declaration: Declaration) -> None:
    for place, keys in (
        ("expect.filled", [*declaration.expect.filled]),
        ("split", [*declaration.split]),
        ("suspect", [one.column for one in declaration.suspect]),
        ("ignore", [one.column for one in declaration.ignore]),
    ):
        for key in keys:
            _require_known(key, COLUMNS, place)
    if len(declaration.split) > 1:
        raise ValueError(
            f"split: {', '.join(declaration.split)}: which of one belongs to which of the other is not known; split one"
        )


def _check_codes(declaration: Declaration) -> None:
    for key, codes in declaration.codes.items():
        _require_known(key, CODED, "codes")
        for code, value in codes.items():
            _require_known(value, [member.value for member in CODED[key]], f"codes.{key}.{code}")


def _require_known(key: str, known: Iterable[str], place: str) -> None:
    if key not in known:
        raise ValueError(f"{place} {key!r} is not known{nearest(key, known)}")
