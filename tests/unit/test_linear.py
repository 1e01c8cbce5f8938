"""No reader takes more than linear time in the length of a cell, a line, a page or a file."""

from __future__ import annotations

import gc
import json
import math
import time
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from pipeline.dates import DateFormat, parse_dates
from pipeline.errors import SourceError
from pipeline.readers.limits import WIKITEXT
from pipeline.readers.table import read_table
from pipeline.readers.wikitext import languages, load_profile
from pipeline.readers.wikitext.logical_lines import join_lines
from pipeline.readers.wikitext.page import PageReader
from pipeline.sources import Format

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.long

#: Seconds of processor time below which a measurement is noise, and the longest input.
NOISE, LONGEST = 0.015, 400_000
EXPONENT = 1.3
#: What a pattern or a loop may begin anew at each of.
UNITS = {
    "letters": "a",
    "capitals": "Ab ",
    "spaces": " ",
    "digits": "1",
    "commas": "A, ",
    "semicolons": ";",
    "colons": ":",
    "brackets": "(",
    "names and brackets": "A (b) ",
    "quotation marks": '"',
    "pipes": "|",
    "equals signs": "=",
    "dashes": "-",
    "slashes": "/",
    "years": "1950, ",
    "days": "5 May 1950 ",
    "angle brackets": "<",
    "tags": "<a ",
    "comments": "<!--",
    "closed comments": "<!---->",
    "comments and tags": "<!--<a>",
    "references": "<ref>a</ref>",
    "open references": "<ref>",
    "sup": "<sup>",
    "open templates": "{{a|",
    "open links": "[[a|",
    "half templates": "{{a}",
    "links": "[[A]], ",
    "flags": "{{flag|FRA}}[[A]] ",
    "open addresses": "[http://a",
    "bold": "'''a'''",
    "line breaks": "<br>a",
    "entities": "&amp;",
    "variants": "-{",
    "header cells": "!!",
    "cells": "||",
    "spans": "|| rowspan=9 | a ",
    "and": "Ab and ",
    "since": "since 1950 ",
    "with": "twinned with ",
    "mit": "mit besteht ",
    "in": "A in ",
    "Chinese": "中国",
}
#: Those of a wiki page alone: to whoever reads no markup they are letters and signs like others.
MARKUP = {"sup", "open templates", "open links", "half templates", "links", "flags", "open addresses", "bold"}
MARKUP |= {"references", "open references", "closed comments", "comments and tags", "line breaks", "variants"}
MARKUP |= {"header cells", "cells", "spans", "since", "with", "mit", "in", "and"}
PLAIN = {name: unit for name, unit in UNITS.items() if name not in MARKUP}
#: What may repeat line by line.
LINES = {
    "blank lines": "\n",
    "tables": "{|\n",
    "rows": "|-\n",
    "cells": "|a\n",
    "text in a cell": "|a\nb\n",
    "headings": "== a ==\n",
    "headings of twinnings": "== Twin towns ==\n",
    "items": "* [[A]], France (1967)\n",
    "open templates": "* {{a\n",
    "open references": "* <ref>\n",
    "open comments": "* <!--\n",
    "details": "** since 1950\n",
    "galleries": "<gallery>\n",
}
STARTS = {
    "an item": "* ",
    "a sentence": "The town is twinned with ",
    "a cell": "{|\n! Town !! Partner\n|-\n| ",
    "a line": "",
}
HEADINGS = {"en": "== Twin towns ==\n", "de": "== Städtepartnerschaften ==\n", "it": "== Gemellaggi ==\n"}


def measure(read: Callable[[str], object], text: str) -> float:
    """Return the processor time of a reading; a file may be refused."""
    gc.disable()  # it would walk through all objects of the tests
    started = time.process_time()
    with suppress(SourceError):
        read(text)
    gc.enable()
    return time.process_time() - started


def assert_linear(read: Callable[[str], object], make: Callable[[int], str]) -> None:
    """Assert that four times the length takes at most so many times as long as the exponent says."""
    size = 1_000
    while size < LONGEST and measure(read, make(size)) < NOISE:
        size *= 2
    if size >= LONGEST:
        return  # the longest input is read in no time
    exponents = []
    for _ in range(8):  # a busy machine can spoil a measurement
        times = [max(measure(read, make(factor * size)), NOISE) for factor in (1, 4)]
        exponents.append(math.log(times[1] / times[0], 4))
        if exponents[-1] < EXPONENT:
            return
    pytest.fail(f"from {size:,} to {4 * size:,} characters the time grows with the exponents {exponents}")


