"""The kinds of values that a declaration has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import polars as pl
from pydantic import AfterValidator, Field

from pipeline.sources.address import parse_address

#: Bytes of each part of a file's name. Disks allow 255, and a temporary file beside it has a longer name.
_NAME_MAX: Final = 200


def _check_pattern(value: str) -> str:
    try:
        pl.Series([""]).str.contains(f"^(?:{value})$")
    except pl.exceptions.PolarsError as error:
        reason = " ".join(line.strip() for line in str(error).splitlines() if line.startswith("error:"))
        raise ValueError(f"not a regular expression as polars reads it: {reason or error}") from error
    return value


def _check_encoding(value: str) -> str:
    try:
        "".encode(value)
    except (LookupError, UnicodeError) as error:
        raise ValueError(f"no such encoding: {value!r} (try utf-8, cp1250, cp1252, iso-8859-2)") from error
    return value


def _check_file_name(value: str) -> str:
    path = Path(value)
    if not path.name or path.is_absolute() or ".." in path.parts or "\\" in value:
        raise ValueError("a file's name is a path below the source's own folder, without '..'")
    if not value.isprintable() or any(len(part.encode()) > _NAME_MAX for part in path.parts):
        raise ValueError(f"a file's name has no control characters, and at most {_NAME_MAX} bytes in each part")
    return value


def _check_address(value: str) -> str:
    parse_address(value)
    return value


#: A regular expression that polars understands (Rust's syntax: no look-around, no back-references).
Pattern = Annotated[str, AfterValidator(_check_pattern)]
Encoding = Annotated[str, AfterValidator(_check_encoding)]
FileName = Annotated[str, AfterValidator(_check_file_name)]
#: An http(s) address that can be requested.
Address = Annotated[str, AfterValidator(_check_address)]
NonEmpty = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
#: A column of a file by its name, or by its place from 1.
ColumnName = Annotated[int, Field(ge=1, strict=True)] | str
