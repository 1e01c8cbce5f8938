"""The documentation site: built strictly, complete, searchable, and without anything from another host."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

if TYPE_CHECKING:
    from conftest import MadeOnce

ROOT = Path(__file__).parents[2]
ZENSICAL = Path(sys.executable).with_name("zensical")
#: What a browser loads by itself, by tag and attribute; of `link` all but the page's own address.
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "object": "data"}


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    command = (str(ZENSICAL), "build", "--strict", "--clean")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def copy(folder: Path) -> None:
    for name in ("zensical.toml", "CHANGELOG.md", "raw/README.md", "curated/README.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("__pycache__"))


def make(folder: Path) -> None:
    copy(folder)
    built = build(folder)
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.fixture(scope="session")
def site(made_once: MadeOnce) -> Path:
    return made_once("site", make) / "site"


class Page(HTMLParser):
    """What a page loads, where it leads to, and its anchors."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        target = attributes.get(LOADED.get(tag, ""))
        if target and attributes.get("rel") not in {"canonical", "prev", "next"}:
            self.loads.append(target)
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        self.anchors |= {attributes[name] for name in ("id", "name") if name in attributes}


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    for path in site.rglob("*.html"):
        loads = Page(path).loads
        assert [it for it in loads if urlsplit(it).scheme not in {"", "data"} or urlsplit(it).netloc] == [], path.name
        # The theme would fetch what draws these from another host.
        assert 'class="mermaid"' not in path.read_text("utf-8")
    for path in (*site.rglob("*.css"), *site.rglob("*.svg")):
        text = path.read_text("utf-8")
        assert not re.findall(r"url\(['\"]?(?:https?:)?//|@import", text), path.name


def test_every_link_and_picture_of_the_site_is_there(site: Path) -> None:
    pages = {path: Page(path) for path in site.rglob("*.html")}
    for path, page in pages.items():
        # The page of errors is shown at any address, and its links begin at the root.
        if path.name == "404.html":
            continue
        for target in (*page.links, *page.loads):
            parts = urlsplit(target)
            if parts.scheme:
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            to = to / "index.html" if to.is_dir() else to
            assert to.is_file(), f"{path.name}: {target}"
            if parts.fragment and to in pages:
                assert unquote(parts.fragment) in pages[to].anchors, f"{path.name}: {target}"


def test_every_page_is_there_and_what_writes_them_is_not(site: Path) -> None:
    expected = {path.stem for path in (ROOT / "docs").glob("*.md")} | {"404"}
    assert {path.stem for path in site.glob("*.html")} == expected
    assert [*site.rglob("*.py")] == []


def test_the_search_works_from_disk(site: Path) -> None:
    index = json.loads((site / "search.json").read_text("utf-8"))
    assert "Mömpelgard" in json.dumps(index, ensure_ascii=False)
    assert {item["location"].partition("#")[0] for item in index["items"]} >= {"operating.html", "cookbook.html"}
    # A page from disk may load no JSON, but a script.
    assert "Mömpelgard" in (site / "search.js").read_text("utf-8")


DEAD = {
    "page": "[a](nothing.md)",
    "heading": "[a](#nothing)",
    "heading_elsewhere": "[a](index.md#nothing)",
    "outside": "[a](../CONTRIBUTING.md)",
    "reference": "[a][nothing]",
}


def test_a_dead_link_stops_the_build(tmp_path: Path) -> None:
    """What it does not see, such as a picture that is missing, is seen by the other tests here."""
    settings = (ROOT / "zensical.toml").read_text("utf-8")
    (tmp_path / "zensical.toml").write_text(re.sub(r"^nav = \[.*?^\]", "", settings, flags=re.MULTILINE | re.DOTALL))
    (tmp_path / "CONTRIBUTING.md").touch()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Index\n")
    for name, link in DEAD.items():
        (tmp_path / "docs" / f"{name}.md").write_text(f"# Page\n\n{link}\n")
    built = build(tmp_path)
    assert built.returncode != 0
    text = re.sub(r"\x1b\[[\d;]*m", "", built.stdout + built.stderr)
    assert [name for name in DEAD if f"{name}.md:3" not in text] == []
