"""Responses that no real wiki sends on demand: errors with a good status, circles, other structures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipeline.cli import main
from pipeline.errors import SourceError
from pipeline.extract.http.client import HttpClient
from pipeline.extract.http.errors import BadResponseError, BusyError, TimedOutError
from pipeline.extract.http.responses import Response
from pipeline.extract.mediawiki.api import Api
from pipeline.extract.mediawiki.discovery import SEARCH_LIMIT, Strategy, find_titles, load_strategies
from pipeline.extract.mediawiki.fetch import fetch_wiki
from pipeline.extract.mediawiki.pages import fetch_pages, fetch_revisions
from pipeline.raw_store.snapshots import RawStore
from pipeline.readers.wikitext import page_filter
from pipeline.sources import BUILT_IN, Declaration, load_editions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

ENDPOINT = "https://it.example.org/api.php"
PAGE = {"title": "Borgo", "pageid": 1, "lastrevid": 7}


class Scripted(HttpClient):
    """A client whose responses come from a function; nothing is repeated."""

    def __init__(self, answer: Callable[[dict[str, str]], object]) -> None:
        super().__init__()
        self.answer, self.forms = answer, list[dict[str, str]]()

    def request(self, url: str, *, form: Mapping[str, str] | None = None, check: Any = None, **_: Any) -> Response:
        self.forms.append(dict(form or {}))
        response = Response(b"", None, url, self.answer(self.forms[-1]), 7)
        check(response)
        return response


def api(answer: object) -> Api:
    return Api(Scripted(lambda _: answer), ENDPOINT)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("maxlag", BusyError),
        ("ratelimited", BusyError),
        ("readonly", BusyError),
        ("cirrussearch-too-busy-error", BusyError),
        ("internal_api_error_DBConnectionError", BusyError),
        ("internal_api_error_DBQueryTimeoutError", TimedOutError),
        ("badvalue", SourceError),
        ("unknown", SourceError),
    ],
)
def test_an_error_with_a_good_status_is_raised(code: str, kind: type[SourceError]) -> None:
    with pytest.raises(SourceError, match=f"the wiki responds with the error {code}") as error:
        api({"error": {"code": code, "info": "why"}, "query": {}}).query({})
    assert type(error.value) is kind
    assert getattr(error.value, "retry_after", None) == (7 if kind is BusyError else None)


@pytest.mark.parametrize("answer", [[], None, 3, "x", {}, {"warnings": {}}, {"error": "no"}])
def test_a_body_that_is_no_response_of_a_wiki(answer: object) -> None:
    with pytest.raises(SourceError, match=r"^https://it\.example\.org/api\.php: "):
        api(answer).query({})


def test_a_circle_ends() -> None:
    with pytest.raises(BadResponseError, match="continues in a circle"):
        list(api({"query": {}, "continue": {"apcontinue": "B", "continue": "-||"}}).query_all({}))


@pytest.mark.parametrize(
    "query",
    [
        [],
        {"pages": [{}]},
        {"pages": 3},
        {"pages": [{"title": "Borgo", "lastrevid": "x"}]},
        {"normalized": [{}]},
        {"pages": [{"title": "Borgo", "lastrevid": 7}]},
        {"pages": []},
        {"pages": [PAGE], "redirects": [{"from": "Borgo", "to": "Altro"}]},
        {"pages": [PAGE], "redirects": [{"from": "Borgo", "to": "A"}, {"from": "A", "to": "Borgo"}], "x": 1},
    ],
)
def test_a_response_of_another_structure(query: object) -> None:
    wiki = api({"query": query, "batchcomplete": True})
    if isinstance(query, dict) and "x" in query:
        # A circle of redirects ends somewhere.
        assert fetch_revisions(wiki, ["Borgo"])["Borgo"]
        return
    with pytest.raises(BadResponseError, match=r"^https://it\.example\.org/api\.php: "):
        fetch_revisions(wiki, ["Borgo"])


def of_revisions(revisions: object) -> Api:
    return api({"query": {"pages": [{"title": "Borgo", "pageid": 1, "revisions": revisions}]}})


@pytest.mark.parametrize("revisions", [[], [{"slots": {"main": {"content": "x"}}}], {"0": {}}, None, [3]])
def test_a_revision_of_another_structure(revisions: object) -> None:
    with pytest.raises(BadResponseError, match=r"^https://it\.example\.org/api\.php: "):
        fetch_pages(of_revisions(revisions), ["Borgo"])


def test_a_text_that_is_hidden_and_one_that_is_no_wikitext() -> None:
    for slot in ({"texthidden": True}, {"contentmodel": "json", "content": "{}"}):
        assert fetch_pages(of_revisions([{"revid": 7, "slots": {"main": slot}}]), ["Borgo"]) == []


# Where there is CirrusSearch


def cirrus(hits: int) -> Callable[[dict[str, str]], object]:
    """A wiki with so many pages that have a word, of which one search shows the first 3 only."""

    def answer(form: dict[str, str]) -> object:
        if form.get("meta"):
            return {"query": {"general": {}, "extensions": [{"name": "CirrusSearch"}]}}
        numbers = range(hits) if form.get("srsort") == "create_timestamp_asc" else range(hits - 1, -1, -1)
        titles = [f"Borgo {number}" for number in numbers][:3]
        if form.get("list") == "search":
            pages = [{"title": title} for title in titles] if form["srsearch"] == 'insource:"Gemellaggi"' else []
            return {"query": {"search": pages, "searchinfo": {"totalhits": SEARCH_LIMIT + hits if pages else 0}}}
        if form.get("list"):
            return {"batchcomplete": True}
        content = {
            "revid": 7,
            "timestamp": "2024-01-02T03:04:05Z",
            "slots": {"main": {"content": "== Gemellaggi ==\ud800"}},
        }
        return {
            "query": {
                "pages": [{**PAGE, "title": title, "revisions": [content]} for title in form["titles"].split("|")],
            }
        }

    return answer


def italian() -> Declaration:
    return next(edition for edition in load_editions(BUILT_IN / "wikipedia.toml") if edition.language == "it")


def test_a_search_with_more_hits_than_are_shown_is_made_from_both_ends(tmp_path: Path) -> None:
    web = Scripted(cirrus(5))
    steps = []
    fetched = fetch_wiki(
        italian(), page_filter("it"), tmp_path, web, endpoint=ENDPOINT, on_progress=lambda *step: steps.append(step)
    )
    assert fetched.outcome == "new"
    store = RawStore(tmp_path)
    lines = store.read(store.manifest("wikipedia_it")[-1]).split(b"\n")
    # Half a character is none.
    assert lines[0].endswith(b'"text": "== Gemellaggi ==?"}')
    assert len(lines) == 5 + 1
    searches = [(form["srsearch"], form["srsort"]) for form in web.forms if form.get("list") == "search"]
    assert searches[:3] == [
        ('insource:"Gemellaggi"', "create_timestamp_asc"),
        ('insource:"Gemellaggi"', "create_timestamp_desc"),
        ('insource:"gemellata con"', "create_timestamp_asc"),
    ]
    assert steps[-1] == ("wikipedia_it: pages", 5, 5)


def test_how_each_language_is_searched() -> None:
    strategies = load_strategies(page_filter("es"))
    assert {strategy.kind for strategy in strategies} == {"prefix", "search"}
    assert {strategy.namespaces for strategy in strategies if strategy.kind == "search"} == {"0|104"}
    assert {strategy.namespaces for strategy in strategies if strategy.kind == "prefix"} == {"0", "104"}
    assert len(set(strategies)) == len(strategies)
    assert [strategy for strategy in load_strategies(page_filter("it")) if strategy.kind == "template"]
    with pytest.raises(SourceError, match="no wikitext profile for the language 'xx'"):
        page_filter("xx")


def test_quotes_in_words_do_not_end_the_phrase() -> None:
    web = Scripted(lambda _: {"batchcomplete": True})
    list(find_titles(Api(web, ENDPOINT), Strategy("search", 'a "b" c'), None, frozenset({"CirrusSearch"})))
    assert web.forms[0]["srsearch"] == 'insource:"a  b  c"'


# The command


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--language", "de"], "--api and --language go with a live source, as in: twintowns fetch wikipedia"),
        (["wikidata", "--api", ENDPOINT], "--api and --language go with a live source"),
        (["wikipedia", "--endpoint", ENDPOINT], "--endpoint and --countries go with a live source"),
        (
            ["wikipedia", "--language", "de", "xx"],
            "--language xx: there are ca, cs, da, de, en, es, fi, fr, hr, hu, it, ja",
        ),
        (["wikipedia", "--api", ENDPOINT], "one wiki cannot be of several languages; name one with --language"),
    ],
)
def test_options_that_go_with_no_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str
) -> None:
    assert main(["fetch", *arguments, "--raw", str(tmp_path)]) == 2
    assert problem in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_mirror_is_no_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "index.csv").write_text("url,path\n", encoding="utf-8")
    where = ["--raw", str(tmp_path / "raw"), "--mirror", str(tmp_path)]
    assert main(["fetch", "wikipedia", "--language", "de,it", *where]) == 3
    assert capsys.readouterr().out.splitlines() == [
        f"failed    wikipedia_{language}/*  a mirror holds files, and this is a service; ask it without --mirror"
        for language in ("de", "it")
    ] + [f"0 file(s) in {tmp_path / 'raw'}, 2 failed"]
