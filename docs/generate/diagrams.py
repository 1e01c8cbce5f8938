"""The diagrams: how the tables refer to one another, from the schemas, and the flow of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docs.generate.drawing import arrow, box, svg, text
from schemas import MODELS

if TYPE_CHECKING:
    from schemas.model import TableModel

#: The tables that others refer to stand in the middle columns, those that refer to them left and right.
_COLUMNS: Final = (
    ("decisions", "partnership_events", "partnership_motives", "location_candidates", "town_names", "town_network"),
    ("partnerships", "towns", "partnership_groups", "group_members", "town_cliques"),
    ("claims", "snapshots", "sources", "awards", "countries"),
    ("ledger", "rejects", "findings", "reference_figures", "network_figures", "redirects", "changes", "release"),
)
#: What each table that is referred to is drawn in.
_COLOURS: Final = {"towns": 0, "claims": 1, "partnerships": 2, "sources": 3, "snapshots": 4}
_WIDTH, _LINE, _GAP, _MARGIN, _BETWEEN = 200, 19, 22, 30, 100


def tables_diagram() -> str:
    """Return the tables with their keys and references, as SVG. A table that no column names stands in the last."""
    known = {name for column in _COLUMNS for name in column}
    others = tuple(name for name in MODELS if name not in known)
    columns = [[name for name in column if name in MODELS] for column in (*_COLUMNS[:-1], (*_COLUMNS[-1], *others))]
    places: dict[str, tuple[int, int]] = {}
    height = 0
    for number, names in enumerate(columns):
        y = _MARGIN
        for name in names:
            places[name] = (_MARGIN + number * (_WIDTH + _BETWEEN), y)
            y += _height(MODELS[name]) + _GAP
        height = max(height, y)
    arrows = [shape for name in places for shape in _references(name, places)]
    tables = [shape for name, (x, y) in places.items() for shape in _table(MODELS[name], x, y)]
    width = 2 * _MARGIN + len(columns) * _WIDTH + (len(columns) - 1) * _BETWEEN
    return svg(width, height - _GAP + _MARGIN, "The tables and their references", [*arrows, *tables])


def _lines(model: type[TableModel]) -> list[str]:
    """Return the columns that are shown: the key, and what refers to other tables."""
    return [*dict.fromkeys([*model.key(), *model.references()])]


def _not_shown(model: type[TableModel]) -> int:
    return len(model.dtypes()) - len(_lines(model))


def _height(model: type[TableModel]) -> int:
    return (1 + len(_lines(model)) + bool(_not_shown(model))) * _LINE + 8


def _table(model: type[TableModel], x: int, y: int) -> list[str]:
    lines = _lines(model)
    shapes = [box(x, y, _WIDTH, _height(model)), box(x, y, _WIDTH, _LINE + 4, "head")]
    shapes.append(text(x + 8, y + 16, model.table_name(), "name"))
    for number, column in enumerate(lines, start=1):
        shapes.append(text(x + 8, y + 17 + number * _LINE, column, "key" if column in model.key() else ""))
    if more := _not_shown(model):
        shapes.append(text(x + 8, y + 17 + (len(lines) + 1) * _LINE, f"and {more} more", "note"))
    return shapes


def _references(name: str, places: dict[str, tuple[int, int]]) -> list[str]:
    """Return an arrow for each reference of a table: from its column to the head of the other table."""
    x, y = places[name]
    shapes = []
    for number, (column, (target, _)) in enumerate(MODELS[name].references().items()):
        if target == name:
            continue
        start = y + 12 + (1 + _lines(MODELS[name]).index(column)) * _LINE
        colour = _COLOURS.get(target, 5)
        shapes.append(arrow(_path((x, start), places[target], lane=6 * number + colour), colour))
    return shapes


def _path(begin: tuple[int, int], head: tuple[int, int], lane: int) -> str:
    """Return the path from a column of a table to the head of another one.

    Args:
        begin: left edge of the table, and height of its column.
        head: left and upper edge of the other table.
        lane: what keeps lines apart that run beside each other.
    """
    (x, start), (to_x, end) = begin, (head[0], head[1] + 12)
    right, to_right = x + _WIDTH, to_x + _WIDTH
    if to_x == x:
        return f"M{right} {start} C{right + 30 + lane} {start} {right + 30 + lane} {end} {right} {end}"
    if abs(to_x - x) > _WIDTH + _BETWEEN:
        # Over the tables between the two.
        return f"M{right} {start} H{right + 50 + lane} V{8 + lane % 6} H{to_x - 30} V{end} H{to_x}"
    edge, stop = (right, to_x) if to_x > x else (x, to_right)
    middle = (edge + stop) // 2
    return f"M{edge} {start} C{middle} {start} {middle} {end} {stop} {end}"


#: The stages in their order: name, what they do, and what carries them.
_STAGES: Final = (
    ("sources", "declared in TOML", ""),
    ("extract", "HTTP, dumps, live", "requests"),
    ("raw store", "bytes as they came", "manifest"),
    ("readers", "bytes to statements", "polars"),
    ("validate", "accept or reject", "pandera"),
    ("locate", "which town is meant", "match weights"),
    ("curate", "SQL to tables", "DuckDB"),
    ("publish", "all or nothing", "one rename"),
    ("curated/current", "Parquet, database, page", ""),
)
_PER_ROW, _STAGE_WIDTH, _STAGE_HEIGHT, _STEP = 5, 176, 66, 40


def flow_diagram() -> str:
    """Return the stages and what leaves the flow on the way, as SVG."""
    shapes: list[str] = []
    places = {}
    for number, (name, what, by) in enumerate(_STAGES):
        x = _MARGIN + number % _PER_ROW * (_STAGE_WIDTH + _STEP)
        y = _MARGIN + number // _PER_ROW * 150
        places[name] = (x, y)
        middle = x + _STAGE_WIDTH // 2
        shapes += [box(x, y, _STAGE_WIDTH, _STAGE_HEIGHT), text(middle, y + 21, name, "name", "middle")]
        shapes += [text(middle, y + 39, what, "", "middle"), text(middle, y + 56, by, "note", "middle")]
        if (number + 1) % _PER_ROW and number + 1 < len(_STAGES):
            shapes.append(arrow(f"M{x + _STAGE_WIDTH} {y + 33} H{x + _STAGE_WIDTH + _STEP}"))
    last, first = places[_STAGES[_PER_ROW - 1][0]], places[_STAGES[_PER_ROW][0]]
    down, left = last[0] + _STAGE_WIDTH // 2, first[0] + _STAGE_WIDTH // 2
    shapes.append(arrow(f"M{down} {last[1] + _STAGE_HEIGHT} V{first[1] - 34} H{left} V{first[1]}"))
    shapes.append(text(left + 8, first[1] - 42, "claims", "note"))
    x, y = places["curated/current"]
    shapes.append(text(x + _STAGE_WIDTH + 16, y + 25, "rejects, findings, ledger", "note"))
    shapes.append(text(x + _STAGE_WIDTH + 16, y + 42, "and decisions are tables too", "note"))
    width = 2 * _MARGIN + _PER_ROW * _STAGE_WIDTH + (_PER_ROW - 1) * _STEP
    return svg(width, y + _STAGE_HEIGHT + _MARGIN, "The flow of the data through the stages", shapes)
