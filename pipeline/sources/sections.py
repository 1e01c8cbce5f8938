"""The sections of a declaration and their defaults."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.sources.keys import Content
from pipeline.sources.values import Address, ColumnName, Encoding, FileName, NonEmpty, Pattern, Share

#: What a process can be given at all.
_WEEK: Final = 7 * 24 * 3600
_PEBIBYTE: Final = 1 << 30


class Section(BaseModel):
    """A table of a declaration: any other key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Format(Section):
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
    #: How many rows name the columns together: `Partner` above `Country` is `Partner / Country`.
    header_rows: Annotated[int, Field(ge=1, le=9)] = 1
    #: Whether the first field of each row is a name of the row, for which the header has no field, as R writes it.
    row_names: bool = False
    skip_lines: Annotated[int, Field(ge=0)] = 0
    skip_last_lines: Annotated[int, Field(ge=0)] = 0
    #: How lines begin that are no rows.
    comment: list[NonEmpty] = []
    #: The file's columns in which an empty cell repeats the one above.
    fill_down: list[ColumnName] = []
    #: By place or name; several of one layout by a list of names, or `*` for all.
    sheet: str | int | list[str] = 1
    records: str | None = None
    #: Of dates in numbers; without it, `04/07/1966` is its year alone.
    date_order: Literal["day-month-year", "month-day-year", "year-month-day", "year-day-month"] | None = None
    two_digit_years_from: Annotated[int, Field(ge=1000, le=2100)] | None = None
    #: For wikitext: the language of its words, and the title of the page.
    language: str | None = None
    title: str | None = None


class SourceFile(Section):
    """One file of a source, and what its rows are."""

    name: FileName
    url: Address | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    holds: Content = "claims"
    #: A file that the publisher may not have, or that the operator may not have fetched.
    optional: bool = False
    as_of: date | None = None
    format: Format | None = None
    columns: dict[str, ColumnName | list[ColumnName]] | None = None
    constants: dict[str, str] | None = None


class Suspect(Section):
    """Values that the source prints but that cannot be true, with the reason."""

    column: str
    values: Annotated[list[str], Field(min_length=1)]
    action: Literal["null", "keep"] = "null"
    reason: NonEmpty


class Ignore(Section):
    """Rows that are no statements: headings, sums, empty lines."""

    column: str
    pattern: Pattern
    reason: NonEmpty


class Lookup(Section):
    """A second file of the source that gives names for identifiers."""

    file: str
    column: Literal["wikidata_id", "geonames_id", "key"] = "wikidata_id"


class Live(Section):
    """A service that is queried, instead of a file that is downloaded."""

    service: Literal["wikidata", "mediawiki", "dump"]
    endpoint: Address
    languages: list[str] = []


class Bounds(Section):
    """A minimum and a maximum."""

    min: int = 1
    max: int | None = None


class Expect(Section):
    """What a good snapshot looks like; any other stops the build."""

    rows: Bounds = Bounds()
    filled: dict[str, Share] = {}
    max_rejected_share: Share = 0.5
    max_shifted_rows: Annotated[int, Field(ge=0)] = 0
    earliest_year: int = 1800


class Limits(Section):
    """What reading a source may take: it is read in a process of its own, which is ended beyond that."""

    seconds: Annotated[float, Field(gt=0, le=_WEEK)] = 900
    memory_mib: Annotated[int, Field(gt=0, le=_PEBIBYTE)] = 8192
