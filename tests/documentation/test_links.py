"""Links in Markdown lead somewhere: to a file that is there, and to a heading in it. No network is asked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from docs.generate.blocks import without_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "raw/README.md", "curated/README.md")),
    *sorted((ROOT / "benchmarks").glob("*.md")),
    *sorted(DOCS.rglob("*.md")),
]
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
LINKS = re.compile(
    r"\]\((?:<([^>]*)>|((?:[^()\s]|\([^()\s]*\))*))(?:\s+\"[^\"]*\")?\)"
    r"|^\[[^\]]+\]:\s+<?(\S+?)>?$|(?:href|src)=\"([^\"]*)\"|<(https?://[^>]*)>",
    re.MULTILINE,
)


def links(page: str) -> Iterator[str]:
    """Yield the targets of a page's links and pictures; what stands in code is none."""
    for found in LINKS.findall(CODE.sub("", without_blocks(page))):
        yield "".join(found)


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub names them."""
    names: dict[str, int] = {}
    found = set()
    for heading in re.findall(r"^#+ +(.*?) *#* *$", without_blocks(page), re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        number = names[name] = names.get(name, -1) + 1
        found.add(f"{name}-{number}" if number else name)
    return found


def complaints(path: Path, page: str) -> Iterator[str]:
    """Yield what is wrong with the links of a page."""
    for target in links(page):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            if not re.fullmatch(r"https?://[\w-]+(\.[\w-]+)+(:\d+)?(/[^\s<>\"]*)?", target):
                yield f"{target}: no address"
            continue
        to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target or not to.exists():
            yield f"{target}: no such file"
        elif not to.is_relative_to(DOCS if path.is_relative_to(DOCS) else ROOT):
            yield f"{target}: outside"
        elif parts.fragment and parts.fragment not in anchors(page if to == path else to.read_text("utf-8")):
            yield f"{target}: no such heading"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    assert [*complaints(path, path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "link",
    [
        "[a](nothing.md)",
        "[a](#nothing)",
        "[a](operating.md#nothing)",
        "![a](images/nothing.png)",
        "[a](../CONTRIBUTING.md)",
        "[a](https://example)",
        "[a](htp://example.org)",
        "[a]()",
        "[a]: nothing.md",
        '<img src="nothing.png">',
    ],
)
def test_a_dead_link_is_seen(link: str) -> None:
    assert [*complaints(DOCS / "index.md", f"# A\n\n{link}\n")]


@pytest.mark.parametrize(
    "link",
    [
        "[a](operating.md#exit-codes)",
        "[a](#a)",
        "[a](https://en.wikipedia.org/wiki/Town_(England)#See_also)",
        "`[a](nothing.md)`",
        "```text\n[a](nothing.md)\n```",
        "![a](images/tables.svg)",
    ],
)
def test_a_good_link_is_none_to_complain_of(link: str) -> None:
    assert [*complaints(DOCS / "index.md", f"# A\n\n{link}\n")] == []


def test_every_page_has_its_place_a_short_title_and_says_what_it_is_for() -> None:
    navigation = re.findall(r'"([\w-]+\.md)"', (ROOT / "zensical.toml").read_text("utf-8"))
    assert tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]["theme"]["font"] is False
    assert sorted(navigation) == sorted(path.name for path in DOCS.glob("*.md"))
    for path in DOCS.glob("*.md"):
        if path.name != "changelog.md":  # It is CHANGELOG.md.
            title, empty, first, *_ = path.read_text("utf-8").split("\n")
            assert re.fullmatch(r"# .{4,24}", title), path.name
            assert not empty
            assert re.match(r"[A-Z][^|#]{30}", first), path.name
