"""Who reads the page: on a phone, in the dark, without a mouse, without JavaScript, with a screen reader (axe-core)."""

from __future__ import annotations

import html
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from browsing import complaints, run, show, text

from pipeline.page import PAGE

if TYPE_CHECKING:
    from pathlib import Path

    from browsing import Browser

DESK, PHONE = (1280, 800), (390, 844)
#: Many partners, some of them disputed or ended, many names.
TOWN = "gn2992938"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CHECK = """
const [where, values, done] = arguments;
const options = {
    runOnly: { type: 'tag', values }, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'],
};
axe.run(where, options).then(({ violations, passes }) => done([
    violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))]),
    passes.map(({ id }) => id),
]));
"""


@pytest.fixture(scope="module")
def page(starter: Path) -> Path:
    return starter / PAGE


def opened(browser: Browser) -> None:
    run(browser, "document.querySelectorAll('details').forEach(d => { d.open = true })")


def violations(browser: Browser, *, within: str = "") -> list[Any]:
    """Return what axe-core finds on the page, or within a part of it."""
    run(browser, resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    where = {"include": [[within]]} if within else {"exclude": []}
    found, passed = browser.execute_async_script(CHECK, where, RULES)
    assert {"color-contrast", "target-size", "button-name"} <= set(passed), "axe did not look"
    return list(found)


def too_small(browser: Browser) -> list[Any]:
    """Return texts of less than 11 pixels, and what is operated and smaller than 24 by 24."""
    script = """
        const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('.skip');
        const texts = [...document.querySelectorAll('body *')].filter(e => seen(e)
            && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
        const operated = 'a[href], button, summary, select, input, canvas, [tabindex="0"], td[tabindex]';
        const targets = [...document.querySelectorAll(operated)].filter(seen);
        const tell = (e, size) => `${size}: ${e.outerHTML.slice(0, 90)}`;
        const found = [];
        for (const e of texts) {
            const size = parseFloat(getComputedStyle(e).fontSize);
            if (size < 11) found.push(tell(e, size));
        }
        for (const e of targets) {
            const { width, height } = e.getBoundingClientRect();
            if (width < 23.99 || height < 23.99) found.push(tell(e, `${width} x ${height}`));
        }
        return [texts.length, targets.length, found];"""
    texts, targets, found = run(browser, script)
    assert texts > 200
    assert targets > 60
    return list(found)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_axe_finds_nothing(browser: Browser, page: Path, size: tuple[int, int], theme: str) -> None:
    show(browser, page, size=size, theme=theme)
    opened(browser)
    assert violations(browser) == []
    assert too_small(browser) == []
    show(browser, page, size=size, theme=theme, town=TOWN)
    opened(browser)
    # The rest of the page is the same.
    assert violations(browser, within="#map") == []
    assert too_small(browser) == []


def ratio(one: str, other: str) -> float:
    """Return the contrast (WCAG 2.2) of two colours, `#rrggbb`."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_in_charts_and_on_the_map_can_be_read(browser: Browser, page: Path, theme: str) -> None:
    show(browser, page, theme=theme)
    colour = "return getComputedStyle(document.documentElement).getPropertyValue('--' + arguments[0]).trim()"
    grounds = {
        "soft": ("paper", "raised", "band", "band-odd"), "ink": ("paper", "raised", "low", "land", "sea", "band"),
        "orange": ("raised", "band"), "accent": ("paper", "raised"), "blue": ("raised",),
        **{f"on-level-{level}": (f"level-{level}",) for level in range(6)},
    }  # fmt: skip
    for name, behind in grounds.items():
        for ground in behind:
            assert ratio(run(browser, colour, name), run(browser, colour, ground)) >= 4.5, (name, ground)


def test_the_colours_of_the_matrix_have_a_scale(browser: Browser, page: Path) -> None:
    show(browser, page)
    labels = run(browser, "return [...document.querySelectorAll('#matrix-scale li')].map(e => e.textContent)")
    assert labels[0] == "none"
    bounds = [int(re.split(r"[–\s]", label)[0].replace(",", "")) for label in labels[1:]]
    assert bounds == sorted(set(bounds))
    assert bounds[0] == 1
    cells = run(
        browser,
        "return [...document.querySelectorAll('.matrix td[aria-label]')].map(c => [c.className, c.ariaLabel])",
    )
    levels = set()
    for kind, label in cells:
        count = int((re.search(r": ([\d,]+) partnership", label) or ["", "0"])[1].replace(",", ""))
        levels.add(level := sum(bound <= count for bound in bounds))
        assert f"level-{level}" in kind, label
    assert len(levels) >= 5


def test_without_a_script_the_release_is_still_described(browser: Browser, page: Path, starter: Path) -> None:
    try:
        show(browser, page, scripts=False)
        shown = run(browser, "return document.body.innerText")
        shown_parts = run(
            browser,
            "return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility()).map(e => e.tagName)",
        )
        empty = run(
            browser,
            "return [...document.querySelectorAll('section, ul, ol, dl, table, details, h2, h3, p')].filter(e => "
            "e.checkVisibility() && !e.innerText.trim() && !e.closest('[aria-live], .note')).map(e => e.outerHTML)",
        )
    finally:
        show(browser, page)
    with duckdb.connect(starter / "twintowns.duckdb", read_only=True) as connection:
        sources = connection.sql(
            "SELECT title, publisher, licence, attribution, claims "
            "FROM source_coverage JOIN sources USING (source_id, title) WHERE sources.is_used"
        ).fetchall()
        decades = connection.sql("SELECT decade, partnerships FROM partnerships_per_decade").fetchall()
        [pair] = connection.sql("SELECT partnerships FROM country_pairs LIMIT 1").fetchall()
    assert len(sources) > 5
    for title, publisher, licence, attribution, claims in sources:
        assert shown.count(title) >= (2 if claims else 1), title
        assert attribution in shown
        assert f"Licence: {licence}" in shown
        if claims:
            assert publisher in shown
            assert f"{claims:,}" in shown
    for decade, count in decades:
        assert re.search(rf"{f'{decade}s' if decade else 'not known'}\s+{count:,}\b", shown), decade
    assert f"{pair[0]:,}" in shown
    assert "need JavaScript" in shown
    assert not {"CANVAS", "INPUT", "SELECT", "BUTTON"} & set(shown_parts)
    assert empty == []
    assert complaints(browser) == []


def test_headings_are_the_usual_words(page: Path) -> None:
    content = page.read_text(encoding="utf-8")
    headings = [html.unescape(name) for name in re.findall(r"<h[12][^>]*>([^<]*)</h[12]>", content)]
    assert headings == [
        "Twin towns of the world", "Find a town", "Timeline", "Countries", "Sources", "Limitations",
        "Credits and licences",
    ]  # fmt: skip


def test_the_policy_is_strict(page: Path) -> None:
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', page.read_text(encoding="utf-8"))
    assert found
    policy = dict(part.strip().split(" ", 1) for part in found[1].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == "data:"
    for kind in ("script-src", "style-src"):
        assert re.fullmatch(r"('sha256-[A-Za-z0-9+/=]{44}' ?)+", policy[kind])


def test_a_chart_is_operated_with_keys_alone(browser: Browser, page: Path) -> None:
    show(browser, page)
    order = run(
        browser,
        "return [...document.querySelectorAll('#timeline select, #timeline input, #timeline button')].filter(e => "
        "e.checkVisibility() && e.tabIndex >= 0).map(e => e.id || e.value || e.textContent)",
    )
    assert order == ["country", "decade", "year", "CSV", "PNG", "Copy link", "CSV", "PNG", "Copy link"]
    browser.find_element("id", "country").send_keys("Fra")
    assert run(browser, "return document.getElementById('country').value") == "FR"
    assert "of France" in text(browser, "dated-sentence")
