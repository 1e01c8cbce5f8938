"""The model of a declaration: its sections, its defaults, and the checks of one part against another."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.sources.keys import (
    CODED,
    COLUMNS,
    GAZETTEER_CONTENTS,
    LOOKUP_COLUMNS,
    REQUIRED,
    Content,
    did_you_mean,
)
from pipeline.sources.values import Address, Encoding, FileName, NonEmpty, Pattern, Share
from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What a process can be given at all.
_WEEK: Final = 7 * 24 * 3600
_PEBIBYTE: Final = 1 << 30


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def page_title(name: str) -> str:
    """Return the title of the page that a file is named after: `Santa_Fe_section.wiki` is of Santa Fe."""
    return Path(name).stem.removesuffix("_section").replace("_", " ")


class Format(_Section):
    """The format of a file."""

    type: Literal[
        "csv",
        "tsv",
        "json",
        "jsonl",
        "excel",
        "wikitext",
        "wikipages",
        "wikidata_statements",
        "wikidata_towns",
        "wikidata_entities",
    ] = "csv"
    delimiter: Annotated[str, Field(pattern=r"^[\x00-\x7f]$")] | None = None
    quote: Annotated[str, Field(pattern=r"^[\x00-\x7f]?$")] = '"'
    encoding: Encoding = "utf-8"
    header: bool | Annotated[list[str], Field(min_length=1)] = True
    sheet: str | int = 1
    records: str | None = None
    #: For wikitext: the language of its words, and the title of the page.
    language: str | None = None
    title: str | None = None


class SourceFile(_Section):
    """One file of a source, and what its rows are."""

    name: FileName
    url: Address | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    holds: Content = "claims"
    #: A file that the publisher may not have, or that the operator may not have fetched.
    optional: bool = False
    as_of: date | None = None
    format: Format | None = None
    columns: dict[str, str | list[str]] | None = None
    constants: dict[str, str] | None = None


class Suspect(_Section):
    """Values that the source prints but that cannot be true, with the reason."""

    column: str
    values: Annotated[list[str], Field(min_length=1)]
    action: Literal["null", "keep"] = "null"
    reason: NonEmpty


class Ignore(_Section):
    """Rows that are no statements: headings, sums, empty lines."""

    column: str
    pattern: Pattern
    reason: NonEmpty


class Lookup(_Section):
    """A second file of the source that gives names for identifiers."""

    file: str
    column: Literal["wikidata_id", "geonames_id"] = "wikidata_id"


class Live(_Section):
    """A service that is queried, instead of a file that is downloaded."""

    service: Literal["wikidata", "mediawiki", "dump"]
    endpoint: Address
    languages: list[str] = []


class Bounds(_Section):
    """A minimum and a maximum."""

    min: int = 1
    max: int | None = None


class Expect(_Section):
    """What a good snapshot looks like; any other stops the build."""

    rows: Bounds = Bounds()
    filled: dict[str, Share] = {}
    max_rejected_share: Share = 0.5
    max_shifted_rows: Annotated[int, Field(ge=0)] = 0
    earliest_year: int = 1800


class Limits(_Section):
    """What reading a source may take: it is read in a process of its own, which is ended beyond that."""

    seconds: Annotated[float, Field(gt=0, le=_WEEK)] = 900
    memory_mib: Annotated[int, Field(gt=0, le=_PEBIBYTE)] = 8192


class Declaration(_Section):
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
    columns: dict[str, str | list[str]] = {}
    constants: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    unknown_markers: list[str] = [""]
    split: dict[str, Annotated[list[NonEmpty], Field(min_length=1)]] = {}
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

    def columns_of(self, file: SourceFile) -> dict[str, list[str]]:
        """Return, for each column of ours, the names that the file may use for it."""
        columns = self.columns if file.columns is None else file.columns
        return {ours: [theirs] if isinstance(theirs, str) else theirs for ours, theirs in columns.items()}

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
    # A file of names that has its own columns says more about an identifier than the name.
    valid = LOOKUP_COLUMNS if file.holds == "names" and file.columns else COLUMNS
    for column, names in columns.items():
        if not names:
            raise ValueError(f"columns.{column}: an empty list; name at least one of the file's columns")
        _require_valid(column, valid, "column")
    for column, value in constants.items():
        _require_valid(column, COLUMNS, "column")
        if column in CODED:
            _require_valid(value, CODED[column], f"constants.{column}")
    for group in REQUIRED[file.holds]:
        if not {*columns, *constants}.intersection(group):
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
    for column, codes in declaration.codes.items():
        _require_valid(column, CODED, "codes")
        for code, value in codes.items():
            _require_valid(value, CODED[column], f"codes.{column}.{code}")


def _require_valid(word: str, valid: Iterable[str], place: str) -> None:
    valid = [str(choice) for choice in valid]
    if word not in valid:
        raise ValueError(f"{place} {word!r} is not known{did_you_mean(word, valid)}")
