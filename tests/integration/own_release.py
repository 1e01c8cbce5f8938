"""A release of sources of our own, and what reads its exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
from small import with_small_gazetteer

from pipeline.build import build
from pipeline.cli import main
from pipeline.sources.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

DECLARATION = """\
title = "{title}"
publisher = "Town hall"
url = "https://example.org/{name}"
licence = "{licence}"
family = "{family}"
language = "de"
kind = "{kind}"
authority = "register"
directions = "one"
listed_means = "active"
as_of = 2020-12-31
enabled = {enabled}
files = [{{ name = "links.csv" }}]
[format]
encoding = "utf-8"
[columns]
town = "town"
town_country = "c1"
town_wikidata_id = "q1"
partner = "partner"
partner_country = "c2"
partner_wikidata_id = "q2"
start = "start"
end = "end"
status = "status"
note = "note"
[codes.status]
ended = "ended"
active = "active"
[constants]
form = "partnership"
"""
HEADER = "town,c1,q1,partner,c2,q2,start,end,status,note\n"
FORMULA = '=HYPERLINK("http://evil.example","x")'
OPEN = f"""\
Coburg,DE,Q3126,Oudenaarde,BE,Q12994,12.05.1974,,active,
Köln,DE,Q365,Lille,FR,Q648,1958,,active,
Celle,DE,Q14857,Meudon,FR,Q192080,03/1999,,active,
Weimar,DE,Q3955,Blois,FR,Q160927,1995,2010,ended,
Dresden,DE,Q1731,Coventry,GB,Q6225,1959,,active,
"{FORMULA.replace('"', '""')}",XX,,Berlin,DE,Q64,1990,,active,-5
Racibórz,PL,,Opava,CZ,,29.02.1992,,active,
"<b>&""Ort""\x07x",DE,,Berlin,DE,Q64,1991,,active,@x
"""
SOURCES = {
    "open_register": ("CC0-1.0", "open_register", "register", "true", OPEN),
    "shy_register": ("CC0-1.0", "shy", "register", "false", "Bologna,IT,Q1891,Zagreb,HR,Q1435,1963,,active,\n"),
    "closed_register": (
        "CC BY 4.0", "closed", "register", "true", "Tampere,FI,Q40840,Klaipėda,LT,Q776965,1979,,active,\n",
    ),
    "own_wikidata": ("CC0-1.0", "wikidata", "reference", "false", "Coventry,GB,Q6225,Dresden,DE,Q1731,,,active,\n"),
}  # fmt: skip


def make_own(folder: Path) -> None:
    """Make `sources/`, and build them into `out/`."""
    (folder / "sources").mkdir()
    with with_small_gazetteer():
        for name, (licence, family, kind, enabled, rows) in SOURCES.items():
            text = DECLARATION.format(
                title=name, name=name, licence=licence, family=family, kind=kind, enabled=enabled
            )  # fmt: skip
            (folder / "sources" / f"{name}.toml").write_text(text)
            (folder / "links.csv").write_text(HEADER + rows)
            assert main(
                ["import", name, str(folder / "links.csv"), "--raw", str(folder / "raw"),
                 "--sources", str(folder / "sources")]
            ) == 0  # fmt: skip
        settings = Settings(
            raw=folder / "raw", out=folder / "out", sources=(folder / "sources",), only=frozenset(SOURCES)
        )  # fmt: skip
        build(settings)


def export(out: Path, *options: str) -> int:
    return main(["export", "--out", str(out), *options])


def ask(out: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(out / "current" / "twintowns.duckdb", read_only=True) as connection:
        return connection.sql(sql).fetchall()
