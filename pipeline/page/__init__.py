"""The page of a release: one HTML file that opens from disk and works offline.

`src/` is bundled into `report.js` (see `build.js`, `make page`); a release needs only Python.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.curate.sql import quote
from pipeline.errors import TwintownsError
from pipeline.page.data import read_selection, read_totals
from pipeline.page.markup import fragments
from pipeline.page.packing import Packed, as_json, compress
from pipeline.page.selection import Limits

if TYPE_CHECKING:
    import duckdb

_HERE = Path(__file__).parent
#: The path in the folder of a release.
PAGE = Path("report") / "index.html"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_LIMITS = Limits()
#: Says before anything is drawn that scripts run; the style shows what needs them only then.
_HEAD_SCRIPT = 'document.documentElement.classList.add("js")'


def write_report(connection: duckdb.DuckDBPyConnection, folder: Path, limits: Limits = _LIMITS) -> Path:
    """Write the page of a release. The same release and the same program give the same bytes.

    Its figures and charts count the whole release; its map and search are limited.

    Args:
        connection: the database of the release.
        folder: where `index.html` is written; it is created.
        limits: of the map and the search.

    Returns:
        The path of the page.

    Raises:
        OSError: the folder cannot be written.
    """
    page = _render_within(connection, limits)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE.name
    path.write_bytes(page)
    return path


def _render_within(connection: duckdb.DuckDBPyConnection, limits: Limits) -> bytes:
    totals = read_totals(connection)
    database = connection.sql("SELECT current_database()").pl().item()
    while True:
        # The temporary tables of a selection belong to its cursor.
        with connection.cursor() as cursor:
            cursor.execute(f"USE {database}")
            data = totals | read_selection(cursor, limits)
        count = len(data["links"]["b"])
        page = _render(data).encode()
        if len(page) <= limits.size or not count:
            return page
        # Its texts are longer than was estimated.
        limits = replace(limits, partnerships=int(count * 0.9 * limits.size / len(page)))


def _render(data: Packed) -> str:
    script, style = _asset("report.js"), _asset("page.css")
    figures = data["figures"]
    parts = fragments(data)
    # Names are half of the data; zlib lets two threads work in parallel.
    with ThreadPoolExecutor(1) as pool:
        names = pool.submit(compress, as_json(data.pop("names")).encode())
        rest = compress(as_json(data).encode())
    values = {
        "script": script,
        "head_script": _HEAD_SCRIPT,
        "style": style,
        "policy": (
            "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
            f"script-src {_policy_hash(_HEAD_SCRIPT)} {_policy_hash(script)}; style-src {_policy_hash(style)}"
        ),
        "base": compress((_HERE / "base.json").read_bytes()),
        "held": _selection_note(data),
        "name_list": names.result(),
        "data": rest,
        "notices": html.escape(_asset("NOTICES").strip()),
        "release_id": html.escape(data["release"]["release_id"]),
        **{name: f"{value:,}" for name, value in figures.items()},
        "undated": f"{figures['partnerships'] - figures['dated']:,}",
        **parts,
    }
    # One pass: inserted text is not searched for placeholders.
    return _PLACEHOLDER.sub(lambda match: values[match[1]], _asset("template.html"))


def _asset(name: str) -> str:
    text = (_HERE / name).read_text(encoding="utf-8")
    # A closing tag would end the element that the text is put into.
    if name != "template.html" and re.search(r"</(script|style)", text, re.IGNORECASE):
        raise TwintownsError(f"{_HERE / name}: has a closing tag in it; bundle it anew with: make page")
    return text


def _policy_hash(text: str) -> str:
    """Return the hash by which a content security policy allows one inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _selection_note(data: Packed) -> str:
    """Return a note on which partnerships the map and the search have; empty if all."""
    count, total = len(data["links"]["b"]), data["figures"]["partnerships"]
    if count == total:
        return ""
    query = html.escape(f"FROM partners_of({quote(str(data['most_connected']))})", quote=False)
    return (
        '<p class="note" id="held">The map, the search and the lists of single partnerships show '
        f"{count:,} of {total:,} partnerships: those that most sources state, and of these the ones with the most "
        f"claims. Figures, charts, countries and sources count all {total:,}. The whole is in "
        f"<code>twintowns.duckdb</code>, beside this page’s folder: <code>{query}</code>.</p>"
    )
