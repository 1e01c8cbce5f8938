"""The real sections, read line by line by a person: what stands there, and that no line of them is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipeline.readers.raw_rows import VALUE_SEPARATOR
from pipeline.readers.table import read_table
from pipeline.sources import Format, page_title

if TYPE_CHECKING:
    from pathlib import Path

#: For each file: how many partners a person counts, how many of these have a year, and how many lines are a partner's.
COUNTED = {
    "de/Boeblingen_section.wiki": (7, 7, 7),
    "en/Bodmin.txt": (3, 0, 1),
    "en/toronto.txt": (11, 9, 11),
    "it/Agrigento.wiki": (4, 0, 4),
    "it/Agropoli.wiki": (2, 0, 2),
    "it/Alba_Adriatica.wiki": (1, 1, 1),
    "it/Ancona.wiki": (6, 1, 6),
    "it/Arcevia.wiki": (1, 1, 1),
    "it/Assisi.wiki": (5, 0, 5),
    "it/Bastia_Umbra.wiki": (4, 4, 4),
    "it/Biella.wiki": (4, 0, 4),
    "it/Bolzano.wiki": (2, 1, 2),
    "it/Brescia.wiki": (6, 5, 6),
    "it/Bressanone.wiki": (3, 3, 3),
    "it/Caltagirone.wiki": (4, 0, 4),
    "it/Catania.wiki": (6, 4, 6),
    "it/Chicago.wiki": (24, 1, 24),
    "it/Corciano.wiki": (3, 0, 3),
    "nl/Antwerpen_section.wiki": (8, 8, 8),
}


def read(samples: Path, name: str) -> pl.DataFrame:
    path = samples / "wikitext" / name
    if not path.is_file():
        pytest.skip(f"no {path}")
    layout = Format(type="wikitext", language=name[:2], title=page_title(path.name))
    return read_table(path.read_bytes(), layout, name).rows


@pytest.mark.parametrize("name", COUNTED)
def test_partners_and_years_are_those_that_a_person_counts(samples: Path, name: str) -> None:
    rows = read(samples, name)
    named = rows.filter(pl.col("partner") != "")
    since = [text for cell in named["since"] for text in cell.split(VALUE_SEPARATOR)]
    countries = [text for cell in named["partner_country"] for text in cell.split(VALUE_SEPARATOR)]
    assert (len(since), len([text for text in since if text]), named.height) == COUNTED[name]
    assert all(countries)
    assert rows.filter((pl.col("line_kind") == "partner") & (pl.col("partner") == "")).is_empty()


def test_facts_that_are_easily_read_wrong(samples: Path) -> None:
    rows = pl.concat([read(samples, name) for name in COUNTED])
    assert rows.filter(pl.col("partner") == "Geleen").select("partner_country", "since").row(0) == (
        "Niederlande",
        "1962",
    )
    assert rows.filter(pl.col("partner") == "Ripacandida")["form"].to_list() == ["friendship"]
    assert rows.filter(pl.col("partner") == "Chili").select("partner_country", "partner_region").row(0) == (
        "Stati Uniti",
        "New York",
    )
    bodmin = rows.filter(pl.col("title") == "Bodmin", pl.col("partner") != "").row(0, named=True)
    assert bodmin["partner"].split(VALUE_SEPARATOR) == ["Bederkesa", "Grass Valley", "Le Relecq-Kerhuon"]
    assert bodmin["partner_country"].split(VALUE_SEPARATOR) == ["Germany", "United States", "France"]
    toronto = rows.filter(pl.col("title") == "toronto", pl.col("partner") != "")
    assert toronto["form"].to_list() == ["partnership"] * 6 + ["friendship"] * 5
