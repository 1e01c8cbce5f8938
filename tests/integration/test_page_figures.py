"""Figures of the page: of the whole and of a country, the same wherever they are shown, and as files to take away."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from browsing import complaints, run, show, text

from pipeline.build import build
from pipeline.page import PAGE
from pipeline.sources.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from browsing import Browser

#: Dates of every precision, domestic and unknown ones; `=cmd` is a formula for a spreadsheet.
STARTS = (
    ("Kiel", "Coventry", "1947"), ("Kiel", "Brest", "1960s"), ("Kiel", "Vaasa", "20th century"),
    ("Kiel", "Lübeck", "12 May 1962"), ("Brest", "Coventry", ""), ("Brest", "Vaasa", "1971"),
    ("Brest", "Vaasa", "1975"),
    ("Gdynia", "Brest", "1930s"), ("Gdynia", "Kiel", "1985"), ("=cmd|' /C calc'!A0", "Kiel", "1990"),
)  # fmt: skip
SOURCE = """\
title = "Dates of every precision"
publisher = "Nobody"
url = "https://example.org/"
licence = "CC0"
attribution = "nobody"
language = "en"
as_of = 2020-12-31
files = [{ name = "own.json" }]
format = { type = "json" }
constants = { form = "partnership" }
columns = { town = "town", partner = "partner", start = "since" }
"""

#: Whatever becomes a file or the clipboard's text is kept in `window.taken`.
TAKE = """
window.taken = [];
URL.createObjectURL = (blob) => { window.blob = blob; return 'blob:none'; };
HTMLAnchorElement.prototype.click = function () {
    const name = this.download;
    const reader = new FileReader();
    reader.onload = () => window.taken.push([name, reader.result]);
    reader.readAsDataURL(window.blob);
};
Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } });
"""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a release whose dates have every precision."""
    folder = tmp_path_factory.mktemp("mixed")
    rows = [{"town": town, "partner": partner, "since": since} for town, partner, since in STARTS]
    (folder / "own.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / "own.toml").write_text(SOURCE, encoding="utf-8")
    return build(Settings(folder / "raw", folder / "out", (folder,), only=frozenset({"own"}))).published.path


def integers(said: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"(?<![\w.])\d[\d,]*(?![\w%])", said)]


def figures(browser: Browser) -> dict[str, int]:
    """Return the headline figures by their names."""
    pairs = run(
        browser,
        "return [...document.querySelectorAll('.figures > div')].map(d => "
        "[d.querySelector('dt').innerText, d.querySelector('dd').innerText])",
    )
    return {name: integers(value)[0] for name, value in pairs}


def cells(browser: Browser, table: str) -> list[list[str]]:
    rows: list[list[str]] = run(
        browser,
        "return [...document.querySelectorAll(arguments[0] + ' tbody tr')]"
        ".map(row => [...row.children].map(cell => cell.textContent))",
        table,
    )
    return rows


def decades(browser: Browser) -> dict[str, int]:
    return {row[0]: integers(row[1])[0] for row in cells(browser, "#decades-table")}


def drawn(browser: Browser) -> int:
    """Return how many partnerships the bars stand for, and the note beneath names."""
    bars = run(browser, "return [...document.querySelectorAll('#decades .mark title')].map(t => t.textContent)")
    left = re.sub(r"before \d{4}", "", text(browser, "decades-note"))
    return sum(integers(bar.partition(": ")[2])[0] for bar in bars) + sum(integers(left))


def choose(browser: Browser, *, country: str | None = None, unit: str | None = None) -> None:
    if country is not None:
        run(
            browser,
            "const select = document.getElementById('country'); select.value = arguments[0];"
            "select.dispatchEvent(new Event('change'))",
            country,
        )
    if unit is not None:
        run(browser, "document.querySelector(`input[name=unit][value=${arguments[0]}]`).click()", unit)


