"""What the page shows without JavaScript: lists and tables of the release as HTML, every text escaped.

Bars are SVG: the page's policy allows no style attributes.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.page.packing import Packed

Row = dict[str, Any]

STRONGEST: Final = 12
_IN_TABLE: Final = 60


def rows_of(columns: Packed) -> list[Row]:
    """Return columns as rows."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def fragments(data: Packed) -> dict[str, str]:
    """Return the parts of the page that are made of the release, by their placeholder."""
    figures = data["figures"]
    names = dict(zip(data["countries"]["code"], data["countries"]["name"], strict=True))
    known = [pair for pair in rows_of(data["pairs"]) if pair["country_a"] and pair["country_b"]]
    sources = rows_of(data["sources"])
    return {
        "dated_bar": bar(figures["dated"], figures["partnerships"], "dated-bar"),
        "decades_table": _decades_table(all_starts(data), figures),
        "era_list": _era_list(rows_of(data["eras"])),
        "eras_note": _eras_note(rows_of(data["eras"]), figures),
        "country_options": "".join(
            f'<option value="{text(code)}">{text(name)}</option>' for code, name in sorted(names.items(), key=_by_name)
        ),
        "pair_list": "".join(_ranked(_pair_name(pair, names), pair, known[0]) for pair in known[:STRONGEST]),
        "pairs_note": _pairs_note(known, data["pairs"], figures["partnerships"]),
        "pairs_table": _pairs_table(known[:_IN_TABLE], names),
        "source_list": _source_list([source for source in sources if source["claims"]]),
        "unused": _unused([source for source in sources if not source["is_used"]]),
        "credits": "".join(_credit(source) for source in sources if source["is_used"]),
    }


def all_starts(data: Packed) -> list[Row]:
    """Return the starts of all countries together, one row a decade; a coarser or unknown date has no decade."""
    starts = data["starts"]
    of_all = starts["per_country"][0]
    columns = {name: list(values)[:of_all] for name, values in starts.items() if name != "per_country"}
    sums: dict[tuple[int | None, bool], Row] = {}
    for row in rows_of(columns):
        key = (row["decade"], bool(row["is_dated"]))
        total = sums.setdefault(key, {"decade": key[0], "is_dated": key[1]})
        for name in ("partnerships", "active", "ended", "domestic"):
            total[name] = total.get(name, 0) + row[name]
    return list(sums.values())


def text(value: object) -> str:
    """Return a value as text of HTML."""
    return html.escape(f"{value:,}" if isinstance(value, int) else str(value))


def percent(part: int, whole: int) -> str:
    """Return a share as whole percents, never rounded to none or all."""
    if not whole:
        return "–"
    share = 100 * part / whole
    if part and share < 1:
        return "&lt; 1%"
    if part < whole and share > 99:
        return "&gt; 99%"
    return f"{int(share + 0.5)}%"


