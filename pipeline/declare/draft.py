"""The draft of a declaration as TOML, with what each guess rests on."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pipeline.declare.draft_keys import date_keys, filled_down, find_language, find_markers, find_title_town
from pipeline.readers.header import NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.declare.layout import Layout
    from pipeline.declare.profile import ColumnProfile
    from pipeline.declare.roles import Roles

#: A country of which so many towns are is taken.
_LIKELY: Final = 0.5
_ID: Final = re.compile(r"[a-z][a-z0-9_]*")
_FIRST = "# Drafted from {name}: look at every line, fill in what is marked, then: twintowns declare --check {toml}\n"
_HEAD = """\
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
    guess, reason = find_language(language, roles)
    lines = [
        _HEAD.format(
            title=_value(path.stem.replace("_", " ")), language=_value(guess),
            language_reason=reason, as_of=date.today().isoformat(), file=_value(path.name),  # noqa: DTZ011 - for a person
        )
    ]  # fmt: skip
    if not _ID.fullmatch(toml.stem):
        lines.insert(0, _line("id", identifier(path), "the name of this file cannot be one"))
    lines += _markers(roles)
    remarks = dict(layout.remarks)
    keys = layout.format | filled_down(roles, remarks) | date_keys(roles, remarks)
    if keys != {"type": "csv"}:
        lines += ["[format]", *(_line(key, value, remarks.get(key, "")) for key, value in keys.items()), ""]
    lines += ["[columns]", *_columns(role for role in roles.found if not role.column.is_group)]
    lines += [f"# not used: {_show(column)}" for column in roles.unused]
    lines += _keys(roles)
    groups = [role for role in roles.found if role.column.is_group]
    if groups:
        lines += ["", "[unpivot]", f"# Columns side by side: {NUMBER} is their number.", *_columns(groups)]
    lines += _constants(roles, find_title_town((*layout.titles, path.stem), roles))
    partner = roles.column("partner")
    if partner and partner.separators:
        lines += ["", "[split]", _line("partner", list(partner.separators), "what parts several names in one cell")]
    return "\n".join((_FIRST.format(name=path.name, toml=toml.name), *lines)) + "\n"


def identifier(path: Path) -> str:
    """Return the id of a list: its file's name in lower-case ASCII letters, digits and `_`."""
    plain = unicodedata.normalize("NFKD", path.stem.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return name if re.match("[a-z]", name) else f"list_{name}".rstrip("_")


def _markers(roles: Roles) -> list[str]:
    """Return the line of what stands for "not known"."""
    markers = find_markers(roles)
    if not markers:
        return []
    told = ", ".join(f"{text} {count} times" for text, count in markers.items())
    return [_line("unknown_markers", ["", *markers], f"nothing is known there: {told}"), ""]


def _columns(roles: Iterable[Any]) -> list[str]:
    return [_line(role.ours, role.column.name, role.reason) for role in roles]


def _constants(roles: Roles, title: tuple[str, str] | None) -> list[str]:
    lines: list[str] = []
    if roles.column("town") is None and roles.column("partner") is not None:
        if title:
            lines.append(_line("town", title[0], f"the town in {title[1]!r}; look whether these are its partners"))
        else:
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
