"""The model of a declaration, and the checks of one section against another."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, model_validator

from pipeline.sources.keys import (
    CODED,
    COLUMNS,
    GAZETTEER_CONTENTS,
    LOOKUP_COLUMNS,
    PARTS,
    REQUIRED,
    SIDES,
    did_you_mean,
)
from pipeline.sources.sections import Expect, Format, Ignore, Limits, Live, Lookup, Section, SourceFile, Suspect
from pipeline.sources.values import ColumnName, NonEmpty, Pattern
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Columns whose codes mean names of countries.
_COUNTRIES: Final = tuple(f"{side}_country" for side in SIDES)
#: A named group of a pattern under [parts].
_GROUP: Final = re.compile(r"\(\?P?<(\w+)>")


def page_title(name: str) -> str:
    """Return the title of the page that a file is named after: `Santa_Fe_section.wiki` is of Santa Fe."""
    return Path(name).stem.removesuffix("_section").replace("_", " ")


class Declaration(Section):
    """One declared source."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    publisher: str
    url: str
    licence: str
    attribution: str
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    kind: v.SourceKind = v.SourceKind.LIST
    family: str
    authority: v.Authority = v.Authority.LIST
    directions: v.Directions = v.Directions.ONE
    listed_means: v.Status = v.Status.UNKNOWN
    enabled: bool = True
    cadence: str = "pinned"
    as_of: date
    files: list[SourceFile] = []
    #: For a gazetteer: the installed package that has the data.
    package: str | None = None
    format: Format = Format()
    columns: dict[str, ColumnName | list[ColumnName]] = {}
    #: For a file with a row a town and its partners side by side: `partner = "partner_{n}"`.
    unpivot: dict[str, ColumnName | list[ColumnName]] = {}
    constants: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    unknown_markers: list[str] = [""]
    split: dict[str, Annotated[list[NonEmpty], Field(min_length=1)]] = {}
    #: What stands in one cell: a pattern with named groups.
    parts: dict[str, Pattern] = {}
    lookup: Lookup | None = None
    live: Live | None = None
    shape: dict[str, Pattern] = {}
    suspect: list[Suspect] = []
    ignore: list[Ignore] = []
    expect: Expect = Expect()
    limits: Limits = Limits()
    #: The file's name where it declares a source in several languages; that name selects all of them.
    edition_of: str | None = None
    #: The file of the declaration; a source's own files may be in the same folder.
    path: Annotated[Path, Field(exclude=True)]

    def columns_of(self, file: SourceFile) -> dict[str, list[ColumnName]]:
        """Return, for each column of ours, the names (or places, from 1) that the file may use for it."""
        columns = self.columns if file.columns is None else file.columns
        return {ours: theirs if isinstance(theirs, list) else [theirs] for ours, theirs in columns.items()}

    def unpivot_of(self, file: SourceFile) -> dict[str, ColumnName | list[ColumnName]]:
        """Return, for each column of ours, the file's columns that stand side by side; none for a file of names."""
        return {} if file.holds == "names" else self.unpivot

    def constants_of(self, file: SourceFile) -> dict[str, str]:
        """Return the values that every row of the file has."""
        return self.constants if file.constants is None else file.constants

    def format_of(self, file: SourceFile) -> Format:
        """Return the format of a file; that of wikitext has a language, and a title that is the file's by default."""
        file_format = file.format or self.format
        if file_format.type not in ("wikitext", "wikipages"):
            return file_format
        title = file_format.title or page_title(file.name)
        return file_format.model_copy(update={"language": file_format.language or self.language, "title": title})

    @model_validator(mode="after")
    def _check_sections(self) -> Declaration:
        """Check the sections against each other.

        Raises:
            ValueError: a key is unknown, a file is listed twice, or something that is needed is missing.
        """
        if not self.files and not self.package:
            raise ValueError("the key 'files' is missing: name at least one file")
        names = [file.name for file in self.files]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"files: {name!r} is listed {names.count(name)} times")
        for file in self.files:
            _check_content(self, file)
            _check_columns(self, file)
        _check_keys(self)
        _check_live(self)
        if self.lookup and self.lookup.file not in [file.name for file in self.files if file.holds == "names"]:
            raise ValueError(f"lookup.file {self.lookup.file!r} is not one of the files that hold names")
        return self


