"""The wikitext reader beside the same reading with mwparserfromhell alone: `python -m benchmarks.wikitext`.

The corpus is made here: articles of some 40 kB, a share of which has a twinning section. Both read the same partners;
the figures are seconds of processor time.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from typing import Any

import mwparserfromhell

from pipeline.readers.raw_rows import VALUE_SEPARATOR
from pipeline.readers.wikitext.reader import read_wikipages
from pipeline.sources import Format

_PARAGRAPH = (
    "'''{0}''' è un [[comune italiano]] di {1} abitanti<ref>{{{{cita web|url=http://www.example.it/{1}|"
    "titolo=Bilancio|accesso=1 maggio 2015}}}}</ref> della [[provincia di {0}]], "
    "noto per la [[chiesa di San {0}|chiesa]] e il ''palio''. "
)
_SECTION = """
== Gemellaggi ==
{0} è [[Gemellaggio|gemellata]] con:
{{{{div col}}}}
* {{{{Gemellaggio|Francia|Parigi|1956}}}}<ref name="g" />
* {{{{Bandiera|Croazia}}}} [[Spalato]], [[Croazia]], dal [[1970]]
* {{{{Bandiera|DEU}}}} [[Kassel]], [[Germania]]
{{{{div col end}}}}
"""


def make_pages(count: int, share: float) -> list[dict[str, Any]]:
    """Return articles, `share` of which have a twinning section."""
    dice = random.Random(1)
    pages = []
    for number in range(count):
        name = f"Comune {number}"
        body = "".join(
            f"\n== Parte {part} ==\n" + _PARAGRAPH.format(name, dice.randrange(10_000, 99_999)) * 16
            for part in range(8)
        )
        has_section = number < count * share
        pages.append({"language": "it", "title": name, "text": body + (_SECTION.format(name) if has_section else "")})
    return pages


def read_with_parser(pages: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Read the same pages with mwparserfromhell alone; return town and partner."""
    partners = set()
    for page in pages:
        for section in mwparserfromhell.parse(page["text"]).get_sections(matches="Gemellaggi", include_headings=False):
            for line in str(section).split("\n"):
                if not line.startswith("*"):
                    continue
                code = mwparserfromhell.parse(line)
                twins = [template for template in code.filter_templates() if template.name.matches("Gemellaggio")]
                name = str(twins[0].get(2).value) if twins else str(code.filter_wikilinks()[0].title)
                partners.add((page["title"], name))
    return partners


def read_with_ours(pages: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Read the pages with the reader; return town and partner."""
    content = "\n".join(json.dumps(page) for page in pages).encode()
    rows = read_wikipages(content, Format(type="wikipages", language="it"), "bench").rows
    named = rows.select("town", "partner").filter(rows["partner"] != "")
    return {(town, name) for town, names in named.iter_rows() for name in names.split(VALUE_SEPARATOR)}


def compare(count: int) -> list[dict[str, Any]]:
    """Read `count` articles with both, for some shares that have a section; return a row for each share.

    Returns:
        `pages`, `share`, `mb` (of text), `reader_seconds`, `parser_seconds` (of processor time), `same` (partners).
    """
    read_with_ours(make_pages(1, 1))  # loads profiles and country names
    rows = []
    for share in (0.05, 0.5, 1.0):
        pages = make_pages(count, share)
        start = time.process_time()
        ours = read_with_ours(pages)
        middle = time.process_time()
        theirs = read_with_parser(pages)
        end = time.process_time()
        rows.append(
            {
                "pages": len(pages), "share": share,
                "mb": round(sum(len(page["text"].encode()) for page in pages) / 1e6, 1),
                "reader_seconds": round(middle - start, 3), "parser_seconds": round(end - middle, 3),
                "same": ours == theirs,
            }
        )  # fmt: skip
    return rows


def main() -> int:
    """Run both and print seconds and their ratio."""
    parser = argparse.ArgumentParser(description="the wikitext reader beside mwparserfromhell")
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    rows = compare(options.pages)
    if options.json:
        print(json.dumps(rows))
        return 0
    print(f"{'pages':>7} {'with':>5} {'MB':>6} {'reader s':>9} {'parser s':>9} {'ratio':>6}  same")
    for row in rows:
        print(
            f"{row['pages']:>7} {row['share']:>5.0%} {row['mb']:>6.1f} {row['reader_seconds']:>9.2f} "
            f"{row['parser_seconds']:>9.2f} {row['parser_seconds'] / row['reader_seconds']:>6.0f}  {row['same']}"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