@pytest.mark.parametrize("release", ["starter", "mixed"])
def test_a_figure_is_the_same_wherever_it_is_shown(
    browser: Browser, release: str, request: pytest.FixtureRequest
) -> None:
    show(browser, request.getfixturevalue(release) / PAGE)
    head = figures(browser)
    total, dated = head["partnerships"], head["known start dates"]
    undated = total - dated
    assert total > dated > 0

    assert integers(text(browser, "dated-sentence")) == [total, dated, undated]
    assert integers(text(browser, "dated-count") + " " + text(browser, "undated-count")) == [dated, undated]
    by_decade = decades(browser)
    assert by_decade["not known"] == undated
    assert sum(by_decade.values()) == total
    for unit in ("year", "decade"):
        choose(browser, unit=unit)
        assert drawn(browser) == dated, unit
    eras = run(browser, "return [...document.querySelectorAll('#eras .rank-count')].map(e => e.textContent)")
    note = run(browser, "return document.querySelector('#eras + .note').innerText")
    assert sum(integers(count)[0] for count in eras) + sum(integers(note)) == dated

    pairs = run(browser, "return twintowns.data.pairs.partnerships")
    assert sum(pairs) == total
    strongest = run(browser, "return document.querySelector('#pairs .rank-count').textContent")
    assert cells(browser, "#pairs-table")[0][1] == strongest
    matrix = run(browser, "return [...document.querySelectorAll('.matrix td[aria-label]')].map(c => c.ariaLabel)")
    assert any(f": {strongest} partnership" in label for label in matrix)

    claims = run(
        browser,
        "return [...document.querySelectorAll('#sources-list dl')]"
        ".map(d => d.children[2].lastElementChild.textContent)",
    )
    assert sum(integers(count)[0] for count in claims) == integers(
        run(browser, "return document.querySelector('#sources .claim').textContent")
    ).pop(0)
    assert len(claims) in integers(run(browser, "return document.querySelector('.standfirst').textContent"))
    assert (
        run(browser, "return document.getElementById('country').options.length - 1")
        == head["countries and territories"]
    )

    # Towns: on the map, without coordinates, without partners.
    assert sum(integers(text(browser, "map-note"))) == head["towns, districts and counties"]
    not_located, more = (
        integers(run(browser, f"return document.querySelector('#limitation-towns {part}').textContent"))[-1]
        for part in ("strong", "p")
    )
    without = [count for count in integers(text(browser, "map-note")) if count == not_located + more]
    assert without or not_located + more == 0

    # The values that sources dispute, and what became of partnerships.
    ended = run(browser, "return document.querySelector('#limitations li:nth-child(4) p').textContent")
    assert sum(integers(row[4])[0] for row in cells(browser, "#decades-table")) == integers(ended)[-1]
    disputed, listed = run(
        browser,
        "const item = document.getElementById('limitation-dates');"
        "return [item.querySelector('strong').textContent, item.querySelectorAll('.examples li').length]",
    )
    assert integers(disputed) == [listed]
    assert listed > 0
    assert complaints(browser) == []


