"""Options that several commands share."""

from __future__ import annotations

import argparse
import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.sources.settings import Settings

Parser = argparse.ArgumentParser
Options = argparse.Namespace

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def folder(text: str) -> Path:
    """Return the path of a folder that DuckDB and polars can open.

    Raises:
        argparse.ArgumentTypeError: its name, or that of a folder above it, is not UTF-8.
    """
    try:
        os.path.realpath(text).encode()
    except UnicodeEncodeError as error:
        raise argparse.ArgumentTypeError(
            f"{text}: the name of this folder, or of one above it, is not UTF-8, so the database cannot open it; "
            "rename it, or name another folder"
        ) from error
    return Path(text)


def text_of(argument: str) -> str:
    """Return a text of the command line, also where the locale is not that of UTF-8.

    Raises:
        argparse.ArgumentTypeError: it is not UTF-8.
    """
    try:
        # What the encoding of the locale lacks are surrogates here.
        return os.fsencode(argument).decode() if _SURROGATE.search(argument) else argument
    except UnicodeError as error:
        raise argparse.ArgumentTypeError(f"{argument}: not UTF-8") from error


def count(text: str) -> int:
    """Return a number of rows, entries or years.

    Raises:
        argparse.ArgumentTypeError: it is none, or 0.
    """
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number: 1 or more")
    return number


def add_raw(parser: Parser) -> None:
    """Add the raw store."""
    parser.add_argument("--raw", type=folder, default="raw", metavar="DIR", help="the raw store (raw)")


def add_sources(parser: Parser) -> None:
    """Add folders of declarations."""
    parser.add_argument(
        "--sources", type=folder, action="append", default=[], metavar="DIR", help="a folder of further declarations"
    )


def add_out(parser: Parser) -> None:
    """Add the folder of all releases."""
    parser.add_argument(
        "--out", type=folder, default="curated", metavar="DIR", help="the folder of the releases (curated)"
    )


def add_release(parser: Parser) -> None:
    """Add the folder of the release that a command reads; `--out`, as in commands that write, is the same."""
    parser.add_argument(
        "--release",
        "--out",
        dest="out",
        type=folder,
        default="curated",
        metavar="DIR",
        help="the folder with the current release (curated)",
    )


def add_build_options(parser: Parser) -> None:
    """Add what a build reads, and where it writes."""
    add_raw(parser)
    add_sources(parser)
    add_out(parser)
    parser.add_argument(
        "--enable",
        nargs="+",
        action="extend",
        default=[],
        metavar="ID",
        help="also these sources, which are off; or all",
    )
    parser.add_argument("--only", nargs="+", action="extend", default=[], metavar="ID", help="only these sources")


def add_mirror(parser: Parser) -> None:
    """Add a folder that replaces the network."""
    parser.add_argument(
        "--mirror",
        type=folder,
        default=os.environ.get("TWINTOWNS_MIRROR") or None,
        metavar="DIR",
        help="a folder with an index.csv to fetch from instead of the network (or set TWINTOWNS_MIRROR)",
    )


def add_json(parser: Parser) -> None:
    """Add whether the command prints JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def print_json(content: object) -> None:
    """Print content as indented JSON; dates as ISO 8601, control characters escaped."""
    from pipeline.report.control_characters import escape_controls

    print(escape_controls(json.dumps(content, ensure_ascii=False, indent=2, default=str)))


def build_settings(options: Options) -> Settings:
    """Return what a build reads and where it writes, from `add_build_options`."""
    from pipeline.sources.settings import Settings

    return Settings(
        raw=options.raw,
        out=options.out,
        sources=tuple(options.sources),
        enable=frozenset(split_names(options.enable)),
        only=frozenset(split_names(options.only)),
    )


def split_names(values: Sequence[str]) -> list[str]:
    """Return the names in `a b` as well as in `a,b`."""
    return [name for value in values for name in value.split(",") if name]


def duration(text: str) -> timedelta:
    """Return the length of time in `90m`, `12h`, `7d` or `4w`.

    Raises:
        argparse.ArgumentTypeError: it is none of them.
    """
    match = re.fullmatch(r"(\d+)([mhdw])", text.strip())
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; it is written like 90m, 36h, 8d or 4w")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