def _check_content(declaration: Declaration, file: SourceFile) -> None:
    is_gazetteer = declaration.kind is v.SourceKind.GAZETTEER
    if (file.holds in GAZETTEER_CONTENTS) != is_gazetteer:
        raise ValueError(f"file {file.name!r} holds {file.holds}, which does not go with kind {declaration.kind}")
    if file.optional and not is_gazetteer:
        raise ValueError(f"file {file.name!r} is optional; only a gazetteer's files can be")


def _check_live(declaration: Declaration) -> None:
    if not declaration.live:
        return
    if not declaration.files:
        raise ValueError("a live source has a file, in which what the service sends is kept")
    formats = {declaration.format_of(file).type for file in declaration.files}
    if declaration.live.service == "wikidata" and not {"wikidata_statements", "wikidata_towns"} <= formats:
        raise ValueError(
            "a live source of Wikidata has two files, of the formats wikidata_statements and wikidata_towns"
        )


def _check_columns(declaration: Declaration, file: SourceFile) -> None:
    columns, constants = declaration.columns_of(file), declaration.constants_of(file)
    unpivot = declaration.unpivot_of(file)
    # A file of names that has its own columns says more about an identifier than the name.
    valid = LOOKUP_COLUMNS if file.holds == "names" and file.columns else COLUMNS
    for column, names in columns.items():
        if not names:
            raise ValueError(f"columns.{column}: an empty list; name at least one of the file's columns")
        _require_valid(column, valid, "column")
    for column in unpivot:
        _require_valid(column, COLUMNS, "unpivot")
        if column in columns:
            raise ValueError(f"unpivot.{column}: is under [columns] too; name it once")
    if unpivot:
        check_groups(unpivot)
    for column, value in constants.items():
        _require_valid(column, COLUMNS, "column")
        if column in CODED:
            _require_valid(value, CODED[column], f"constants.{column}")
    for group in REQUIRED[file.holds]:
        if not {*columns, *constants, *unpivot}.intersection(group):
            raise ValueError(f"file {file.name!r} holds {file.holds}, but no column gives {' or '.join(group)}")


def _check_keys(declaration: Declaration) -> None:
    for section, columns in (
        ("expect.filled", [*declaration.expect.filled]),
        ("split", [*declaration.split]),
        ("suspect", [suspect.column for suspect in declaration.suspect]),
        ("ignore", [ignore.column for ignore in declaration.ignore]),
    ):
        for column in columns:
            _require_valid(column, COLUMNS, section)
    if len(declaration.split) > 1:
        raise ValueError(
            f"split: {', '.join(declaration.split)}: which of one belongs to which of the other is not known; split one"
        )
    for column, pattern in declaration.parts.items():
        _require_valid(column, SIDES, "parts")
        groups = _GROUP.findall(pattern)
        if "name" not in groups:
            raise ValueError(f"parts.{column}: the pattern has no group that is the name: (?<name>…)")
        for group in groups:
            _require_valid(group, PARTS, f"parts.{column}: the group")
    for column, codes in declaration.codes.items():
        if column in _COUNTRIES:
            continue
        _require_valid(column, [*CODED, *_COUNTRIES], "codes")
        for code, value in codes.items():
            _require_valid(value, CODED[column], f"codes.{column}.{code}")


def _require_valid(word: str, valid: Iterable[str], place: str) -> None:
    valid = [str(choice) for choice in valid]
    if word not in valid:
        raise ValueError(f"{place} {word!r} is not known{did_you_mean(word, valid)}")


def check_groups(unpivot: dict[str, ColumnName | list[ColumnName]]) -> None:
    """Check that columns side by side are all patterns with `{n}`, or all lists of the same length.

    Raises:
        ValueError: they are not; names the first that differs.
    """
    lengths = {ours: len(theirs) if isinstance(theirs, list) else 0 for ours, theirs in unpivot.items()}
    first, *others = lengths
    for ours in others:
        if lengths[ours] != lengths[first]:
            raise ValueError(
                f"unpivot.{ours}: which of it belongs to which of unpivot.{first} is not known: "
                "name as many columns in both, or a pattern with {n} in both"
            )
    for ours, theirs in unpivot.items():
        if not isinstance(theirs, list) and "{n}" not in str(theirs):
            raise ValueError(
                f"unpivot.{ours}: a pattern such as 'partner_{{n}}', or a list of columns (it is {theirs!r})"
            )
