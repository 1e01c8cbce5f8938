"""Which column of a small list `declare` takes for what."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from pipeline.declare.draft import identifier
from pipeline.declare.drafting import draft_declaration
from pipeline.errors import SourceError
from pipeline.sources import load_editions

if TYPE_CHECKING:
    from pathlib import Path


def draft(tmp_path: Path, name: str, content: str | Workbook) -> dict[str, Any]:
    """Return the draft of a list, which is a declaration that can be loaded."""
    path = tmp_path / name
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        content.save(path)
    toml = draft_declaration(path, None, None, force=True)
    assert toml is not None
    load_editions(toml)
    return tomllib.loads(toml.read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "ort;breite;lange;partnerort;breite_partner;lange_partner\nGraz;47.07;15.44;Pula;44.87;13.85\n",
            {"town_latitude": "breite", "partner_latitude": "breite_partner", "partner_longitude": "lange_partner"},
        ),
        (
            "city;twin;coordinates\nLeeds;Lille;53.80, -1.55\nYork;Dijon;53.96, -1.08\nHull;Reykjavik;53.74, -0.33\n",
            {"town_point": "coordinates"},
        ),
        (
            "city;country;lat;lon;twin;twin country\nBrno;CZ;49.20;16.61;Leipzig;DE\nPlzen;CZ;49.74;13.37;Limoges;FR\n",
            {"town_latitude": "lat", "town_country": "country", "partner_country": "twin country"},
        ),
        (
            "place;partner town;address\nLeeds;Brno;x\nLeeds;Durban;y\n",
            {"town": "place", "partner": "partner town"},
        ),
        (
            "Comune;Comune gemellato;Luogo\nTorino;Arlington;Arlington, 76014, Texas, United States\n",
            {"town": "Comune", "partner": "Comune gemellato"},
        ),
        (
            "Ort;Partnerort;Staat\nGraz;Pula;Kroatien\nWien, Bezirk Hietzing;Brest;Frankreich\nLinz;Brno;Tschechien\n",
            {"town": "Ort", "partner": "Partnerort", "partner_country": "Staat"},
        ),
        (
            "City1;Country1;City2;Country2;H1;H2\nLahti;Finland;Pécs;Hungary;0;1\nVaasa;Finland;Kiel;Germany;1;0\n",
            {"town": "City1", "partner": "City2", "town_country": "Country1", "partner_country": "Country2"},
        ),
        (
            "Comune (Prov.);Comune gemellato;Data gemellaggio\nParma (PR);Worms;12-gen-84\nPadova (PD);Nancy;64\n",
            {"town": "Comune (Prov.)", "partner": "Comune gemellato", "start": "Data gemellaggio"},
        ),
        (
            "Stad;Zusterstad\nDelft;Jena (DE, 1994)\nUtrecht;Brno (CZ, 1993)\nTilburg;Lublin (PL, 1999)\n",
            {"town": "Stad", "partner": "Zusterstad"},
        ),
    ],
)
def test_columns(tmp_path: Path, text: str, expected: dict[str, str]) -> None:
    columns = draft(tmp_path, "some.csv", text)["columns"]
    assert expected.items() <= columns.items()


def test_a_point_that_is_the_same_for_a_town_is_the_towns(tmp_path: Path) -> None:
    text = "city;twin;lat;lon\n" + "".join(f"Xyzzy {n % 2};{t};{n % 2}.55;1.22\n" for n, t in enumerate(
        ("Lille", "Brno", "Dijon", "Linz")))  # fmt: skip
    assert draft(tmp_path, "some.csv", text)["columns"]["town_latitude"] == "lat"


def test_sides_of_nested_records(tmp_path: Path) -> None:
    records = [
        {"name": town, "country": "DK", "twins": [{"name": name, "country": code} for name, code in twins]}
        for town, twins in (("Odense", [("Brno", "CZ"), ("Tampere", "FI")]), ("Aarhus", [("Bergen", "NO")]))
    ]
    assert draft(tmp_path, "some.json", json.dumps(records))["columns"] == {
        "town": "name", "town_country": "country", "partner": "twins.name", "partner_country": "twins.country",
    }  # fmt: skip
    lines = [{"a": {"city": "York", "iso": "GB"}, "b": {"city": "Dijon", "iso": "FR"}}] * 2
    columns = draft(tmp_path, "other.jsonl", "\n".join(map(json.dumps, lines)))["columns"]
    assert (columns["town"], columns["partner"], columns["partner_country"]) == ("a.city", "b.city", "b.iso")


def test_an_object_whose_keys_are_towns(tmp_path: Path) -> None:
    towns = {"Odense": [{"city": "Brno"}], "Aarhus": [{"city": "Bergen"}, {"city": "Kiel"}, {"city": "Turku"}]}
    found = draft(tmp_path, "some.json", json.dumps(towns))
    assert found["columns"] == {"town": "key", "partner": "value.city"}
    assert "records" not in found["format"]


@pytest.mark.parametrize(("name", "expected"), [("Städte.csv", "stadte"), ("2020-x.csv", "list_2020_x")])
def test_identifier(tmp_path: Path, name: str, expected: str) -> None:
    assert identifier(tmp_path / name) == expected


def test_blanks_are_filled_down_unless_another_column_says_otherwise(tmp_path: Path) -> None:
    text = "Gemeente;Zusterstad\nDelft;Jena\n;Aarau\n;Freiberg\nUtrecht;Brno\n;León\n"
    assert draft(tmp_path, "some.csv", text)["format"]["fill_down"] == ["Gemeente"]
    text = "Région;Ville;Ville jumelée\nAlsace;Colmar;Lucca\nBretagne;;Cork\nCorse;;Pisa\n"
    assert "fill_down" not in draft(tmp_path, "other.csv", text).get("format", {})


def test_the_header_and_the_sheet_of_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("Notes", 0)["A1"] = "see the other sheet"
    sheet = book.create_sheet("Twins")
    sheet["B1"] = "Twin towns"
    for row in (["Town", "Partner", None], [None, "Name", "Country"], ["Cork", "Rennes", "France"],
                ["Cork", "Cologne", "Germany"], ["Galway", "Lorient", "France"]):  # fmt: skip
        sheet.append([None, *row])
    found = draft(tmp_path, "some.xlsx", book)
    assert (found["format"]["sheet"], found["format"]["header_rows"]) == ("Twins", 2)
    assert found["columns"] == {"town": "Town", "partner": "Partner / Name", "partner_country": "Partner / Country"}


def test_a_column_a_town_is_refused(tmp_path: Path) -> None:
    text = "Oslo,Bergen,Trondheim\nGöteborg (Sverige),Aarhus (Danmark),Graz (Østerrike)\nKiel,Turku,Odense\n"
    with pytest.raises(SourceError, match="each column the partners of one"):
        draft(tmp_path, "some.csv", text)


def test_markers(tmp_path: Path) -> None:
    text = "town,partner,country,since\nLeeds,Lille,France,1968\nLeeds,Brno,Czechia,NA\nLeeds,Siegen,Germany,?\n"
    assert draft(tmp_path, "some.csv", text)["unknown_markers"] == ["", "?", "NA"]
    text = "town,partner,country\nLeeds,Lille,FR\nLeeds,Brno,CZ\nLeeds,Windhoek,NA\n"
    assert "unknown_markers" not in draft(tmp_path, "other.csv", text)


def test_years_in_two_digits_and_the_language_of_the_header(tmp_path: Path) -> None:
    found = draft(tmp_path, "some.csv", "Comune;Gemellato;Anno\nParma;Worms;84\nPadova;Nancy;64\n")
    assert found["language"] == "it"
    assert found["format"]["two_digit_years_from"] > 1900


def test_the_town_of_a_title(tmp_path: Path) -> None:
    text = "Zustersteden van Utrecht;;\nPlaats;Land;Sinds\nBrno;Tsjechië;1993\nLeón;Nicaragua;1983\n"
    assert draft(tmp_path, "some.csv", text)["constants"]["town"] == "Utrecht"


def test_lines_in_a_cell_are_names(tmp_path: Path) -> None:
    text = (
        'Ort;Partnerorte\nGraz;"Pula (HR), seit 1972\nPécs (HU), seit 1989"\nLinz;"Brno (CZ), seit 1990\nHalle, 1975"\n'
    )
    assert draft(tmp_path, "some.csv", text)["split"] == {"partner": ["\n"]}


def test_a_sign_in_few_cells_parts_nothing(tmp_path: Path) -> None:
    towns = ["Lahti", "Vaasa", "Turku", "Oulu", "Espoo", "Pori", "Kotka", "Lohja", "Imatra", "Kemi"]
    text = "city1;city2\n" + "".join(f"{town};Kiel\n" for town in towns) + "Bath, Oxford;Jena\n"
    found = draft(tmp_path, "some.csv", text)
    assert (found["columns"]["town"], "split" in found) == ("city1", False)


def test_a_continent_is_no_country(tmp_path: Path) -> None:
    text = "Gemeinde;Partnergemeinde;Land;Kontinent\nUlm;Jena;Deutschland;Europa\nTrier;Fort Worth;USA;Amerika\n"
    assert "town_country" not in draft(tmp_path, "some.csv", text)["columns"]