def repeat(unit: str, size: int, before: str = "", behind: str = "") -> str:
    return before + unit * (size // len(unit)) + behind


def page(text: str, language: str = "en") -> None:
    PageReader("A", text, load_profile(language)).read()


def table(**layout: Any) -> Callable[[str], object]:
    return lambda text: read_table(text.encode(), Format(**layout), "a", {"town", "partner"})


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Read what is read once a process."""
    for language, heading in HEADINGS.items():
        page(f"{heading}* [[A]], {{{{flag|FRA}}}} since 5 May 1950\nThe town is twinned with [[B]].\n", language)
    parse_dates(pl.Series(["5 May 1950", "a <b> vor 1990"]))


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_a_line_of_a_page(unit: str) -> None:
    for start in STARTS.values():
        assert_linear(page, lambda size, start=start: repeat(unit, size, HEADINGS["en"] + start, " x\n* [[B]]\n"))  # type: ignore[misc]


@pytest.mark.parametrize("unit", LINES.values(), ids=LINES)
def test_the_lines_of_a_page(unit: str) -> None:
    for start in ("", "{|\n"):
        assert_linear(page, lambda size, start=start: repeat(unit, size, HEADINGS["en"] + start))  # type: ignore[misc]


@pytest.mark.parametrize("unit", ["a", " ", "=", "==", "<ref ", "<!--", "{{a|", "[[", "== <!--"])
def test_a_heading(unit: str) -> None:
    assert_linear(page, lambda size: repeat(unit, size, "== Twin towns ", " ==\n* [[A]]\n"))
    lines = [repeat(unit, WIKITEXT.heading_characters - 30, "== Twin ", " ==")] * 50
    assert measure(page, "\n".join(lines)) < 2


@pytest.mark.parametrize("unit", [*UNITS.values()], ids=UNITS)
def test_many_short_lines_each_of_which_leaves_something_open(unit: str) -> None:
    assert_linear(lambda text: join_lines(text.split("\n"), 1), lambda size: repeat(f"{unit}{{{{\n", size))


@pytest.mark.parametrize("unit", [*PLAIN.values(), "\n", "A,B\n", '"\n"', ",\n"])
def test_delimited_text(unit: str) -> None:
    for before in ("town,partner\nA,B\n", "town,partner\nA,", 'town,partner\nA,"', "town,partner,", ""):
        assert_linear(table(), lambda size, before=before: repeat(unit, size, before, "\n"))  # type: ignore[misc]


@pytest.mark.parametrize("unit", PLAIN.values(), ids=PLAIN)
def test_a_value_of_json(unit: str) -> None:
    assert_linear(table(type="json"), lambda size: json.dumps([{"town": repeat(unit, size), unit: "B"}]))
    assert_linear(table(type="jsonl"), lambda size: json.dumps({"town": repeat(unit, size), "partner": {unit: unit}}))


def test_a_json_document_of_many_names_and_of_many_levels() -> None:
    def records(size: int) -> str:
        return json.dumps([{f"a{number}": "", "town": "A"} for number in range(size // 20)])

    assert_linear(table(type="json"), records)
    for opening in ("[", '{"a":', '[{"a":['):
        assert_linear(table(type="json"), lambda size, opening=opening: repeat(opening, size))  # type: ignore[misc]


@pytest.mark.parametrize("unit", PLAIN.values(), ids=PLAIN)
def test_wikidata(unit: str) -> None:
    def entity(size: int) -> str:
        value = repeat(unit, size)
        snak = {"snaktype": "value", "datavalue": {"value": value}}
        claim = {"id": "Q1$a", "rank": "normal", "mainsnak": snak}
        names = {"de": {"language": "de", "value": value}}
        return json.dumps({"id": "Q1", "labels": names, "claims": {"P190": [claim], "P625": [claim]}})

    def binding(size: int) -> str:
        term = {"type": "literal", "value": repeat(unit, size)}
        return json.dumps(dict.fromkeys(("town", "statement", "property", "value", "rank"), term))

    assert_linear(table(type="wikidata_entities"), entity)
    assert_linear(table(type="wikidata_statements"), binding)


@pytest.mark.parametrize("unit", [*UNITS.values()], ids=UNITS)
def test_a_date(unit: str) -> None:
    for before in ("", "vor 1950 ", "1950 "):
        assert_linear(
            lambda text: parse_dates(pl.Series([text])),
            lambda size, before=before: repeat(unit, size, before, " 1950"),  # type: ignore[misc]
        )
        # In the formats of lists too: eras, years of two digits.
        for behind in (" 50", "昭和50"):
            assert_linear(
                lambda text: parse_dates(pl.Series([text]), DateFormat("ja", as_of=date(2026, 10, 1))),
                lambda size, before=before, behind=behind: repeat(unit, size, before, behind),  # type: ignore[misc]
            )
        # As long as a date may be.
        assert measure(lambda text: parse_dates(pl.Series([text])), repeat(unit, 1_900, before, " 1950")) < 0.5


def test_dates_of_a_column() -> None:
    def column(size: int) -> str:
        return "\n".join(f"{number} 5.{number % 12 + 1}.19{number % 100:02}" for number in range(size // 15))

    assert_linear(lambda text: parse_dates(pl.Series(text.split("\n"))), column)


@pytest.mark.parametrize("language", HEADINGS)
def test_a_line_as_long_as_it_may_be_is_read_in_a_moment(language: str) -> None:
    """The limits keep the rest linear, and so a line within them must be quick."""
    slow = {
        (name, start): seconds
        for name, unit in UNITS.items()
        for start in ("* ", "The town is twinned with ", "")
        for text in [repeat(unit, WIKITEXT.text_characters - 100, HEADINGS[language] + start, " x\n")]
        if (seconds := measure(lambda text: page(text, language), text)) > 0.5
        and (seconds := min(measure(lambda text: page(text, language), text) for _ in range(3))) > 0.5
    }
    assert slow == {}


@pytest.mark.parametrize("language", sorted({*languages()} - {*HEADINGS}))
def test_the_words_of_a_language(language: str) -> None:
    """Each word of a language's sentences, repeated, is read in a moment."""
    profile = load_profile(language)
    words = {word for pattern in profile.prose for word in _words(pattern.pattern)}
    reader = PageReader("A", "", profile)
    for word in sorted(words):
        text = repeat(f"{word} ", WIKITEXT.text_characters - 100)
        for pattern in profile.prose:
            assert measure(pattern.search, text) < 1, (language, word, pattern.pattern)
        assert measure(lambda text: reader._parse(text), text) < 1  # noqa: PLW0108 (its argument is positional)


def _words(pattern: str) -> list[str]:
    """Return the literal words of a pattern."""
    return [
        "".join(part)
        for part in pattern.translate(str.maketrans("()[]|?*+{}.^\\:<>=!", " " * 18)).split()
        if len(part) > 1
    ]
