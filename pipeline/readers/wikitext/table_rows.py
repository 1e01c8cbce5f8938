"""Rows of a table: one partner each, or several, by what the header calls their cells."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.readers.wikitext import places
from pipeline.readers.wikitext.items import read_partners
from pipeline.readers.wikitext.markup import read_line
from pipeline.readers.wikitext.periods import find_dates
from pipeline.readers.wikitext.state import BULLET, PageState
from pipeline.readers.wikitext.tables import Cell, Table, lay_out, name_columns, read_cells
from pipeline.readers.wikitext.words import form_of, status_of

if TYPE_CHECKING:
    from pipeline.readers.wikitext.atoms import Line
    from pipeline.readers.wikitext.partners import Partner
    from pipeline.readers.wikitext.units import Unit

#: A note this short speaks of the twinning as a whole.
_SHORT: Final = 60


class TableRows(PageState):
    """Reads tables, a line at a time, and each row when it ends."""

    def _read_table_line(self, unit: Unit, text: str, following: list[Unit]) -> None:
        stripped = text.lstrip()
        if stripped.startswith("{|"):
            self.table = Table()
            self._note(unit, "markup")
        elif self.table is None:
            self._note(unit, "markup")
        elif stripped.startswith("|}"):
            self._end_table()
            self._note(unit, "markup")
        elif stripped.startswith("|+"):
            self._note(unit, "markup")
        elif stripped.startswith("|-"):
            self._end_row()
            self._note(unit, "markup")
        elif stripped.startswith(("|", "!")):
            cells = read_cells(stripped, unit.number)
            self.table.cells += cells
            self._note(unit, "table_cell")
            body = cells[-1].text.strip()
            if len(cells) == 1 and BULLET.match(body) and not body.startswith(":"):
                # A layout table: `| * [[A]]`.
                self.table.cells.pop()
                self.reads.pop()
                self._read_content(unit, body, following)
        elif BULLET.match(text):
            self.table.has_list = True
            self._read_content(unit, text, following)
        elif self.table.cells and not self.table.has_list:
            self.table.cells[-1].text += "<br>" + text
            self._note(unit, "table_cell")
        else:
            self._read_content(unit, text, following)

    def _end_table(self) -> None:
        self._end_row()
        self.table = None
        if not self._is_many():
            self.town = self.list_of or self.title  # a table may have had towns of its own

    def _end_row(self) -> None:
        table = self.table
        if table is None or not table.cells:
            return
        cells = list(table.cells)
        row = lay_out(table)
        if all(cell.is_header for cell in cells):
            headers = [self._cell(row[place].text) for place in sorted(row)]
            names = [line.plain(line.text) for line in headers]
            roles = name_columns(names, self.profile, many_towns=self._is_many())
            if roles and ("partner" in roles.values() or not table.roles):
                table.roles = roles
            elif len(cells) == 1:
                self.context = self._under(names[0], headers[0], self.base)
            self._kind_of(cells, "heading")
            return
        if not table.roles and not any(cell.is_header for cell in cells):
            names = [line.plain(line.text) for line in (self._cell(row[place].text) for place in sorted(row))]
            roles = name_columns(names, self.profile, many_towns=self._is_many())
            if "partner" in roles.values() and len(roles) > 1 and len(roles) == len([name for name in names if name]):
                table.roles = roles
                self._kind_of(cells, "heading")
                return
        if not self.is_on:
            self._kind_of(cells, "other")
            return
        if len({id(cell) for cell in row.values()}) == 1 and cells[0].columns > 1:
            line = self._cell(cells[0].text)
            self.context = self._under(line.plain(line.text), line, self.base)
            self._kind_of(cells, "heading")
            return
        if "partner" in table.roles.values():
            self._read_row(table, row, cells)
        else:
            self._read_loose_row(row, cells)

    def _cell(self, text: str) -> Line:
        return read_line(text.strip(), self.profile, self.references)

    def _kind_of(self, cells: list[Cell], kind: str) -> None:
        numbers = {cell.number for cell in cells}
        for read in reversed(self.reads):
            if read.number < min(numbers):
                break
            if read.number in numbers and read.kind == "table_cell":
                read.kind = kind

    def _give(self, number: int, partners: list[Partner], kind: str = "partner") -> None:
        for read in reversed(self.reads):
            if read.number == number:
                read.kind = kind
                read.town, read.town_country = self.town, self.town_country
                read.partners = [*read.partners, *partners]
                return

    def _read_row(self, table: Table, row: dict[int, Cell], cells: list[Cell]) -> None:
        by_role: dict[str, list[Cell]] = {}
        for place, cell in sorted(row.items()):
            held = by_role.setdefault(table.roles.get(place, "note"), [])
            if cell not in held:
                held.append(cell)
        texts = {role: [self._cell(cell.text) for cell in held] for role, held in by_role.items()}
        shown = {role: " ".join(line.plain(line.text) for line in lines).strip() for role, lines in texts.items()}
        own = [cell for cell in by_role.get("partner", []) if any(cell is one for one in cells)]
        if shown.get("town"):
            first = texts["town"][0]
            self.town = first.links[0].label if first.links else shown["town"]
        if not own or (not shown.get("partner") and not texts["partner"][0].links):
            rest = " ".join(shown.values()).strip()
            self._kind_of(cells, "note" if rest else "markup")
            return
        country = self._country_of_row(texts, shown) or self.context.country
        form = form_of(shown.get("form", ""), self.profile) if shown.get("form") else None
        context = replace(self.context, country=country, as_list=True)
        if form is not None:
            context = replace(context, form=form)
        partners: list[Partner] = []
        for cell in own:
            partners += read_partners(self._cell(cell.text), self.profile, context)
        self._complete(partners, texts, shown)
        self._give(own[0].number, partners)

    def _country_of_row(self, texts: dict[str, list[Line]], shown: dict[str, str]) -> str:
        name = re.sub(r"\s*[(（].*", "", shown.get("country", ""))
        name = "" if places.is_continent(name) else name
        if name and (places.is_country(name) or not any(line.flags for line in texts.get("country", []))):
            return name
        flags = [flag for role in ("country", "flag") for line in texts.get(role, []) for flag in line.flags]
        return flags[0] if flags else name

    def _complete(self, partners: list[Partner], texts: dict[str, list[Line]], shown: dict[str, str]) -> None:
        """Give the partners of a row what its other cells say."""
        dates = [one for line in texts.get("since", []) for one in find_dates(line.text, self.profile)]
        ends = [one for line in texts.get("until", []) for one in find_dates(line.text, self.profile)]
        since = [one for one in dates if one.role == "since"] or [one for one in dates if one.role == "renewed"]
        until = [one for one in dates if one.role == "until"] or ends
        refs = [ref for lines in texts.values() for line in lines for ref in line.refs if ref]
        for place, partner in enumerate(partners):
            if since and not partner.since:
                # As many dates as partners: one each, in order.
                partner.since = since[place if len(since) == len(partners) else 0].text
            if until and not partner.until:
                partner.until = until[0].text
            partner.region = partner.region or shown.get("region", "")
            partner.url = partner.url or (refs[0] if refs else "")
            note = " ".join(shown.get(role, "") for role in ("note", "status")).strip()
            if note:
                partner.notes.append(note)
                if len(note) < _SHORT:
                    partner.status = partner.status or status_of(note, self.profile)

    def _read_loose_row(self, row: dict[int, Cell], cells: list[Cell]) -> None:
        """Read a row of a table whose header says nothing: its cells as one item, or as one each."""
        lines = [self._cell(cell.text) for cell in cells]
        naming = [line for line in lines if line.links and not places.is_country(line.plain(line.text))]
        if len(naming) > 1 and all(line.links for line in lines if line.plain(line.text)):
            for cell in cells:
                found = read_partners(self._cell(cell.text), self.profile, self.context)
                found = [partner for partner in found if partner.article]
                if found:
                    self._give(cell.number, found)
            return
        joined = self._cell(" | ".join(cell.text.strip() for _, cell in sorted(row.items()) if cell.text.strip()))
        partners = [one for one in read_partners(joined, self.profile, self.context) if one.article or one.country]
        if partners:
            self._give(cells[0].number, partners)
        else:
            self._kind_of(cells, "note")
