"""A source is one TOML file: where it is, what its columns mean, what is known to be wrong with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.sources.keys import Holds
from pipeline.sources.rules import check_together
from schemas import vocabularies as v


def _checked_pattern(value: str) -> str:
    """Return a regular expression that polars understands (Rust's syntax: no look-around, no back-references)."""
    try:
        pl.Series([""]).str.contains(f"^(?:{value})$")
    except pl.exceptions.PolarsError as error:
        why = " ".join(line.strip() for line in str(error).splitlines() if line.startswith("error:"))
        raise ValueError(f"not a regular expression as polars reads it: {why or error}") from error
    return value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def title_of(name: str) -> str:
    """Return the title of the page that a file is named after: `Santa_Fe_section.wiki` is of Santa Fe."""
    return Path(name).stem.removesuffix("_section").replace("_", " ")


class Format(_Part):
    """How the bytes are laid out."""

    type: Literal[
        "csv", "tsv", "json", "jsonl", "excel", "wikitext", "wikipages", "wikidata_statements", "wikidata_towns",
        "wikidata_entities",
    ] = "csv"  # fmt: skip
    delimiter: Annotated[str, Field(pattern=r"^[\x00-\x7f]$")] | None = None
    quote: Annotated[str, Field(pattern=r"^[\x00-\x7f]?$")] = '"'
    encoding: str = "utf-8"
    header: bool | Annotated[list[str], Field(min_length=1)] = True
    sheet: str | int = 1
    records: str | None = None
    #: For wikitext: whose words are read, and what the page is called.
    language: str | None = None
    title: str | None = None

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError as error:
            raise ValueError(f"no such encoding: {value!r} (try utf-8, cp1250, cp1252, iso-8859-2)") from error
        return value


class SourceFile(_Part):
    """One file of a source, and what its rows hold."""

    name: str
    url: str | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    holds: Holds = "claims"
    #: A file that the publisher may not have, or that the operator may not have fetched.
    optional: bool = False
    as_of: date | None = None
    format: Format | None = None
    columns: dict[str, str | list[str]] | None = None
    constants: dict[str, str] | None = None

    @field_validator("name")
    @classmethod
    def _stays_inside(cls, value: str) -> str:
        if not value or Path(value).is_absolute() or ".." in Path(value).parts or "\\" in value:
            raise ValueError("a file's name is a path below the source's own folder, without '..'")
        return value


class Suspect(_Part):
    """Values that the source prints but that are known not to be meant."""

    column: str
    values: Annotated[list[str], Field(min_length=1)]
    action: Literal["null", "keep"] = "null"
    reason: Annotated[str, Field(min_length=1)]


class Ignore(_Part):
    """Rows that are no statements: headings, sums, empty lines."""

    column: str
    pattern: str
    reason: Annotated[str, Field(min_length=1)]

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, value: str) -> str:
        return _checked_pattern(value)


class Lookup(_Part):
    """A second file of the source that gives names for identifiers."""

    file: str
    column: Literal["wikidata_id", "geonames_id"] = "wikidata_id"


class Live(_Part):
    """A service that is asked, instead of a file that is downloaded."""

    service: Literal["wikidata", "mediawiki", "dump"]
    endpoint: str
    languages: list[str] = []


class Bounds(_Part):
    """A floor and a ceiling."""

    min: int = 1
    max: int | None = None


class Expect(_Part):
    """What a good snapshot looks like; anything else stops the build."""

    rows: Bounds = Bounds()
    filled: dict[str, Annotated[float, Field(ge=0, le=1)]] = {}
    max_rejected_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    max_shifted_rows: Annotated[int, Field(ge=0)] = 0
    earliest_year: int = 1800


class Declaration(_Part):
    """Everything that is known about one source."""

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
    #: Installed package that brings the data, for a gazetteer.
    package: str | None = None
    format: Format = Format()
    columns: dict[str, str | list[str]] = {}
    constants: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    unknown_markers: list[str] = [""]
    split: dict[str, Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]] = {}
    lookup: Lookup | None = None
    live: Live | None = None
    shape: dict[str, Annotated[str, AfterValidator(_checked_pattern)]] = {}
    suspect: list[Suspect] = []
    ignore: list[Ignore] = []
    expect: Expect = Expect()

    #: The file's name where it declares the same source in several languages; that name means all of them.
    edition_of: str | None = None

    #: Where the declaration was read from; its own files may lie beside it.
    path: Annotated[Path, Field(exclude=True)]

    def columns_of(self, file: SourceFile) -> dict[str, list[str]]:
        """Return, for each column of ours, the names that the file may use for it."""
        columns = self.columns if file.columns is None else file.columns
        return {ours: [theirs] if isinstance(theirs, str) else theirs for ours, theirs in columns.items()}

    def constants_of(self, file: SourceFile) -> dict[str, str]:
        """Return the values that hold for every row of the file."""
        return self.constants if file.constants is None else file.constants

    def format_of(self, file: SourceFile) -> Format:
        """Return how the file is laid out; for wikitext with its language and its title, by default the file's name."""
        layout = file.format or self.format
        if layout.type not in ("wikitext", "wikipages"):
            return layout
        title = layout.title or title_of(file.name)
        return layout.model_copy(update={"language": layout.language or self.language, "title": title})

    @model_validator(mode="after")
    def _holds_together(self) -> Declaration:
        check_together(self)
        return self
