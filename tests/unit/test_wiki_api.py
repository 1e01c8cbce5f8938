"""Responses that no real wiki sends on demand: errors with a good status, circles, other structures."""

from __future__ import annotations

import itertools
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.cli import main
from pipeline.errors import SourceError
from pipeline.extract.http.client import HttpClient
from pipeline.extract.http.errors import BadResponseError, BusyError, TimedOutError
from pipeline.extract.http.responses import Response
from pipeline.extract.live import fetch_live
from pipeline.extract.mediawiki.api import Api
from pipeline.extract.mediawiki.discovery import SEARCH_LIMIT, Strategy, find_titles, load_strategies
from pipeline.extract.mediawiki.fetch import fetch_wiki
from pipeline.extract.mediawiki.pages import BadPage, Revision, fetch_pages, fetch_revisions
from pipeline.raw_store.snapshots import RawStore
from pipeline.readers.wikitext import page_filter
from pipeline.sources import BUILT_IN, Declaration, load_editions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pipeline.extract.http.fetch import FetchResult

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


@pytest.mark.parametrize("query", [[], 3, {"pages": 3}, {"normalized": 3}, {"pages": None}, {"redirects": {"a": 1}}])
def test_a_response_of_another_structure(query: object) -> None:
    wiki = api({"query": query, "batchcomplete": True})
    if query == {"redirects": {"a": 1}}:
        # Steps of another structure are none.
        assert fetch_revisions(wiki, ["Borgo"]) == {"Borgo": BadPage("Borgo", "the wiki says nothing about it")}
        return
    with pytest.raises(BadResponseError, match=r"^https://it\.example\.org/api\.php: "):
        fetch_revisions(wiki, ["Borgo"])


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"pages": [{}]},
        {"pages": [3, None, [], "x", {"title": ["Borgo"]}, {"title": "Bor|go"}]},
        {"pages": [{"title": "Borgo", "lastrevid": "x"}]},
        {"pages": [{"title": "Borgo", "pageid": 1, "lastrevid": "7"}]},
        {"pages": [{"title": "Borgo", "pageid": 1, "lastrevid": float("inf")}]},
        {"pages": [{"title": "Borgo", "pageid": True, "lastrevid": 1 << 64}]},
        {"pages": [{"title": "Borgo", "lastrevid": 7}]},
        {"normalized": [{}, 3, {"from": ["x"], "to": 3}]},
        {"pages": [PAGE], "redirects": [{"from": "Borgo", "to": "Altro"}]},
    ],
)
def test_a_page_of_another_structure_is_left_out(query: object) -> None:
    other = {"title": "Altra", "pageid": 2, "lastrevid": 8}
    query = {**query, "pages": [*query.get("pages", []), other]}  # type: ignore[dict-item, attr-defined]
    found = fetch_revisions(api({"query": query}), ["Borgo", "Altra"])
    assert isinstance(found["Borgo"], BadPage)
    assert found["Altra"] == Revision("Altra", 2, 8)


def test_a_circle_of_redirects_ends() -> None:
    redirects = [{"from": "Borgo", "to": "A"}, {"from": "A", "to": "Borgo"}]
    assert fetch_revisions(api({"query": {"pages": [PAGE], "redirects": redirects}}), ["Borgo"]) == {
        "Borgo": Revision("Borgo", 1, 7)
    }


def test_a_continuation_without_end_ends() -> None:
    numbers = itertools.count()
    wiki = Api(Scripted(lambda _: {"query": {}, "continue": {"from": next(numbers)}}), ENDPOINT)
    with pytest.raises(BadResponseError, match="more than 2000 responses to one query"):
        list(wiki.query_all({}))


@pytest.mark.parametrize("following", [3, "x", [1], None])
def test_a_continuation_of_another_structure(following: object) -> None:
    with pytest.raises(BadResponseError, match=r"^https://it\.example\.org/api\.php: "):
        list(api({"query": {}, "continue": following}).query_all({}))


def of_revisions(revisions: object) -> Api:
    return api({"query": {"pages": [{"title": "Borgo", "pageid": 1, "revisions": revisions}]}})


@pytest.mark.parametrize(
    "revisions",
    [
        [],
        [{"slots": {"main": {"content": "x"}}}],
        {"0": {}},
        None,
        [3],
        [None],
        3,
        [{"revid": 7, "timestamp": 3, "slots": {"main": {"content": "x"}}}],
        [{"revid": 7, "timestamp": "t", "slots": {"main": {"content": 3}}}],
        [{"revid": 7, "timestamp": "t", "slots": {"main": {}}}],
        [{"revid": 7, "timestamp": "t", "slots": []}],
    ],
)
def test_a_revision_of_another_structure(revisions: object) -> None:
    [page] = fetch_pages(of_revisions(revisions), ["Borgo"])
    assert isinstance(page, BadPage)
    assert page.title == "Borgo"


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


def damaged(damage: Mapping[str, object], titles: int = 5) -> Callable[[dict[str, str]], object]:
    """The same wiki, where other values take the place of some pages."""
    whole = cirrus(titles)

    def answer(form: dict[str, str]) -> object:
        body: Any = whole(form)
        if "titles" in form:
            body["query"]["pages"] = [damage.get(page["title"], page) for page in body["query"]["pages"]]
        return body

    return answer


def fetch_italian(raw: Path, web: HttpClient) -> FetchResult:
    [result] = fetch_live(italian(), raw, web, page_filter, endpoint=ENDPOINT)
    return result


