"""Takes the picture of the page that README.md shows, with a town chosen: `make picture`."""

from __future__ import annotations

import base64
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.support.wait import WebDriverWait

from docs.generate.outputs import build_starter
from docs.generate.session import ROOT
from pipeline.page import PAGE

PICTURE: Final = ROOT / "docs" / "images" / "page.webp"
TOWN: Final = "Coventry"
WIDTH, HEIGHT, QUALITY = 1280, 900, 82
#: The heading of the town stands a third below the upper edge: the search is above it, the partners and the map beside.
_SCROLL: Final = """
const headings = [...document.querySelectorAll('h1, h2, h3, h4')];
const heading = headings.find(each => each.textContent.trim().startsWith(arguments[0]));
const top = heading ? heading.getBoundingClientRect().top + window.scrollY : 0;
window.scrollTo({top: Math.max(0, top - 0.29 * innerHeight), behavior: 'instant'});
"""
_FLAGS: Final = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage")
_IS_THERE: Final = "return document.readyState === 'complete' && document.body.innerText.includes(arguments[0])"


def take_picture(release: Path) -> bytes:
    """Return what a window of a release's page shows with the town chosen, in the light theme, as WebP."""
    with duckdb.connect(release / "twintowns.duckdb", read_only=True) as connection:
        [(town_id,)] = connection.execute("SELECT town_id FROM find_town(?) LIMIT 1", [TOWN]).fetchall()
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in _FLAGS:
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        metrics = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [
            {"name": "prefers-color-scheme", "value": "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
        browser.get(f"{(release / PAGE).as_uri()}#town={town_id}")
        try:
            WebDriverWait(browser, 30, 0.1).until(lambda it: it.execute_script(_IS_THERE, TOWN))
        except TimeoutException:
            sys.exit(f"the page does not show {TOWN}: {browser.title!r}")
        with suppress(TimeoutException):
            # The map is drawn after the text.
            WebDriverWait(browser, 10, 0.1).until(
                lambda it: it.execute_script("return document.documentElement.dataset.complete === 'true'")
            )
        browser.execute_script(_SCROLL, TOWN)
        settings = {"format": "webp", "quality": QUALITY}
        return base64.b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", settings)["data"])
    finally:
        browser.quit()


if __name__ == "__main__":
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        sys.exit("no chromium with chromedriver here; on Debian: apt-get install chromium chromium-driver")
    with TemporaryDirectory() as folder:
        build_starter(Path(folder))
        PICTURE.write_bytes(take_picture(Path(folder, "current").resolve()))
        print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size:,} bytes")