@pytest.mark.parametrize("release", ["starter", "mixed"])
def test_the_timeline_of_a_country_counts_all_its_partnerships_once(
    browser: Browser, release: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(release)
    show(browser, folder / PAGE)
    with duckdb.connect(folder / "twintowns.duckdb", read_only=True) as connection:
        rows = connection.sql(
            "WITH sides AS (SELECT partnership_id, unnest(list_distinct([a.country_code, b.country_code])) AS code "
            "FROM partnerships JOIN towns a ON a.town_id = town_a_id JOIN towns b ON b.town_id = town_b_id) "
            "SELECT code, CASE WHEN start_precision <> 'century' THEN year(start_date) // 10 * 10 END AS decade, "
            "start_precision <> 'unknown', count(*) FROM sides JOIN partnerships USING (partnership_id) GROUP BY ALL"
        ).fetchall()
        totals = connection.sql("SELECT country_code, partnerships, dated FROM partnerships_per_country").fetchall()
        domestic = connection.sql("SELECT count(*) FROM partnerships WHERE is_domestic").fetchall()[0][0]
    assert domestic
    expected: dict[str, dict[str, int]] = {}
    for code, decade, is_dated, count in rows:
        name = f"{decade}s" if decade is not None else "century only" if is_dated else "not known"
        expected.setdefault(code, {})[name] = count
    assert len(expected) > 2
    for code in sorted(expected, key=lambda code: -sum(expected[code].values()))[:4]:
        choose(browser, country=code)
        assert decades(browser) == expected[code]
        [(partnerships, dated)] = [(count, known) for country, count, known in totals if country == code]
        assert integers(text(browser, "dated-sentence")) == [partnerships, dated, partnerships - dated]
        for unit in ("year", "decade"):
            choose(browser, unit=unit)
            assert drawn(browser) == dated
    name = run(browser, "return document.getElementById('country').selectedOptions[0].textContent")
    assert f" of {name}, " in text(browser, "dated-sentence")
    choose(browser, country="")
    assert integers(text(browser, "dated-sentence"))[0] == figures(browser)["partnerships"]


def test_a_link_to_the_timeline_of_a_country(browser: Browser, mixed: Path) -> None:
    show(browser, mixed / PAGE, at="#timeline?country=FI&unit=year")
    assert run(browser, "return document.getElementById('country').selectedOptions[0].textContent") == "Finland"
    assert run(browser, "return document.querySelector('input[name=unit]:checked').value") == "year"
    assert abs(run(browser, "return document.getElementById('timeline').getBoundingClientRect().top")) < 120
    show(browser, mixed / PAGE, at="#timeline?country=no-such&unit=%")
    assert run(browser, "return document.getElementById('country').value") == ""
    assert complaints(browser) == []


def take(browser: Browser, box: str, label: str) -> Any:
    """Press a button of a chart or a town; return the file as its name and bytes, or what was copied."""
    script = """
        const [box, label, done] = arguments;
        window.taken.length = 0; window.copied = null;
        const said = document.querySelector(box + ' [role=status]');
        [...document.querySelectorAll(box + ' button')].find(b => b.textContent === label).click();
        const wait = () => window.taken.length ? done(window.taken[0])
            : window.copied ? done(window.copied)
            : said.textContent.startsWith('No ') ? done({failed: said.textContent}) : setTimeout(wait, 20);
        wait();"""
    taken = browser.execute_async_script(script, box, label)
    assert not isinstance(taken, dict), f"{box}: {taken['failed']}"
    if isinstance(taken, str):
        return taken
    return taken[0], base64.b64decode(taken[1].partition(",")[2])


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


COLOURS = """
const [source, done] = arguments;
const image = new Image();
image.onload = () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 16) colours.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
    done([[data[0], data[1], data[2]], colours.size]);
};
image.src = 'data:image/png;base64,' + source;
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_and_towns_can_be_taken_away(browser: Browser, mixed: Path, theme: str) -> None:
    show(browser, mixed / PAGE, theme=theme)
    kiel = run(browser, "return twintowns.data.towns.id[twintowns.data.towns.name.indexOf('Kiel')]")
    show(browser, mixed / PAGE, theme=theme, town=kiel)
    run(browser, TAKE)
    addresses = {
        "#decades-actions": "timeline", "#eras-actions": "eras-title", "#matrix-actions": "countries",
        "#pairs-actions": "pairs-title", "#town .action-list": f"town={kiel}",
    }  # fmt: skip
    for box, address in addresses.items():
        assert take(browser, box, "Copy link") == f"{(mixed / PAGE).as_uri()}#{address}"
        name, png = take(browser, box, "PNG")
        assert re.fullmatch(r"twintowns-[\w-]+\.png", name)
        assert min(size_of(png)) >= 200, box
        corner, colours = browser.execute_async_script(COLOURS, base64.b64encode(png).decode())
        assert (max(corner) < 60) is (theme == "dark"), box
        assert colours > 20, f"{box}: the picture is empty"
    assert complaints(browser) == []


def test_charts_are_there_before_a_frame_is_drawn(browser: Browser, mixed: Path) -> None:
    """A hidden window draws none, so nobody says there that an element has a size."""
    script = "window.ResizeObserver = class { observe() {} };"
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    try:
        show(browser, mixed / PAGE)
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
    assert drawn(browser) > 0
    assert run(browser, "return document.querySelectorAll('#matrix td').length") > 0
    run(browser, TAKE)
    for box in ("#decades-actions", "#matrix-actions"):
        name, _ = take(browser, box, "PNG")
        assert name.endswith(".png")
    assert complaints(browser) == []


def test_files_have_the_figures_and_no_formula(browser: Browser, mixed: Path) -> None:
    show(browser, mixed / PAGE)
    kiel = run(browser, "return twintowns.data.towns.id[twintowns.data.towns.name.indexOf('Kiel')]")
    show(browser, mixed / PAGE, town=kiel)
    run(browser, TAKE)

    def rows(box: str) -> list[dict[str, str]]:
        name, content = take(browser, box, "CSV")
        assert name.endswith(".csv")
        assert content.count(b"\n") == content.count(b"\r\n")
        return list(csv.DictReader(io.StringIO(content.decode(), newline="")))

    total = figures(browser)["partnerships"]
    assert sum(int(row["partnerships"]) for row in rows("#decades-actions")) == total
    choose(browser, country="DE", unit="year")
    assert take(browser, "#decades-actions", "Copy link").endswith("#timeline?country=DE&unit=year")
    years = rows("#decades-actions")
    assert {row["country_code"] for row in years} == {"DE"}
    assert sum(int(row["partnerships"]) for row in years) == integers(text(browser, "dated-sentence"))[0]
    assert sum(int(row["partnerships"]) for row in rows("#matrix-actions")) == total
    assert rows("#eras-actions")[0]["era"] == "before 1945"

    partners = rows("#town .action-list")
    assert len(partners) == run(browser, "return document.querySelectorAll('#town .partner').length")
    by_name = {row["partner"]: row for row in partners}
    assert by_name["Lübeck"]["start_date"] == "1962-05-12"
    assert by_name["Lübeck"]["partner_country_code"] == "DE"
    [formula] = [name for name in by_name if "calc" in name]
    assert formula.startswith("'=cmd|")
    cases = ['say "a", b', "-1", "＝1", "\t1", " @x", "line\nbreak", "Kiel", None, -5, 3.5]
    written = run(browser, "return twintowns.csv(['a'], arguments[0].map(value => [value]))", cases)
    read = [row[0] if row else "" for row in csv.reader(io.StringIO(written, newline=""))]
    assert read == ["a", 'say "a", b', "'-1", "'＝1", "'\t1", "' @x", "line\nbreak", "Kiel", "", "-5", "3.5"]