def titles_stored(raw: Path) -> list[str]:
    store = RawStore(raw)
    return [json.loads(line)["title"] for line in store.read(store.manifest("wikipedia_it")[-1]).splitlines()]


BAD_REVISION = {"title": "Borgo 1", "pageid": 1, "lastrevid": 9, "revisions": [None]}


@pytest.mark.parametrize("damage", [3, None, [], {"title": "Borgo 1", "lastrevid": []}, BAD_REVISION])
def test_one_page_of_another_structure_stops_no_other(tmp_path: Path, damage: object) -> None:
    result = fetch_italian(tmp_path, Scripted(damaged({"Borgo 1": damage})))
    assert result.outcome == "new"
    assert result.message.startswith("1 left out: Borgo 1 (")
    assert titles_stored(tmp_path) == ["Borgo 0", "Borgo 2", "Borgo 3", "Borgo 4"]


def test_a_page_that_is_left_out_stays_as_it_was(tmp_path: Path) -> None:
    fetch_italian(tmp_path, Scripted(cirrus(5)))
    result = fetch_italian(tmp_path, Scripted(damaged({"Borgo 1": BAD_REVISION})))
    assert (result.outcome, result.message.partition(" (")[0]) == ("unchanged", "1 left out: Borgo 1")
    assert len(titles_stored(tmp_path)) == 5


def test_a_wiki_whose_pages_are_mostly_broken_fails(tmp_path: Path) -> None:
    damage = {f"Borgo {number}": BAD_REVISION | {"title": f"Borgo {number}"} for number in range(3)}
    result = fetch_italian(tmp_path, Scripted(damaged(damage)))
    assert result.outcome == "failed"
    assert f"{ENDPOINT}: most pages cannot be read, 3 left out: Borgo 0 (" in result.message
    assert RawStore(tmp_path).manifest("wikipedia_it") == []


@pytest.mark.parametrize("entry", [3, None, {}, {"title": 3}, {"title": "a\ud800"}, {"title": "a|b"}, {"title": ""}])
def test_what_is_no_title_is_left_out(tmp_path: Path, entry: object) -> None:
    whole = cirrus(3)

    def answer(form: dict[str, str]) -> object:
        body: Any = whole(form)
        if body.get("query", {}).get("search"):
            body["query"]["search"].append(entry)
        return body

    result = fetch_italian(tmp_path, Scripted(answer))
    assert result.outcome == "new"
    assert "(no title)" in result.message
    assert titles_stored(tmp_path) == ["Borgo 0", "Borgo 1", "Borgo 2"]


def test_any_other_error_of_a_wiki_is_its_failure(tmp_path: Path) -> None:
    def fail(_: dict[str, str]) -> object:
        raise ZeroDivisionError("why")

    result = fetch_italian(tmp_path, Scripted(fail))
    assert result.outcome == "failed"
    assert result.message.startswith(f"{ENDPOINT}: could not be fetched: unexpected ZeroDivisionError: why")


def test_what_is_left_of_an_earlier_fetch_and_damaged_is_dropped(tmp_path: Path) -> None:
    whole = cirrus(3)

    def stop(form: dict[str, str]) -> object:
        if "titles" in form:
            raise SourceError("later")
        return whole(form)

    assert "continues from there" in fetch_italian(tmp_path, Scripted(stop)).message
    for path in (tmp_path / "wikipedia_it" / ".partial").glob("titles-*"):
        path.write_bytes(b"[")
    assert fetch_italian(tmp_path, Scripted(whole)).outcome == "failed"
    assert fetch_italian(tmp_path, Scripted(whole)).outcome == "new"


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"revisions": []}', b"[" * 100_000])
def test_a_damaged_list_of_unused_pages_is_none(tmp_path: Path, content: bytes) -> None:
    fetch_italian(tmp_path, Scripted(cirrus(3)))
    (tmp_path / "wikipedia_it" / ".unused.json").write_bytes(content)
    assert fetch_italian(tmp_path, Scripted(cirrus(3))).outcome == "unchanged"


@pytest.mark.parametrize("url", ["http://[::1/", "https://example..org/", "https://e.org:99999/", "x", "file:///x"])
@pytest.mark.parametrize("source", [["wikidata", "--endpoint"], ["wikipedia", "--language", "de", "it", "--api"]])
def test_an_address_that_is_none_as_an_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: list[str], url: str
) -> None:
    if "--api" in source:
        url += "{language}"
    assert main(["fetch", "--raw", str(tmp_path), *source, url]) == 3
    lines = capsys.readouterr().out.splitlines()
    failures = [line for line in lines if line.startswith("failed ")]
    assert len(failures) == (2 if "--api" in source else 1)
    assert all("could not be fetched: no " in line for line in failures)


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
            "--language xx: there are bg, ca, cs, da, de, el, en, es, et, fi, fr, hr",
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


def test_a_dump_that_is_no_file_stops_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "itwiki-pages-articles.xml")
    paths = [str(tmp_path / name) for name in ("itwiki-pages-articles.xml", "dewiki-pages-articles.xml")]
    assert main(["fetch", "dump", *paths, "--raw", str(tmp_path / "raw")]) == 3
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"twintowns: {paths[0]}: cannot be read: it is not a file; write the dump into one"
    assert second.startswith(f"{paths[1]}: ")
