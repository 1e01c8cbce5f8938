"""The feed of changes is read by feedparser, and has what RFC 4287 requires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import feedparser
import pytest
from lxml import etree
from own_release import ask, export
from sites import HEADER, PARTNERS, Site

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MadeOnce

ATOM = "{http://www.w3.org/2005/Atom}"
#: In the second release Coburg's ended, Celle's is gone, two starts differ, and two are new.
CHANGED = (
    "Coburg;Deutschland;Oudenaarde;Belgien;1972;p;2022;https://example.org/ended",
    "Köln;Deutschland;Lille;Frankreich;12.05.1958;p;;https://example.org/köln",
    "Coventry;Großbritannien;Dresden;Deutschland;1956;f;;https://example.org/coventry?a=1&b=2",
    *(f"{row};;" for row in (PARTNERS[3], PARTNERS[4], *PARTNERS[6:])),
    "Weimar;Deutschland;Blois;Frankreich;1995;p;;",
    "<b>&Ort\x07x;Deutschland;Berlin;Deutschland;;p;;no address",
)


@pytest.fixture(scope="session")
def changed(refreshed: Site, made_once: MadeOnce) -> Path:
    """Return the folder of two releases that differ."""

    def refresh_twice(folder: Path) -> None:
        site = refreshed.copy(folder / "site")
        site.declare(more='end = "Bis"\nevidence_url = "Seite"\n')
        (site.mirror / "club.csv").write_text("\n".join([f"{HEADER};Bis;Seite", *CHANGED, ""]), "utf-8")
        site.refresh()

    return made_once("changed", refresh_twice) / "site" / "out"


def read(out: Path, path: Path, *options: str) -> Any:
    assert export(out, "atom", "--output", str(path), *options) == 0
    feed = feedparser.parse(path.read_bytes())
    assert not feed.bozo
    check_rfc_4287(path)
    return feed


def check_rfc_4287(path: Path) -> None:
    """Check what must be there once: in 4.1.1 of a feed, in 4.1.2 of an entry."""
    feed = etree.parse(path).getroot()
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.iterfind(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            [child] = element.findall(f"{ATOM}{name}")
            assert child.text
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    for entry in feed.iterfind(f"{ATOM}entry"):
        links = [link.get("rel", "alternate") for link in entry.iterfind(f"{ATOM}link")]
        assert links.count("alternate") <= 1
        assert entry.find(f"{ATOM}content") is not None, "without a link there must be content"
    ids = [element.text for element in feed.iter(f"{ATOM}id")]
    assert len({*ids}) == len(ids)


def test_each_changed_partnership_or_town_is_an_entry(changed: Path, tmp_path: Path) -> None:
    feed = read(changed, tmp_path / "c.atom")
    titles = [entry.title for entry in feed.entries]
    assert titles[:6] == [
        "Oudenaarde – Coburg: end unknown → 2022; status unknown → ended",
        "Partnership added: Berlin – <b>&Ort\ufffdx (partnership)",
        "Partnership removed: Celle – Meudon",
        "Partnership added: Weimar – Blois (partnership, since 1995)",
        "Coventry – Dresden: start 1959 → 1956",
        "Köln – Lille: start 1958 → 12 May 1958",
    ]
    assert {"Town added: Blois", "Town removed: Meudon"} <= {*titles[6:]}
    [(count,)] = ask(changed, "SELECT count(*) FROM (SELECT DISTINCT entity, entity_id FROM changes)")
    assert len(titles) == count
    [(newest,)] = ask(changed, "SELECT max(as_of_date) FROM snapshots")
    assert {entry.updated for entry in feed.entries} == {feed.feed.updated} == {f"{newest}T00:00:00+00:00"}
    assert "Partner towns of a few towns: CC0-1.0" in feed.feed.rights
    assert feed.feed.author == "twintowns maintainers"


def test_an_entry_leads_to_the_page_and_to_what_states_it(changed: Path, tmp_path: Path) -> None:
    feed = read(changed, tmp_path / "c.atom", "--base-url", "https://example.net/t/")
    entries = {entry.title.partition(":")[0]: entry for entry in feed.entries}
    coventry = entries["Coventry – Dresden"]
    assert [(link.rel, link.href) for link in coventry.links] == [
        ("alternate", "https://example.net/t/#town=gn2652221")
    ]
    assert [tag.term for tag in coventry.tags] == ["partnership", "changed"]
    [content] = coventry.content
    assert "<li>start 1959 → 1956</li>" in content.value
    assert "Stated by: Partner towns of a few towns (CC0-1.0)" in content.value
    assert '<a href="https://example.org/coventry?a=1&amp;b=2">' in content.value
    added = next(entry for entry in feed.entries if "<b>&Ort" in entry.title)
    assert "<a" not in added.content[0].value, "what is no address is no link"
    assert "href" not in entries["Partnership removed"], "the page has it no more"


def test_ids_are_those_of_the_change_whatever_is_asked_for(changed: Path, tmp_path: Path) -> None:
    every = read(changed, tmp_path / "all.atom")
    few = read(changed, tmp_path / "few.atom", "--limit", "2", "--base-url", "https://example.net/t/")
    assert [entry.id for entry in few.entries] == [entry.id for entry in every.entries[:2]]
    assert all(entry.id.startswith("urn:uuid:") for entry in every.entries)
    some = read(changed, tmp_path / "some.atom", "--where", "town_name = 'Coventry'")
    assert [entry.title for entry in some.entries] == ["Coventry – Dresden: start 1959 → 1956"]


def test_what_the_limit_leaves_out_is_said(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(changed, "atom", "--limit", "2") == 0
    printed = capsys.readouterr()
    [(previous, count)] = ask(
        changed, "SELECT previous_release_id, (SELECT count(DISTINCT entity_id) FROM changes) FROM release"
    )
    said = f"2 entries: what differs from {previous}; {count - 2} left out (--limit {count} takes all)"
    assert printed.err == f"{said}\n"


def test_the_first_release_has_a_feed_without_entries(
    refreshed: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = read(refreshed.out, tmp_path / "c.atom")
    assert (feed.entries, feed.feed.title) == ([], "Town twinnings of the world: changes")
    assert "0 entries, because this is the first release" in capsys.readouterr().out