def plural(count: int, singular: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{count:,} {singular if count == 1 else many or singular + 's'}"


def bar(part: int, whole: int, kind: str = "bar", other: int = 0) -> str:
    """Return a bar as long as the part of the whole; the last `other` of it in another colour."""
    shared, width = (100 * (part - other) / max(whole, 1), 100 * part / max(whole, 1))
    rest = f'<rect class="only" x="{shared:.2f}" width="{width - shared:.2f}" height="1"/>' if other else ""
    return (
        f'<svg class="{kind}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{shared:.2f}" height="1"/>{rest}</svg>'
    )


def link(address: object, label: object) -> str:
    """Return a link, where the address is one of the web; anything else (`javascript:` …) stays text."""
    if urlsplit(str(address)).scheme not in ("http", "https"):
        return f"<span>{text(label)}</span>"
    return f'<a href="{text(address)}" rel="noopener noreferrer" target="_blank">{text(label)}</a>'


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of escaped cells; the first of each row is its heading, the others are numbers."""
    first, *numbers = head
    cells = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td class=number>{cell}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{text(caption)}"><table>'
        f'<caption>{text(caption)}</caption><thead><tr><th scope="col">{first}</th>'
        + "".join(f'<th scope="col" class="number">{cell}</th>' for cell in numbers)
        + f"</tr></thead><tbody>{cells}</tbody></table></div>"
    )


def _by_name(country: tuple[str, str]) -> str:
    return country[1]


def _decades_table(decades: list[Row], figures: Row) -> str:
    rows = []
    for row in decades:
        name = f"{row['decade']}s" if row["decade"] is not None else "century only" if row["is_dated"] else "not known"
        share = percent(row["partnerships"], figures["dated"]) if row["is_dated"] else "–"
        counted = (row["active"], row["ended"], row["domestic"])
        rows.append((name, text(row["partnerships"]), share, *map(text, counted)))
    head = ("Decade", "Partnerships", "Share of those dated", "Active", "Ended", "Within one country")
    return table("Partnerships by the decade in which they began", head, rows)


def _era_list(eras: list[Row]) -> str:
    known = [era for era in eras if era["era"] != "unknown"]
    most = max(known, key=lambda era: era["partnerships"], default=None)
    return "".join(_ranked(_era_name(era), era, most or era) for era in known)


def _era_name(era: Row) -> str:
    name, since, until = era["era"], era["since_year"], era["until_year"]
    years = f"{since}–{until}" if since and until else f"since {since}" if since else f"until {until}"
    muted = "" if any(letter.isdigit() for letter in name) else f' <span class="muted">{years}</span>'
    return f"{text(name[0].upper() + name[1:])}{muted}"


def _eras_note(eras: list[Row], figures: Row) -> str:
    inside = sum(era["partnerships"] for era in eras if era["era"] != "unknown")
    rest = figures["dated"] - inside
    return f"Not in an era: {plural(rest, 'date')} too coarse for one." if rest else ""


def _ranked(name: str, row: Row, most: Row) -> str:
    count = row["partnerships"]
    return (
        f'<li><span class="rank-name">{name}</span>{bar(count, most["partnerships"])}'
        f'<span class="rank-count">{count:,}</span></li>'
    )


def _pair_name(pair: Row, names: dict[str, str]) -> str:
    a, b = (text(names.get(pair[side], pair[side])) for side in ("country_a", "country_b"))
    return f"within {a}" if a == b else f"{a} – {b}"


def _pairs_note(known: list[Row], pairs: Packed, total: int) -> str:
    strongest = sum(pair["partnerships"] for pair in known[:STRONGEST])
    unknown = sum(pairs["partnerships"]) - sum(pair["partnerships"] for pair in known)
    note = (
        f"{plural(len(known), 'pair')} of countries; the strongest {len(known[:STRONGEST])} have "
        f"{percent(strongest, total)} of all partnerships."
    )
    return note + (f" {plural(unknown, 'partnership')} with a country that is not known." if unknown else "")


def _pairs_table(known: list[Row], names: dict[str, str]) -> str:
    rows = (
        (
            _pair_name(pair, names),
            *map(text, (pair["partnerships"], pair["dated"])),
            str(pair["first_year"] or "–"),
            text(pair["ended"]),
        )
        for pair in known
    )
    head = ("Pair", "Partnerships", "Dated", "First", "Ended")
    return table(f"Pairs of countries, the {len(known)} strongest", head, rows)


def _source_list(sources: list[Row]) -> str:
    most = max((source["partnerships"] for source in sources), default=1)
    return "".join(_source(source, most) for source in sources)


def _source(source: Row, most: int) -> str:
    only = source["partnerships_only_here"]
    facts = {
        "Partnerships": text(source["partnerships"]),
        "Only here": text(only),
        "Claims": text(source["claims"]),
        "Claims dated": percent(source["dated_claims"], source["claims"]),
        "Towns located": percent(source["towns_located"], source["towns"]),
        "Rows rejected": text(source["rows_rejected"]),
    }
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())
    kind = str(source["kind"]).replace("_", " ")
    return (
        f'<li><div class="source-head"><h3>{link(source["url"], source["title"])}</h3>'
        f'<p class="muted">{text(source["publisher"])} · {text(kind)} · {_as_of(source)}<br>'
        f"Licence: {text(source['licence'])}</p></div>"
        f"{bar(source['partnerships'], most, 'split', only)}<dl>{listed}</dl></li>"
    )


def _as_of(source: Row) -> str:
    first, last = source["as_of_first"], source["as_of_last"]
    return f"as of {last}" if first == last else f"as of {first} to {last}"


def _unused(sources: list[Row]) -> str:
    if not sources:
        return ""
    reason = '<span class="muted">· {}</span>'
    listed = "".join(
        f"<li>{link(source['url'], source['title'])} {reason.format(text(source['reason_unused'] or ''))}</li>"
        for source in sources
    )
    count = plural(len(sources), "declared source")
    return f"<details><summary>{count} not read for this release</summary><ul>{listed}</ul></details>"


def _credit(source: Row) -> str:
    as_of = f" As of {source['as_of_last']}." if source["as_of_last"] else ""
    said = f"{source['attribution']}. Licence: {source['licence']}."
    return f"<li>{link(source['url'], source['title'])} <span>{text(said)}{as_of}</span></li>"
