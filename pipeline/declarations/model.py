"""A source is one TOML file: where it is, what its columns mean, what is known to be wrong with it."""

from __future__ import annotations

import difflib
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas import vocabularies as v

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

Holds = Literal["claims", "names", "awards", "group_members", "figures"]
Side = Literal["town", "partner"]
SIDES: tuple[Side, ...] = ("town", "partner")

#: Columns whose values come from a vocabulary.
CODED: dict[str, type[StrEnum]] = {
    "form": v.Form,
    "status": v.Status,
    "start_event": v.Event,
    "end_cause": v.EndCause,
    "motive": v.Motive,
    "authority": v.Authority,
    "rank": v.ClaimRank,
    "town_kind": v.TownKind,
    "partner_kind": v.TownKind,
    "award": v.Award,
    "group_kind": v.GroupKind,
    "confirmation": v.Confirmation,
}

_SIDED = (
    "",
    "_country",
    "_region",
    "_latitude",
    "_longitude",
    "_population",
    "_wikidata_id",
    "_geonames_id",
    "_kind",
)
_CLAIM_COLUMNS = (
    *(side + suffix for side in SIDES for suffix in _SIDED),
    "form", "status", "start", "start_event", "end", "end_cause", "motive", "rank",
    "note", "evidence_url", "publisher", "authority",
)  # fmt: skip
_OTHER_COLUMNS = (
    "award", "award_year",
    "group", "group_kind", "stated_member_count", "group_since", "since", "until",
    "subject", "value", "unit", "year", "confirmation",
    "id", "name",
)  # fmt: skip
#: Everything that a declaration's [columns] and [constants] may name.
COLUMNS: tuple[str, ...] = (*_CLAIM_COLUMNS, *_OTHER_COLUMNS)

#: For each kind of file, what it cannot do without: one of each group.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "claims": (
        ("town", "town_wikidata_id", "town_geonames_id"),
        ("partner", "partner_wikidata_id", "partner_geonames_id"),
    ),
    "names": (("id",), ("name",)),
    "awards": (("town",), ("award",)),
    "group_members": (("group",), ("group_kind",)),
    "figures": (("subject",), ("value",), ("unit",)),
}  # fmt: skip


def _require_known(key: str, known: Iterable[str], place: str) -> None:
    if key not in known:
        raise ValueError(f"{place} {key!r} is not known{nearest(key, known)}")


def nearest(key: str, known: Iterable[str]) -> str:
    """Return a hint at the nearest of the known words, or at all of them where none is near and they are few."""
    known = list(known)
    close = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(known)}" if len(known) <= 15 else ""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Format(_Part):
    """How the bytes are laid out."""

    type: Literal["csv", "tsv", "json", "jsonl", "excel"] = "csv"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, Field(max_length=1)] = '"'
    encoding: str = "utf-8"
    header: bool | list[str] = True
    sheet: str | int = 1
    records: str | None = None

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
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value


class Lookup(_Part):
    """A second file of the source that gives names for identifiers."""

    file: str
    column: Literal["wikidata_id", "geonames_id"] = "wikidata_id"


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
    split: dict[str, list[str]] = {}
    lookup: Lookup | None = None
    shape: dict[str, str] = {}
    suspect: list[Suspect] = []
    ignore: list[Ignore] = []
    expect: Expect = Expect()

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
        """Return how the file is laid out."""
        return file.format or self.format

    @model_validator(mode="after")
    def _columns_exist(self) -> Declaration:
        if not self.files and not self.package:
            raise ValueError("the key 'files' is missing: name at least one file")
        for file in self.files:
            known = set(self.columns_of(file)) | set(self.constants_of(file))
            for key in known:
                _require_known(key, COLUMNS, "column")
            for group in REQUIRED[file.holds]:
                if not known.intersection(group):
                    raise ValueError(f"file {file.name!r} holds {file.holds}, but no column gives {' or '.join(group)}")
        for place, keys in (("expect.filled", self.expect.filled), ("split", self.split)):
            for key in keys:
                _require_known(key, COLUMNS, place)
        for suspect in self.suspect:
            _require_known(suspect.column, COLUMNS, "suspect")
        for ignore in self.ignore:
            _require_known(ignore.column, COLUMNS, "ignore")
        return self

    @model_validator(mode="after")
    def _codes_exist(self) -> Declaration:
        for key, codes in self.codes.items():
            _require_known(key, CODED, "codes")
            for code, value in codes.items():
                _require_known(value, [member.value for member in CODED[key]], f"codes.{key}.{code}")
        if self.lookup and self.lookup.file not in [file.name for file in self.files if file.holds == "names"]:
            raise ValueError(f"lookup.file {self.lookup.file!r} is not one of the files that hold names")
        return self
