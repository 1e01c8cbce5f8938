"""The files that are damaged: made-up ones of every format, and real ones where TWINTOWNS_SAMPLES names a folder."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import openpyxl

from pipeline.sources import BUILT_IN

ROOT = Path(__file__).parents[2]
#: Bytes of a real file that are taken, from its beginning.
_WINDOW = 6_000
_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".wiki": "wikitext",
    ".txt": "wikitext",
    ".xml": "pages_dump",
    ".xlsx": "excel",
}
_TABLE = [
    ["town", "partner", "partner_country", "start", "form", ""],
    ["Köln", "Liège", "Belgique", "1958", "P", "1"],
    ["Łódź", "Česká Třebová", "Česko", "12 mai 1962", "F", "2"],
    ["Halle (Saale)", "Karlsruhe / Oulu", "Suomi", "1987-06-03", "", "3"],
    ["上海", "横浜", "日本", "昭和48年11月30日", "P", "4"],
]
_STATEMENT = {
    "mainsnak": {"snaktype": "value", "datavalue": {"value": {"id": "Q2", "numeric-id": 2}}},
    "id": "Q1$a",
    "rank": "normal",
    "qualifiers": {
        "P580": [
            {
                "snaktype": "value",
                "datavalue": {
                    "value": {
                        "time": "+1967-06-03T00:00:00Z",
                        "precision": 11,
                        "calendarmodel": "http://www.wikidata.org/entity/Q1985727",
                    }
                },
            }
        ]
    },
    "references": [{"hash": "h", "snaks": {"P854": [{"snaktype": "value", "datavalue": {"value": "http://a.b"}}]}}],
}
_PLACE = {"latitude": 50.9, "longitude": 6.9, "globe": "http://www.wikidata.org/entity/Q2"}
_ENTITY = {
    "type": "item",
    "id": "Q1",
    "modified": "2024-01-01T00:00:00Z",
    "labels": {"de": {"language": "de", "value": "Köln"}},
    "aliases": {"de": [{"language": "de", "value": "Cölln"}]},
    "claims": {
        "P190": [_STATEMENT],
        "P625": [
            {
                "mainsnak": {"snaktype": "value", "datavalue": {"value": _PLACE}},
                "id": "Q1$b",
                "rank": "preferred",
            }
        ],
    },
    "sitelinks": [],
}
_WIKITEXT = """{{Infobox settlement|subdivision_type = Country|subdivision_name = [[Italy]]}}
== Twin towns ==
The town is [[Twin towns|twinned]] with [[Alba]] and [[Oulu]], Finland since 1967.<ref name="a">[http://a.b c]</ref>
;France
* {{flagicon|FRA}} [[Cahors]], France (1967)<ref name="a"/>
** signed on 5 May 1968<!-- council -->
* [[Figeac|Figeac town]] – Lot, since 12 May 1962 until 1990
{| class="wikitable"
! Town !! Country !! Since
|-
| rowspan="2" | [[Soest]] || {{NLD}} || 1973
|-
| '''[[Melle]]''' || Belgium || {{dts|1974|11|28}}
|}
== See also ==
"""
_PAGE = {"title": "Köln", "text": _WIKITEXT, "language": "en", "pageid": 1, "revid": 2}
_MANIFEST = {
    "source_id": "a",
    "file_name": "a.csv",
    "path": "a.csv/1",
    "sha256": "0" * 64,
    "byte_count": 1,
    "as_of_date": "2024-01-01",
    "url": None,
    "retrieved_at": None,
    "etag": '"x"',
    "licence": "CC0-1.0",
}
_DUMP = f"""<mediawiki xml:lang="en">
<page><title>Köln</title><ns>0</ns><id>1</id><revision><id>2</id>
<timestamp>2024-01-01T00:00:00Z</timestamp>
<text>{_WIKITEXT.replace("<", "&lt;")}</text></revision></page></mediawiki>"""
_BINDING = {
    "town": {"type": "uri", "value": "http://www.wikidata.org/entity/Q1"},
    "statement": {"type": "uri", "value": "http://www.wikidata.org/entity/statement/q1-a"},
    "property": {"type": "uri", "value": "http://www.wikidata.org/entity/P190"},
    "value": {"type": "uri", "value": "http://www.wikidata.org/entity/Q2"},
    "rank": {"type": "uri", "value": "http://wikiba.se/ontology#NormalRank"},
}
_DATES = (
    "1967\n12. Mai 1962\nkvěten 1999\n1980s\n20. Jahrhundert\n10/11 March 1972\nvor 1990\n昭和48年\nXII.1975\nca. 1985"
)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in _TABLE:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _lines(*records: object) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def make_seeds() -> dict[str, list[bytes]]:
    """Return files by what reads them."""
    records = [dict(zip(_TABLE[0], row, strict=True)) for row in _TABLE[1:]]
    entity = json.dumps(_ENTITY).encode()
    seeds = {
        "csv": ["\n".join(",".join(row) for row in _TABLE).encode(), b'town;partner\n"A, ""B""";C\n"x\ny";z\n'],
        "json": [
            json.dumps(records).encode(),
            b'{"results": {"bindings": [{"town": "A", "partner": ["B", {"c": 1}]}]}}',
        ],
        "jsonl": [_lines(*records)],
        "excel": [_workbook()],
        "wikitext": [_WIKITEXT.encode()],
        "wikipages": [_lines(_PAGE, _PAGE | {"title": "Twin towns in Italy"})],
        "entities": [entity, b"[\n" + entity + b",\n" + entity + b"\n]\n", b'{"entities": {"Q1": ' + entity + b"}}"],
        "bindings": [_lines(_BINDING, _BINDING)],
        "pages_dump": [_DUMP.encode()],
        "entities_dump": [b"[\n" + entity + b",\n" + entity + b"\n]\n"],
        "declaration": [path.read_bytes() for path in sorted(BUILT_IN.glob("*.toml"))],
        "manifest": [_lines(_MANIFEST, _MANIFEST)],
        "dates": [_DATES.encode()],
    }
    pages = sorted((ROOT / "tests/unit/fixtures/wikitext").rglob("*.wiki"))
    seeds["wikitext"] += [path.read_bytes()[:_WINDOW] for path in pages]
    if samples := os.environ.get("TWINTOWNS_SAMPLES"):
        for path in sorted(Path(samples).rglob("*")):
            if path.suffix in _SUFFIXES:
                content = path.read_bytes()
                seeds[_SUFFIXES[path.suffix]].append(content if path.suffix == ".xlsx" else content[:_WINDOW])
    return seeds
