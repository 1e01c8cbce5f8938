"""A real MediaWiki's pages, fetched whole, politely and only where they changed, whatever goes wrong on the way."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from faulty_proxy import LASTING, PASSING, FaultyProxy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mediawiki_server import Wiki, mediawiki

from pipeline.cli import main
from pipeline.errors import SourceError
from pipeline.extract.http.client import HttpClient
from pipeline.extract.http.errors import TooLargeError
from pipeline.extract.http.settings import HttpSettings
from pipeline.extract.live import fetch_live
from pipeline.extract.mediawiki.api import Api
from pipeline.extract.mediawiki.discovery import Strategy, find_titles
from pipeline.extract.mediawiki.pages import Page, Revision, fetch_pages, fetch_revisions
from pipeline.raw_store.snapshots import RawStore
from pipeline.readers.wikitext import page_filter
from pipeline.sources import BUILT_IN, Declaration, load_editions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.extract.http.fetch import FetchResult
    from pipeline.extract.http.responses import Response

#: Articles that use the template, articles that have only words, and a list; more than one question can name.
TEMPLATED = {
    f"Borgo {number:02d}": (
        f"'''Borgo {number:02d}''' è un comune.\n\n== Gemellaggi ==\n"
        f"* {{{{Gemellaggio|FRA|Ville {number}|19{number}}}}}\n" + "<!-- Storia -->" * 40
    )
    for number in range(55)
}
WORDED = {
    f"Rocca d'{letter}": (
        f"'''Rocca'''\n== Gemellaggi ==\n"
        f'* {{{{DEU}}}} [[Burg {letter}]], dal 19{number}8 & "altri"\u2028\u200fفاس\u200e.'
    )
    for number, letter in enumerate("ABCÈ", start=5)
}
LISTS = {"Gemellaggi dei comuni dell'Altopiano": "; Borgo 01\n* [[Ville 1]]"}
WITH_TWINNINGS = TEMPLATED | WORDED | LISTS
OTHERS = {
    "Template:Gemellaggio": "<includeonly>{{{2}}}</includeonly>",
    "Ponte": "A Ponte si tengono gemellaggi fra tifoserie. I gemellaggi durano.",
    "Vecchio Borgo": "#RINVIA [[Borgo 01]]",
    "Borgo Antico": "#RINVIA [[Borgo 02]]",
    "Lago": "Un lago.",
}
HASTY = HttpSettings(
    attempts=3,
    timeout_attempts=2,
    backoff=0.01,
    backoff_max=0.02,
    jitter=0.01,
    read_timeout=5,
    deadline=5,
    size_cap=1 << 20,
)
#: Those that take as long as a server may need cannot be told quickly from a slow machine.
QUICK = tuple(fault for fault in (*PASSING, *LASTING) if fault not in ("stall", "drip", "drip_headers"))


@pytest.fixture(scope="module")
def wiki() -> Iterator[Wiki]:
    # In memory where there is such a folder: SQLite waits for the disk after each page.
    memory = Path("/dev/shm")
    with (
        tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder,
        mediawiki(Path(folder), "it", WITH_TWINNINGS | OTHERS) as running,
    ):
        yield running


@pytest.fixture
def proxy(wiki: Wiki) -> Iterator[FaultyProxy]:
    with FaultyProxy(wiki.url.removesuffix("/api.php")) as running:
        yield running


@pytest.fixture
def api(wiki: Wiki) -> Api:
    return Api(HttpClient(HASTY), wiki.url)


def declaration(language: str = "it") -> Declaration:
    return {one.language: one for one in load_editions(BUILT_IN / "wikipedia.toml")}[language]


def fetch(
    raw: Path, proxy: FaultyProxy, client: HttpClient | None = None, language: str = "it", path: str = "/api.php"
) -> FetchResult:
    endpoint = proxy.url + path
    [result] = fetch_live(declaration(language), raw, client or HttpClient(HASTY), page_filter, endpoint=endpoint)
    return result


def content(raw: Path) -> bytes:
    """Return the newest snapshot; there is nothing else in the store."""
    store = RawStore(raw)
    newest = store.manifest("wikipedia_it")[-1]
    assert not (raw / "wikipedia_it" / ".partial").exists()
    return store.read(newest)


def pages(raw: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content(raw).split(b"\n")[:-1]]


def asked_titles(proxy: FaultyProxy, prop: str) -> list[set[str]]:
    """Return the titles of each question for a property of pages."""
    forms = [parse_qs(asked.body.decode()) for asked in proxy.asked]
    return [set(form["titles"][0].split("|")) for form in forms if form.get("prop") == [prop]]


def test_every_page_with_twinnings_comes_as_it_is(proxy: FaultyProxy, tmp_path: Path) -> None:
    fetched = fetch(tmp_path, proxy)
    assert (fetched.outcome, fetched.byte_count) == ("new", len(content(tmp_path)))
    came = pages(tmp_path)
    assert {page["title"]: page["text"] for page in came} == WITH_TWINNINGS
    assert [page["title"] for page in came] == sorted(WITH_TWINNINGS)
    assert {(page["language"], page["timestamp"]) for page in came} == {("it", "2024-01-02T03:04:05Z")}
    assert list(came[0]) == ["language", "title", "pageid", "revid", "timestamp", "text"]
    # More pages than one question may name, in answers that go on: the wiki's limit is low.
    assert max(map(len, asked_titles(proxy, "revisions"))) == 50
    assert len(asked_titles(proxy, "revisions")) > 2
    snapshot = RawStore(tmp_path).manifest("wikipedia_it")[-1]
    assert (snapshot.url, snapshot.licence) == (proxy.url + "/api.php", "CC BY-SA 4.0")
    forms = [parse_qs(asked.body.decode()) for asked in proxy.asked]
    assert {(form["maxlag"][0], form["format"][0], form["formatversion"][0]) for form in forms} == {("5", "json", "2")}


# Whatever goes wrong on the way


@dataclass
class Undisturbed:
    """A fetch in which nothing goes wrong: what comes, and how many questions it takes."""

    content: bytes
    questions: int


@pytest.fixture(scope="module")
def undisturbed(wiki: Wiki, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    raw = tmp_path_factory.mktemp("undisturbed")
    with FaultyProxy(wiki.url.removesuffix("/api.php")) as proxy:
        fetch(raw, proxy)
        return Undisturbed(content(raw), len(proxy.asked))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.sampled_from(["", "", *QUICK]), min_size=1, max_size=30))
def test_after_any_faults_the_snapshot_is_the_same(
    proxy: FaultyProxy, undisturbed: Undisturbed, tmp_path_factory: pytest.TempPathFactory, faults: list[str]
) -> None:
    raw = tmp_path_factory.mktemp("raw")
    proxy.faults.clear()
    proxy.breaks(faults)
    for _ in range(len(faults) + 1):
        fetched = fetch(raw, proxy)
        if fetched.outcome == "new":
            break
        assert (fetched.outcome, RawStore(raw).manifest("wikipedia_it")) == ("failed", [])
    assert content(raw) == undisturbed.content


@pytest.mark.parametrize("part", [0.1, 0.5, 0.8, 0.99])
def test_an_interrupted_fetch_goes_on_where_it_was(
    proxy: FaultyProxy, undisturbed: Undisturbed, tmp_path: Path, part: float
) -> None:
    class Interrupted(HttpClient):
        left = int(undisturbed.questions * part)

        def request(self, *args: Any, **options: Any) -> Response | None:
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            return super().request(*args, **options)

    with pytest.raises(KeyboardInterrupt):
        fetch(tmp_path, proxy, Interrupted(HASTY))
    partial = tmp_path / "wikipedia_it" / ".partial"
    if partial.exists():
        # A file was being written when the power went.
        (partial / ".pages-0.jsonl.abc").write_bytes(b'{"title": "Bor')
    assert fetch(tmp_path, proxy).outcome == "new"
    assert content(tmp_path) == undisturbed.content
    # Which wiki it is, and the question whose answer went on, are asked twice.
    assert len(proxy.asked) <= undisturbed.questions + 5


def test_a_server_that_stays_broken_is_told_and_what_came_is_kept(proxy: FaultyProxy, tmp_path: Path) -> None:
    proxy.breaks([*[""] * 5, *["html"] * 3])
    fetched = fetch(tmp_path, proxy)
    assert fetched.outcome == "failed"
    assert fetched.message.startswith(f"{proxy.url}/api.php: a web page came instead of application/json")
    assert fetched.message.endswith(
        f"What was received is kept in {tmp_path}/wikipedia_it/.partial: the same command continues from there"
    )
    assert len(proxy.asked) == 8


# The API itself


def test_titles_are_normalised_and_redirects_followed(api: Api) -> None:
    titles = ["borgo_01", "Vecchio Borgo", "Nessuno", "A[b", "Template:Gemellaggio", "Special:Search"]
    known = fetch_revisions(api, titles)
    first = known["borgo_01"]
    assert isinstance(first, Revision)
    assert first.title == "Borgo 01"
    assert known["Vecchio Borgo"] == first
    assert [known[title] for title in ("Nessuno", "A[b", "Special:Search")] == [None, None, None]
    assert known["Template:Gemellaggio"]


def test_pages_that_are_not_there_have_no_text(api: Api) -> None:
    pages = fetch_pages(api, ["Lago", "Nessuno", "Borgo Antico"])
    assert sorted((page.title, page.text) for page in pages if isinstance(page, Page)) == [
        ("Borgo 02", WITH_TWINNINGS["Borgo 02"]),
        ("Lago", "Un lago."),
    ]


def test_fewer_pages_are_fetched_at_a_time_where_many_are_too_much(
    wiki: Wiki, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    class Small(HttpClient):
        too_large = 0

        def request(self, url: str, **options: Any) -> Response | None:
            is_content = options["form"].get("prop") == "revisions"
            try:
                return super().request(url, **options | ({"size_cap": 6000} if is_content else {}))
            except TooLargeError:
                self.too_large += 1
                raise

    with FaultyProxy(wiki.url.removesuffix("/api.php")) as proxy:
        client = Small(HASTY)
        assert fetch(tmp_path, proxy, client).outcome == "new"
    assert client.too_large > 1
    assert content(tmp_path) == undisturbed.content


def test_what_continues_is_followed(api: Api) -> None:
    answers = list(api.query_all({"list": "allpages", "apprefix": "Borgo 0", "aplimit": "3"}))
    titles = [page["title"] for body, _ in answers for page in body["query"]["allpages"]]
    assert titles == [f"Borgo {number:02d}" for number in range(10)]
    assert len(answers) == 4
    # Taken up in the middle.
    rest = list(api.query_all({"list": "allpages", "apprefix": "Borgo 0", "aplimit": "3"}, answers[1][1]))
    assert [body for body, _ in rest] == [body for body, _ in answers[2:]]


@pytest.mark.parametrize(
    ("strategy", "titles"),
    [
        (Strategy("prefix", "Gemellaggi dei"), {*LISTS}),
        (Strategy("template", "Gemellaggio"), {*TEMPLATED}),
        (Strategy("search", "Gemellaggi"), {*TEMPLATED, *WORDED, "Ponte"}),
        (Strategy("search", 'nessuna parola "così"'), set()),
        (Strategy("search_back", "Gemellaggi"), set()),
        (Strategy("category", "Nessuna"), set()),
    ],
)
def test_how_pages_are_found(api: Api, strategy: Strategy, titles: set[str]) -> None:
    assert {title for found in find_titles(api, strategy, None, api.extensions()) for title in found.titles} == titles


def test_an_error_that_comes_with_a_good_status(api: Api) -> None:
    with pytest.raises(SourceError) as error:
        api.query({"list": "search"})
    assert str(error.value).startswith(f"{api.endpoint}: the wiki responds with the error missingparam (")


# The command


def test_the_command(proxy: FaultyProxy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--raw", str(tmp_path), "--api", proxy.url + "/api.php"]
    assert main(["fetch", "wikipedia", "--language", "it", *where]) == 0
    assert capsys.readouterr().out == (
        f"new       wikipedia_it/pages.jsonl  {len(content(tmp_path)):>12,} bytes\n1 file(s) in {tmp_path}, 0 failed\n"
    )
    assert main(["fetch", "wikipedia", "--language", "it", "de", *where]) == 2
    assert "one wiki cannot be of several languages; name one with --language" in capsys.readouterr().err


def test_a_wiki_of_another_language(proxy: FaultyProxy, tmp_path: Path) -> None:
    fetched = fetch(tmp_path, proxy, language="ja")
    assert fetched.outcome == "failed"
    assert "no page with twinnings was found among 0" in fetched.message
    assert "Is it the Wikipedia of the language ja?" in fetched.message


def test_an_address_that_is_no_api(proxy: FaultyProxy, tmp_path: Path) -> None:
    fetched = fetch(tmp_path, proxy, path="/index.php")
    assert fetched.outcome == "failed"
    assert fetched.message.startswith(f"{proxy.url}/index.php: ")


# The last test: it changes the wiki


def test_only_what_changed_is_asked_for_again(wiki: Wiki, proxy: FaultyProxy, tmp_path: Path) -> None:
    fetch(tmp_path, proxy)
    before = content(tmp_path)
    proxy.asked.clear()
    assert fetch(tmp_path, proxy).outcome == "unchanged"
    # Not even the page that words found and that has no twinnings.
    assert asked_titles(proxy, "revisions") == []
    assert content(tmp_path) == before
    text = WITH_TWINNINGS["Borgo 07"]
    wiki.edit("Borgo 07", text + "* [[Neustadt]], dal 2024\n")
    wiki.edit("Borgo Nuovo", "== Gemellaggi ==\n* {{Gemellaggio|DEU|Neustadt}}")
    wiki.delete("Borgo 08")
    proxy.asked.clear()
    assert fetch(tmp_path, proxy).outcome == "new"
    assert set.union(*asked_titles(proxy, "revisions")) == {"Borgo 07", "Borgo Nuovo"}
    came = {page["title"]: page for page in pages(tmp_path)}
    assert came.keys() == WITH_TWINNINGS.keys() - {"Borgo 08"} | {"Borgo Nuovo"}
    assert came["Borgo 07"]["text"].endswith("* [[Neustadt]], dal 2024")
    # As if all had been fetched now.
    fetch(tmp_path / "anew", proxy)
    assert content(tmp_path / "anew") == content(tmp_path)
    # A snapshot that was damaged is no ground to stand on.
    store = RawStore(tmp_path)
    store.path_of(store.manifest("wikipedia_it")[-1]).write_bytes(b"{")
    assert fetch(tmp_path, proxy).outcome == "new"
    assert content(tmp_path) == content(tmp_path / "anew")
