"""Names of divisions: as hints of where a town lies, and their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipeline.gazetteer.gazetteer import load_gazetteer
from pipeline.gazetteer.names import search_key
from pipeline.gazetteer.regions import NAMES, SCHEMA, SEATS, bare_region, region_codes, regions

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def known_regions(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return regions(tmp_path_factory.mktemp("cache"))


HINTS = """
Bavaria|DE|02
Bayern|DE|02
Oberpfalz|DE|02
Toskana|IT|16
Piedmont|IT|12
Aosta Valley|IT|19
Nebraska|US|NE
NE|US|NE
British Columbia|CA|02
NSW|AU|02
Nottinghamshire|GB|ENG
West Dunbartonshire|GB|SCT
Deux-Sèvres|FR|75
Moselle|FR|44
Normandie|FR|28
Opole Voivodeship|PL|79
Lower Silesian Voivodeship|PL|72
Lviv Oblast|UA|15
Split-Dalmatia County|HR|15
Aichi|JP|01
Anhui|CN|01
Minas Gerais|BR|15
Kanton Zug|CH|ZG
Tirol|AT|07
"""


@pytest.mark.parametrize("line", HINTS.strip().splitlines())
def test_hints_lead_to_the_codes_of_geonames(line: str, known_regions: pl.DataFrame) -> None:
    name, country, admin1 = line.split("|")
    key = pl.DataFrame({"name": [name]}).select(bare_region(search_key(pl.col("name")))).item()
    divisions = known_regions.filter(pl.col("hint").is_in([key]) & (pl.col("country_code") == country))
    assert divisions["admin1_code"].unique().to_list() == [admin1]


def test_table(known_regions: pl.DataFrame, tmp_path: Path) -> None:
    assert known_regions.schema == SCHEMA
    assert known_regions.filter(pl.col("hint") == "").is_empty()
    assert not known_regions.select("hint", "iso_3166_2").is_duplicated().any()
    assert known_regions.equals(regions(tmp_path / "other"))
    assert known_regions.filter(pl.col("country_code") != pl.col("iso_3166_2").str.slice(0, 2)).is_empty()


def test_a_cache_that_cannot_be_written_is_not_used(known_regions: pl.DataFrame, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    assert regions(blocked).equals(known_regions)


def test_every_seat_lies_in_its_division() -> None:
    """Each code of GeoNames in the reviewed table is that of the town given as its proof."""
    seats = pl.read_csv(SEATS, infer_schema=False).with_columns(country_code=pl.col("iso_3166_2").str.slice(0, 2))
    places = load_gazetteer().places.select("country_code", "admin1_code", seat="name")
    assert seats.join(places, on=["country_code", "admin1_code", "seat"], how="anti").is_empty()
    assert not seats["iso_3166_2"].is_duplicated().any()


def test_reviewed_names_are_of_divisions_that_exist(known_regions: pl.DataFrame) -> None:
    names = pl.read_csv(NAMES, infer_schema=False)
    assert names.join(known_regions, on="iso_3166_2", how="anti").is_empty()
    assert set(names["relation"]) == {"same", "within"}
    assert not names.select("iso_3166_2", "name").is_duplicated().any()


def test_region_codes(known_regions: pl.DataFrame) -> None:
    cases = [
        ("Argeș County", "RO", "RO-AG"),
        ("Präfektur Aichi", None, "JP-23"),
        ("Dep. Correze", "FR", "FR-19"),
        ("Provence", "FR", None),
        ("Ulm", "DE", None),
        (None, "DE", None),
    ]
    schema = {"text": pl.String, "country_code": pl.String, "expected": pl.String}
    mentions = pl.DataFrame(cases, schema=schema, orient="row").with_row_index("mention")
    codes = region_codes(mentions.with_columns(key=search_key(pl.col("text"))), known_regions)
    expected = mentions.drop_nulls("expected").select("mention", "expected")
    assert codes.select("mention", "iso_3166_2").rows() == expected.rows()
