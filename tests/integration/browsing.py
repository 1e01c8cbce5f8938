"""A real browser for tests of the page: how it is opened, what is done in it, and what is read from it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
DESK, PHONE = (1280, 900), (360, 740)

Browser = webdriver.Chrome


def open_browser(profile: Path) -> Browser | None:
    """Start Chromium without a window; None where there is none."""
    if not CHROMIUM or not DRIVER:
        return None
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))


def show(
    browser: Browser,
    page: Path,
    *,
    size: tuple[int, int] = DESK,
    theme: str = "light",
    town: str = "",
    at: str = "",
    scripts: bool = True,
) -> None:
    """Open a page anew, perhaps at a town or at a part of it, and wait until all of it is there."""
    browser.get("about:blank")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
    for kind in ("browser", "performance"):
        log(browser, kind)  # What an earlier test left.
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size[0] < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [
        {"name": "prefers-color-scheme", "value": theme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    browser.get(page.as_uri() + (f"#town={town}" if town else at))
    if not scripts:
        return
    script = "return document.documentElement.dataset.complete || !document.getElementById('failure').hidden"
    WebDriverWait(browser, 30, 0.05).until(lambda it: it.execute_script(script))
    assert run(browser, "return document.documentElement.dataset.complete") == "true", text(browser, "failure")


def log(browser: Browser, kind: str) -> list[dict[str, Any]]:
    """Return what was logged since the last call."""
    entries: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return entries


def run(browser: Browser, script: str, *arguments: object) -> Any:
    return browser.execute_script(script, *arguments)


def text(browser: Browser, identity: str) -> str:
    return str(run(browser, "return document.getElementById(arguments[0]).innerText", identity))


def heading(browser: Browser) -> str:
    return str(run(browser, "return document.querySelector('#town h3')?.textContent ?? ''"))


def type_in_search(browser: Browser, *keys: str) -> None:
    box = browser.find_element(By.ID, "search")
    box.clear()
    box.send_keys(*keys)


def complaints(browser: Browser) -> list[str]:
    return [entry["message"] for entry in log(browser, "browser")]


def asked_of_a_network(browser: Browser) -> set[str]:
    asked = set()
    for entry in log(browser, "performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.add(message["params"]["request"]["url"])
    return {url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))}


def contrast(browser: Browser, selector: str) -> float:
    """Return the contrast (WCAG 2.2) of an element's text with the page's paper or its own ground."""
    script = """
        const colour = (c) => c.match(/[\\d.]+/g).map(Number);
        const light = (c) => colour(c).slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        let e = document.querySelector(arguments[0]);
        const text = getComputedStyle(e).color;
        while (e.parentElement && getComputedStyle(e).backgroundColor === 'rgba(0, 0, 0, 0)') e = e.parentElement;
        const [a, b] = [light(text), light(getComputedStyle(e).backgroundColor)];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);"""
    return float(run(browser, script, selector))
