"""The page: one file that shows a release, opens from disk and asks nothing of any network.

`src/` is bundled into `report.js` (see `build.js`, `make page`); a release needs Python alone.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.curate.database import open_tables
from pipeline.errors import TwintownsError
from pipeline.page.data import VIEWS, read_held, read_whole
from pipeline.page.packing import Packed, as_json, pack
from pipeline.page.selection import Limits

_HERE = Path(__file__).parent
#: What a release's folder calls it.
PAGE = Path("report") / "index.html"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_LIMITS = Limits()


def write_report(release: Path, folder: Path, limits: Limits = _LIMITS) -> Path:
    """Write the page of a release. The same release and the same program give the same bytes.

    Its figures and charts count the whole release; its map and search hold no more than the limits say.

    Args:
        release: the folder of its Parquet files; its database may not be there yet.
        folder: where `index.html` goes; it is made.
        limits: what it holds at most.

    Returns:
        The path of the page.

    Raises:
        OSError: the folder cannot be written.
    """
    page = _bounded(release, limits)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE.name
    path.write_bytes(page)
    return path


def _bounded(release: Path, limits: Limits) -> bytes:
    with TemporaryDirectory() as spill, open_tables(release, Path(spill), VIEWS) as connection:
        whole = read_whole(connection)
        while True:
            # What it selects is a cursor's own, so that another can select anew.
            with connection.cursor() as cursor:
                data = whole | read_held(cursor, limits)
            held = len(data["links"]["b"])
            page = _page(data).encode()
            if len(page) <= limits.size or not held:
                return page
            # Its texts are longer than most.
            limits = replace(limits, partnerships=int(held * 0.9 * limits.size / len(page)))


def _page(data: Packed) -> str:
    script, style = _asset("report.js"), _asset("page.css")
    figures = data["figures"]
    # Names are half of it; zlib lets two threads work at once.
    with ThreadPoolExecutor(1) as pool:
        names = pool.submit(pack, as_json(data.pop("names")).encode())
        rest = pack(as_json(data).encode())
    values = {
        "script": script,
        "style": style,
        "policy": (
            "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
            f"script-src {_source(script)}; style-src {_source(style)}"
        ),
        "base": pack((_HERE / "base.json").read_bytes()),
        "held": _held(data),
        "name_list": names.result(),
        "data": rest,
        "notices": html.escape(_asset("NOTICES").strip()),
        "release_id": html.escape(data["release"]["release_id"]),
        **{name: f"{value:,}" for name, value in figures.items()},
        "undated": f"{figures['partnerships'] - figures['dated']:,}",
    }
    # One pass: what was put in is never read for placeholders.
    return _PLACEHOLDER.sub(lambda match: values[match[1]], _asset("template.html"))


def _asset(name: str) -> str:
    text = (_HERE / name).read_text(encoding="utf-8")
    # Nothing that is put between tags may end them.
    if name != "template.html" and re.search(r"</(script|style)", text, re.IGNORECASE):
        raise TwintownsError(f"{_HERE / name}: has a closing tag in it; bundle it anew with: make page")
    return text


def _source(text: str) -> str:
    """Return the hash by which a content security policy allows one inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _held(data: Packed) -> str:
    """Return what the page says of itself where it does not hold every partnership; nothing where it does."""
    held, of = len(data["links"]["b"]), data["figures"]["partnerships"]
    if held == of:
        return ""
    example = "FROM partners_of('{}')".format(str(data["most_connected"]).replace("'", "''"))
    return (
        f'<p class="note" id="held">The map, the search and the lists of single partnerships show {held:,} of {of:,} '
        "partnerships: those that most sources state, and of these the ones with the most statements. Figures, charts, "
        f"countries and sources count all {of:,}. The whole is in <code>twintowns.duckdb</code>, beside this page’s "
        f"folder: <code>{html.escape(example, quote=False)}</code>.</p>"
    )
