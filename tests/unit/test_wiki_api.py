"""Answers of a wiki that no real one gives on demand: errors with a good status, circles, other shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipeline.cli import main
from pipeline.errors import SourceError
from pipeline.extract.http import Answer, BadAnswerError, BusyError, TimedOutError, Web
from pipeline.extract.mediawiki import Api, Strategy, fetch_wiki, load_strategies
from pipeline.extract.mediawiki.discovery import SEARCH_LIMIT, find
from pipeline.extract.mediawiki.pages import ask_known, ask_pages
from pipeline.raw_store.snapshots import RawStore
from pipeline.readers.wikitext import page_filter
from pipeline.sources import BUILT_IN, Declaration, load_editions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

ENDPOINT = "https://it.example.org/api.php"
PAGE = {"title": "Borgo", "pageid": 1, "lastrevid": 7}


class Scripted(Web):
    """A network in which a function answers; what it says is not asked again."""

    def __init__(self, answer: Callable[[dict[str, str]], object]) -> None:
        super().__init__()
        self.answer, self.asked = answer, list[dict[str, str]]()

    def ask(self, url: str, *, form: Mapping[str, str] | None = None, check: Any = None, **_: Any) -> Answer:
        self.asked.append(dict(form or {}))
        answer = Answer(b"", None, "application/json", url, self.answer(self.asked[-1]), 7)
        check(answer)
        return answer


def api(answer: object) -> Api:
    return Api(Scripted(lambda _: answer), ENDPOINT)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("maxlag", BusyError), ("ratelimited", BusyError), ("readonly", BusyError),
        ("cirrussearch-too-busy-error", BusyError), ("internal_api_error_DBConnectionError", BusyError),
        ("internal_api_error_DBQueryTimeoutError", TimedOutError), ("badvalue", SourceError), ("unknown", SourceError),
    ],
)  # fmt: skip
def test_an_error_is_none_of_the_answers(code: str, kind: type[SourceError]) -> None:
    with pytest.raises(SourceError, match=f"the wiki answers with the error {code}") as error:
        api({"error": {"code": code, "info": "why"}, "query": {}}).ask({})
    assert type(error.value) is kind
    assert getattr(error.value, "retry_after", 7) == 7


@pytest.mark.parametrize("answer", [[], None, 3, "x", {}, {"warnings": {}}, {"error": "no"}])
def test_what_is_no_answer_of_a_wiki(answer: object) -> None:
    with pytest.raises(SourceError, match=r"^https://it\.example\.org/api\.php: "):
        api(answer).ask({})


def test_a_circle_ends() -> None:
    with pytest.raises(BadAnswerError, match="continues in a circle"):
        list(api({"query": {}, "continue": {"apcontinue": "B", "continue": "-||"}}).follow({}))


@pytest.mark.parametrize(
    "query",
    [
        [], {"pages": [{}]}, {"pages": 3}, {"pages": [{"title": "Borgo", "lastrevid": "x"}]}, {"normalized": [{}]},
        {"pages": [{"title": "Borgo", "lastrevid": 7}]}, {"pages": []},
        {"pages": [PAGE], "redirects": [{"from": "Borgo", "to": "Altro"}]},
        {"pages": [PAGE], "redirects": [{"from": "Borgo", "to": "A"}, {"from": "A", "to": "Borgo"}], "x": 1},
    ],
)  # fmt: skip
def test_an_answer_of_another_shape(query: object) -> None:
    wiki = api({"query": query, "batchcomplete": True})
    if isinstance(query, dict) and "x" in query:
        # A circle of redirects ends somewhere.
        assert ask_known(wiki, ["Borgo"])["Borgo"]
        return
    with pytest.raises(BadAnswerError, match=r"^https://it\.example\.org/api\.php: "):
        ask_known(wiki, ["Borgo"])


def of_revisions(revisions: object) -> Api:
    return api({"query": {"pages": [{"title": "Borgo", "pageid": 1, "revisions": revisions}]}})


@pytest.mark.parametrize("revisions", [[], [{"slots": {"main": {"content": "x"}}}], {"0": {}}, None, [3]])
def test_a_revision_of_another_shape(revisions: object) -> None:
    with pytest.raises(BadAnswerError, match=r"^https://it\.example\.org/api\.php: "):
        list(ask_pages(of_revisions(revisions), ["Borgo"]))


def test_a_text_that_is_hidden_and_one_that_is_no_wikitext() -> None:
    for slot in ({"texthidden": True}, {"contentmodel": "json", "content": "{}"}):
        assert list(ask_pages(of_revisions([{"revid": 7, "slots": {"main": slot}}]), ["Borgo"])) == [(["Borgo"], [])]


# Where there is CirrusSearch


def cirrus(hits: int) -> Callable[[dict[str, str]], object]:
    """A wiki with so many pages that have a word, of which one search shows the first 3 only."""

    def answer(form: dict[str, str]) -> object:
        if form.get("meta"):
            return {"query": {"general": {}, "extensions": [{"name": "CirrusSearch"}]}}
        numbers = range(hits) if form.get("srsort") == "create_timestamp_asc" else range(hits - 1, -1, -1)
        titles = [f"Borgo {number}" for number in numbers][:3]
        if form.get("list") == "search":
            found = [{"title": title} for title in titles] if form["srsearch"] == 'insource:"Gemellaggi"' else []
            return {"query": {"search": found, "searchinfo": {"totalhits": SEARCH_LIMIT + hits if found else 0}}}
        if form.get("list"):
            return {"batchcomplete": True}
        content = {
            "revid": 7,
            "timestamp": "2024-01-02T03:04:05Z",
            "slots": {"main": {"content": "== Gemellaggi ==\ud800"}},
        }
        return {
            "query": {
                "pages": [{**PAGE, "title": one, "revisions": [content]} for one in form["titles"].split("|")],
            }
        }

    return answer


def italian() -> Declaration:
    return next(one for one in load_editions(BUILT_IN / "wikipedia.toml") if one.language == "it")


def test_a_search_with_more_hits_than_are_shown_is_made_from_both_ends(tmp_path: Path) -> None:
    web = Scripted(cirrus(5))
    told = []
    fetched = fetch_wiki(
        italian(), page_filter("it"), tmp_path, web, endpoint=ENDPOINT, tell=lambda *step: told.append(step)
    )
    assert fetched.outcome == "new"
    store = RawStore(tmp_path)
    lines = store.read(store.manifest("wikipedia_it")[-1]).split(b"\n")
    # Half a character is none.
    assert lines[0].endswith(b'"text": "== Gemellaggi ==?"}')
    assert len(lines) == 5 + 1
    searches = [(form["srsearch"], form["srsort"]) for form in web.asked if form.get("list") == "search"]
    assert searches[:3] == [
        ('insource:"Gemellaggi"', "create_timestamp_asc"),
        ('insource:"Gemellaggi"', "create_timestamp_desc"),
        ('insource:"gemellata con"', "create_timestamp_asc"),
    ]
    assert told[-1] == ("wikipedia_it: changed pages", 5, 5)


def test_how_each_language_is_searched() -> None:
    strategies = load_strategies(page_filter("es"))
    assert {one.kind for one in strategies} == {"prefix", "search"}
    assert {one.namespaces for one in strategies if one.kind == "search"} == {"0|104"}
    assert {one.namespaces for one in strategies if one.kind == "prefix"} == {"0", "104"}
    assert len({one.key for one in strategies}) == len(strategies)
    assert [one for one in load_strategies(page_filter("it")) if one.kind == "template"]
    with pytest.raises(SourceError, match="no wikitext profile for the language 'xx'"):
        page_filter("xx")


def test_quotes_in_words_do_not_end_the_phrase() -> None:
    web = Scripted(lambda _: {"batchcomplete": True})
    list(find(Api(web, ENDPOINT), Strategy("search", 'a "b" c'), None, frozenset({"CirrusSearch"})))
    assert web.asked[0]["srsearch"] == 'insource:"a  b  c"'


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
