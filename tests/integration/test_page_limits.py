"""The page of a release that is larger than a page can be: what it holds, what it counts, what it says of itself."""

from __future__ import annotations

import base64
import gzip
import html
import json
import random
import re
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from pages import write_page

from pipeline.build import build
from pipeline.page import PAGE
from pipeline.page.selection import Limits
from pipeline.sources.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

FEW = Limits(partnerships=100)


def carried(page: Path, block: str = "data") -> dict[str, Any]:
    found = re.search(rf'<script id="{block}"[^>]*>([^<]*)<', page.read_text(encoding="utf-8"))
    assert found
    content: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return content


def pairs(page: Path) -> set[tuple[str, str]]:
    """Return the town ids of each partnership that the page holds."""
    data = carried(page)
    ids = data["towns"]["id"].split("\n")
    first, pairs = 0, set()
    for step, b in zip(data["links"]["a"], data["links"]["b"], strict=True):
        first += step
        pairs.add((ids[first], ids[b]))
    return pairs


@pytest.fixture(scope="module")
def small(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(starter, tmp_path_factory.mktemp("small"), FEW)


def test_the_page_of_a_usual_release_holds_all_of_it(starter: Path) -> None:
    with duckdb.connect(starter / "twintowns.duckdb", read_only=True) as connection:
        rows = connection.sql("SELECT town_a_id, town_b_id FROM partnerships").fetchall()
        towns = connection.sql("SELECT town_id FROM towns ORDER BY town_id").fetchall()
        names = connection.sql("SELECT DISTINCT town_id, search_key FROM town_names WHERE search_key <> ''").fetchall()
    assert pairs(starter / PAGE) == set(rows)
    assert carried(starter / PAGE)["towns"]["id"].split("\n") == [town for (town,) in towns]
    assert sum(carried(starter / PAGE, "names")["per_town"]) == len(names)
    assert 'id="held"' not in (starter / PAGE).read_text(encoding="utf-8")


def test_a_page_that_is_full_holds_what_most_sources_state(starter: Path, small: Path) -> None:
    with duckdb.connect(starter / "twintowns.duckdb", read_only=True) as connection:
        rows = connection.sql(
            "SELECT town_a_id, town_b_id FROM partnerships "
            "ORDER BY source_count DESC, claim_count DESC, partnership_id LIMIT 100"
        ).fetchall()
        claims = connection.sql(
            "SELECT sum(claim_count) FROM (FROM partnerships "
            "ORDER BY source_count DESC, claim_count DESC, partnership_id LIMIT 100)"
        ).fetchall()[0][0]
    assert pairs(small) == set(rows)
    assert sum(carried(small)["claims"]["per_link"]) == claims
    assert small.stat().st_size < (starter / PAGE).stat().st_size


def test_a_page_that_is_full_counts_the_whole(starter: Path, small: Path) -> None:
    whole, part = carried(starter / PAGE), carried(small)
    for name in ("figures", "countries", "starts", "eras", "pairs", "sources", "findings", "release"):
        assert part[name] == whole[name], name
    partners = dict(zip(whole["towns"]["id"].split("\n"), whole["towns"]["partners"], strict=True))
    assert all(
        count == partners[town]
        for town, count in zip(part["towns"]["id"].split("\n"), part["towns"]["partners"], strict=True)
    )


def test_a_page_that_is_full_says_so(starter: Path, small: Path) -> None:
    with duckdb.connect(starter / "twintowns.duckdb", read_only=True) as connection:
        total = connection.sql("SELECT count(*) FROM partnerships").fetchall()[0][0]
        told = re.search(r'<p class="note" id="held">(.*?)</p>', small.read_text(encoding="utf-8"))
        assert told
        assert f"show 100 of {total:,} partnerships: those that most sources state" in told[1]
        [query] = re.findall(r"<code>(FROM .*?)</code>", told[1])
        assert connection.sql(html.unescape(query)).fetchall()


def test_full_pages_of_one_release_are_the_same(starter: Path, small: Path, tmp_path: Path) -> None:
    again = write_page(starter, tmp_path, FEW)
    assert again.read_bytes() == small.read_bytes()


@pytest.mark.parametrize("size", [1_020_000, 1_200_000])
def test_names_and_statements_count_towards_the_size(starter: Path, tmp_path: Path, size: int) -> None:
    page = write_page(starter, tmp_path, Limits(size=size))
    assert page.stat().st_size <= size
    assert 0 < len(pairs(page)) < len(pairs(starter / PAGE))


def test_long_texts_do_not_make_a_page_too_large(tmp_path: Path) -> None:
    said = random.Random(1)
    towns = ("Kiel", "Coventry", "Tallinn", "Brest", "Gdynia", "Vaasa")
    rows = [
        {"town": town, "partner": partner, "note": said.randbytes(16_000).hex()}
        for index, town in enumerate(towns)
        for partner in towns[:index]
    ]
    (tmp_path / "own.json").write_text(json.dumps(rows), encoding="utf-8")
    (tmp_path / "own.toml").write_text(
        """\
title = "Long notes"
publisher = "Nobody"
url = "https://example.org/"
licence = "CC0"
attribution = "nobody"
language = "en"
as_of = 2020-12-31
files = [{ name = "own.json" }]
format = { type = "json" }
constants = { form = "partnership" }
columns = { town = "town", partner = "partner", note = "note" }
""",
        encoding="utf-8",
    )
    built = build(Settings(tmp_path / "raw", tmp_path / "out", (tmp_path,), only=frozenset({"own"})))
    assert len(pairs(built.published.path / PAGE)) == len(rows)
    limits = Limits(size=750_000)
    page = write_page(built.published.path, tmp_path / "page", limits)
    assert page.stat().st_size <= limits.size
    assert 0 < len(pairs(page)) < len(rows)


def test_a_page_can_hold_nothing(starter: Path, tmp_path: Path) -> None:
    page = write_page(starter, tmp_path, Limits(partnerships=0))
    assert pairs(page) == set()
    assert 'id="held"' in page.read_text(encoding="utf-8")
