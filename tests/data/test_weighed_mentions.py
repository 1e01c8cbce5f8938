"""Mentions by the kind of evidence that decides them: a hint in the text, a region, no country, a part of a town."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest

from pipeline.gazetteer.gazetteer import load_gazetteer

# The benchmarks are not installed: found whether pytest was started as a module or by its name.
sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.locate_sample import links_of, locate_links

#: Text, country, region; country, first-level division and name of the place, or none.
MENTIONS: dict[str, tuple[tuple[str, str | None, str | None], tuple[str, str | None, str] | None]] = {
    # What is printed with the name outweighs size.
    "state": (("Portland, Maine", "US", None), ("US", "ME", "Portland")),
    "state in brackets": (("Charleston (West Virginia)", "US", None), ("US", "WV", "Charleston")),
    "state in Japanese": (("コロンバス（ジョージア州）", "US", None), ("US", "GA", "Columbus")),
    "state and no country": (("Toledo, Oregon", None, None), ("US", "OR", "Toledo")),
    "country in the name": (("Santiago, Cape Verde", None, None), None),
    "country in the name, of a namesake": (("Cartagena, Colombia", None, None), ("CO", None, "Cartagena")),
    # Counties, and regions that contradict every place of the name.
    "county": (("Newport", "GB", "Isle of Wight"), ("GB", "ENG", "Newport")),
    "another county": (("Newport", "GB", "Shropshire"), ("GB", "ENG", "Newport")),
    "a county without such a town": (("Malton", "GB", "Devon"), None),
    "a region without such a town": (("Fürth", "DE", "Sachsen"), None),
    "Irish county": (("Kells", "IE", "County Meath"), ("IE", None, "Kells")),
    "Kreis": (("Fürth (Kreis Bergstraße)", "DE", None), ("DE", "05", "Fürth")),
    # A name without a country.
    "the only one": (("Tromsø", None, None), ("NO", None, "Tromsø")),
    "far larger than others": (("Mombasa", None, None), ("KE", None, "Mombasa")),
    "in another language": (("Florenz", None, None), ("IT", None, "Florence")),
    "several alike": (("San Fernando", None, None), None),
    # A part of a town is not the town.
    "part with a hyphen": (("Wien-Donaustadt", "AT", None), ("AT", None, "Donaustadt")),
    "borough": (("London Borough of Camden", "GB", None), ("GB", "ENG", "Camden Town")),
    "an unknown part": (("Oberwinkel (Wien)", "AT", None), None),
    # A name that only contains another.
    "two words": (("South Portland", "US", None), ("US", "ME", "South Portland")),
    "merged town": (("Sittard-Geleen", "NL", None), None),
}


@pytest.fixture(scope="module")
def located() -> pl.DataFrame:
    gazetteer = load_gazetteer()
    stated = pl.DataFrame(
        [[*said, f"Nowhere {number}", "XX"] for number, (said, _) in enumerate(MENTIONS.values())],
        schema=dict.fromkeys(("text", "country_code", "region", "partner_text", "partner_country_code"), pl.String),
        orient="row",
    )
    places = gazetteer.places.select("country_code", "admin1_code", "name", town_id="place_id")
    return (
        locate_links(links_of(stated), gazetteer)
        .select("town_id")
        .join(places, on="town_id", how="left", maintain_order="left")
    )


@pytest.mark.parametrize("number", range(len(MENTIONS)), ids=MENTIONS)
def test_the_place_that_is_meant(located: pl.DataFrame, number: int) -> None:
    _, expected = [*MENTIONS.values()][number]
    _, country, division, name = located.row(number)
    if expected is None:
        assert name is None
    else:
        assert (country, division if expected[1] else None, name) == expected
