"""Rows of a table: a partner each, or several; the header says what their cells are."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.readers.limits import WIKITEXT
from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.city_states import read_city_state
from pipeline.readers.wikitext.dates_in_text import DateMention, find_dates
from pipeline.readers.wikitext.page_state import BULLET, PageState
from pipeline.readers.wikitext.partner_parser import read_partners
from pipeline.readers.wikitext.table_layout import Cell, Table, find_roles, parse_cells

if TYPE_CHECKING:
    from pipeline.readers.wikitext.line import Line
    from pipeline.readers.wikitext.logical_lines import LogicalLine
    from pipeline.readers.wikitext.partners import Partner

#: Shorter notes are about the whole twinning, and can state its status.
_SHORT: Final = 60
#: A note of at most so many words tells the form.
_FEW_WORDS: Final = 4


class TableReader(PageState):
    """Reads the lines of a table, and each row when it ends."""

    def _read_table_line(self, source: LogicalLine, table: Table | None, following: list[LogicalLine]) -> None:
        text = source.text
        stripped = text.lstrip()
        if table is None or stripped.startswith("{|"):
            self.table = Table()
            self._add(source, "markup")
        elif stripped.startswith(("|}", "|-", "|+")):
            if stripped.startswith("|}"):
                self._end_table()
            elif stripped.startswith("|-"):
                self._end_row(table)
            self._add(source, "markup")
        elif stripped.startswith(("|", "!")):
            self._read_cells(source, table, following)
        elif BULLET.match(text):
            table.has_list = True
            self._read_content(source, text, following)
        elif table.cells and not table.has_list:
            # A cell that is too long already is not read, whatever follows.
            if len(table.cells[-1].text) <= WIKITEXT.line_characters:
                table.cells[-1].text += "<br>" + text
            self._add(source, "table_cell")
        else:
            self._read_content(source, text, following)

    def _read_cells(self, source: LogicalLine, table: Table, following: list[LogicalLine]) -> None:
        cells = parse_cells(source.text, source.number)
        text = cells[-1].text.strip()
        if len(cells) == 1 and BULLET.match(text) and not text.startswith(":"):
            # A table for the layout of a list: `| * [[A]]`.
            self._read_content(source, text, following)
        else:
            table.cells += cells[: max(0, WIKITEXT.row_cells - len(table.cells))]
            self._add(source, "table_cell")

    def _end_table(self) -> None:
        """End the table that is open, if one is: at its end, or where somebody forgot it at a heading or the end."""
        if self.table is None:
            return
        self._end_row(self.table)
        self.table = None
        if not self.has_many_towns:
            self.town = self.listed_place or self.title  # a table can have a column of towns

    def _end_row(self, table: Table) -> None:
        cells = table.cells
        if not cells:
            return
        row = table.end_row()
        self.has_too_long = False
        is_header = self._is_header(table, row, cells)
        if is_header:
            self._set_kind(cells, "heading")
        elif not self.is_relevant:
            self._set_kind(cells, "other")
        elif len({id(cell) for cell in row.values()}) == 1 and cells[0].columns > 1:
            line = self._parse_cell(cells[0])
            self.context = self._context_below(line.plain(), line, self.heading_context)
            self._set_kind(cells, "heading")
        elif "partner" in table.roles.values():
            self._read_row(table, row, cells)
        else:
            self._read_loose_row(row, cells)
        if self.has_too_long and self.is_relevant and not is_header:
            self._set_kind(cells, "partner")

    def _is_header(self, table: Table, row: dict[int, Cell], cells: list[Cell]) -> bool:
        """Return whether a row is a header; take the roles of the columns from it, or the context of a single cell."""
        is_marked = all(cell.is_header for cell in cells)
        if not is_marked and (table.roles or any(cell.is_header for cell in cells)):
            return False
        lines = [self._parse_cell(row[column]) for column in sorted(row)]
        headers = [line.plain() for line in lines]
        roles = find_roles(headers, self.profile, has_many_towns=self.has_many_towns)
        if is_marked:
            if roles and ("partner" in roles.values() or not table.roles):
                table.roles = roles
            elif roles:
                table.roles = table.roles | roles  # a second row of headers, below a wide one
            elif len(cells) == 1:
                self.context = self._context_below(headers[0], lines[0], self.heading_context)
            return True
        # The first row is a header without the marks of one where every cell names a role.
        if "partner" in roles.values() and 1 < len(roles) == len(list(filter(None, headers))):
            table.roles = roles
            return True
        return False

    def _parse_cell(self, cell: Cell) -> Line:
        return self._parse(cell.text.strip())

    def _set_kind(self, cells: list[Cell], kind: str) -> None:
        numbers = {cell.number for cell in cells}
        first = min(numbers)
        for parsed in reversed(self.parsed):
            if parsed.number < first:
                break
            if parsed.number in numbers and (parsed.kind == "table_cell" or kind == "partner"):
                parsed.kind = kind

    def _add_partners(self, number: int, partners: list[Partner]) -> None:
        """Add partners to the line of a cell."""
        parsed = next((parsed for parsed in reversed(self.parsed) if parsed.number == number), None)
        if parsed:
            parsed.kind, parsed.town, parsed.town_country = "partner", self.town, self.town_country
            parsed.partners = [*parsed.partners, *partners]

    def _read_row(self, table: Table, row: dict[int, Cell], cells: list[Cell]) -> None:
        by_role: dict[str, list[Cell]] = {}
        for column, cell in sorted(row.items()):
            in_role = by_role.setdefault(table.roles.get(column, "note"), [])
            if cell not in in_role:
                in_role.append(cell)
        lines = {role: [self._parse_cell(cell) for cell in in_role] for role, in_role in by_role.items()}
        shown = {role: " ".join(line.plain() for line in in_role).strip() for role, in_role in lines.items()}
        partner_cells = [cell for cell in by_role.get("partner", []) if any(cell is other for other in cells)]
        if shown.get("town"):
            link = lines["town"][0].first_link
            self.town = link.label if link else shown["town"]
        if not partner_cells or (not shown.get("partner") and not lines["partner"][0].links):
            self._set_kind(cells, "note" if any(shown.values()) else "markup")
            return
        country = self._country_of_row(lines, shown) or self.context.country
        form = self.profile.form_of(shown.get("form", ""))
        context = replace(self.context, country=country, as_list=True, form=self.context.form if form is None else form)
        partners = [
            partner
            for line in map(self._parse_cell, partner_cells)
            for partner in read_partners(line, self.profile, context) or read_city_state(line, self.profile, context)
        ]
        if len(partners) == 1 and places.is_country(country) and shown.get("country"):
            partners[0].set_country(country)  # the column says it, whatever flag the name has
        self._complete(partners, lines, shown)
        self._add_partners(partner_cells[0].number, partners)

    def _country_of_row(self, lines: dict[str, list[Line]], shown: dict[str, str]) -> str:
        name = re.sub(r"\s*[(（].*", "", shown.get("country", ""))
        name = "" if places.is_continent(name) else name
        if name and (places.is_country(name) or not any(line.flags for line in lines.get("country", []))):
            return name
        flags = (flag for role in ("country", "flag") for line in lines.get(role, []) for flag in line.flags.values())
        return next(flags, name)

    def _complete(self, partners: list[Partner], lines: dict[str, list[Line]], shown: dict[str, str]) -> None:
        """Add to the partners of a row what its other cells say."""

        def dates_in(role: str) -> list[DateMention]:
            return [date for line in lines.get(role, []) for date in find_dates(line.text, self.profile)]

        dates = dates_in("since")
        since = [date for date in dates if date.role == "since"] or [date for date in dates if date.role == "renewed"]
        ends = {"until", "suspended", "dormant"}
        until = [date for date in dates if date.role in ends] or dates_in("until")
        noted = [*dates_in("status"), *dates_in("note")]
        until = until or [date for date in noted if date.is_stated and date.role in ends]
        url = next((line.first_url for in_role in lines.values() for line in in_role if line.first_url), "")
        note = " ".join(shown.get(role, "") for role in ("note", "status")).strip()
        dated_status = self.profile.status_of(f"{shown.get('since', '')} {shown.get('until', '')}")
        for index, partner in enumerate(partners):
            partner.fill(status=dated_status)  # "1966 – 2022 (suspended)"
            if since:
                # As many dates as partners: one each, in order.
                partner.fill(since=since[index if len(since) == len(partners) else 0].text)
            partner.fill(until=until[0].text if until else "", region=shown.get("region", ""), url=url)
            if note:
                partner.notes.append(note)
                form = self.profile.form_of(note) if len(note.split()) <= _FEW_WORDS else None
                partner.form = form if form in {"friendship", "project_partnership"} else partner.form
                partner.fill(status=self.profile.status_of(note) if len(note) < _SHORT else "")

    def _read_loose_row(self, row: dict[int, Cell], cells: list[Cell]) -> None:
        """Read a row of a table without a usable header: its cells as an item each, or as one item."""
        lines = [self._parse_cell(cell) for cell in cells]
        towns = [line for line in lines if line.links and not places.is_country(line.plain())]
        if len(towns) > 1 and all(line.links for line in lines if line.plain()):
            for cell, line in zip(cells, lines, strict=True):
                partners = [partner for partner in read_partners(line, self.profile, self.context) if partner.article]
                if partners:
                    self._add_partners(cell.number, partners)
            return
        joined = self._parse(" | ".join(cell.text.strip() for _, cell in sorted(row.items()) if cell.text.strip()))
        partners = read_partners(joined, self.profile, self.context)
        partners = [partner for partner in partners if partner.article or partner.country]
        if partners:
            self._add_partners(cells[0].number, partners)
        else:
            self._set_kind(cells, "note" if any(cell.text.strip() for cell in cells) else "markup")
