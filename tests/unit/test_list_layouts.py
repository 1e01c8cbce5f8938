"""Lists as people lay them out: every layout that a declaration can say, and what cannot be read is said."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from builders import account, declare, receive, values, workbook
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.errors import SourceError
from pipeline.gazetteer.countries import country_names
from pipeline.validate import Checked, check_source

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Names that no other text of these tests contains, and that are no country, no date and no word for "none".
TOWNS = ("Ulm", "Jinja", "Tatabánya", "Szczebrzeszyn", "Bad Säckingen", "L’Haÿ-les-Roses", "Ōtsu", "Київ", "Πάτρα")
names = st.sampled_from(TOWNS)


def read(*contents: str | bytes, **declared: Any) -> Checked:
    declaration = declare(**declared)
    return check_source(declaration, receive(declaration, *contents), country_names())


def links(checked: Checked) -> list[Any]:
    return values(checked.claims, "town_text", "partner_text")


def with_countries(checked: Checked) -> list[Any]:
    return values(checked.claims, "town_text", "partner_text", "partner_country_code")


def with_starts(checked: Checked) -> list[Any]:
    rows = checked.claims.select("partner_text", "start_date", "start_precision").sort("partner_text").rows()
    return [(partner, None if start is None else start.isoformat(), precision) for partner, start, precision in rows]


def findings(checked: Checked) -> set[tuple[str, str, str | None]]:
    return set(checked.findings.select("column_name", "rule", "raw_value").rows())


def rejects(checked: Checked) -> list[tuple[str, str]]:
    return checked.rejects.select("locator", "message").sort("locator").rows()


def refusal(*contents: str | bytes, **declared: Any) -> str:
    with pytest.raises(SourceError) as error:
        read(*contents, **declared)
    return str(error.value)


def text(*rows: Sequence[str], delimiter: str = ";") -> str:
    return "".join(delimiter.join(row) + "\n" for row in rows)


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def semicolons(**more: Any) -> dict[str, Any]:
    return {"format": {"delimiter": ";", **more}}


EXCEL: dict[str, Any] = {"files": [{"name": "a.xlsx"}]}
JSON: dict[str, Any] = {"files": [{"name": "a.json"}], "format": {"type": "json"}}
#: A wrong record is a reject, and no reason to refuse the file.
LENIENT: dict[str, Any] = {"expect": {"max_shifted_rows": 9, "max_rejected_share": 1}}
OBJECT = "is an object, where a text or a number is wanted; name what is meant within it, such as"
BINDINGS = [{"a": {"type": "literal", "value": "Köln"}, "b": {"type": "literal", "xml:lang": "fr", "value": "Lille"}}]
KUNTA: dict[str, Any] = {"town": "kunta", "partner": "kumppani"}


# Headers


def test_the_header_is_below_title_lines() -> None:
    content = "Liste der Städte\nStand; Oktober 2026\n\nOrt;Partner;Land\nUlm;Jinja;Uganda\n"
    checked = read(content, columns={"town": "Ort", "partner": "Partner", "partner_country": "Land"}, **semicolons())
    assert with_countries(checked) == [("Ulm", "Jinja", "UG")]
    assert checked.claims["locator"].item() == "line 5"


def test_title_lines_may_be_skipped_by_number() -> None:
    content = text(["Ort", "Partner"], ["Ulm", "New Ulm"], ["Ort", "Partner"], ["Aalen", "Tatabánya"])
    columns = {"town": "Ort", "partner": "Partner"}
    assert links(read(content, columns=columns, **semicolons(skip_lines=2))) == [("Aalen", "Tatabánya")]


def test_a_header_in_two_rows_of_a_sheet() -> None:
    content = workbook(
        ["Gemeinden im Kreis"], [], ["Gemeinde", "Partner", None, "Seit"], [None, "Ort", "Land", None],
        ["Ulm", "Jinja", "Uganda", 1990], [None, None, None, None], ["Ulm", "New Ulm", "USA", 1967],
        merge=["B3:C3"],
    )  # fmt: skip
    columns = {"town": "Gemeinde", "partner": "Partner / Ort", "partner_country": "Partner / Land", "start": "Seit"}
    checked = read(content, format={"type": "excel", "header_rows": 2}, columns=columns, **EXCEL)
    assert with_countries(checked) == [("Ulm", "Jinja", "UG"), ("Ulm", "New Ulm", "US")]
    assert values(checked.claims, "locator") == ["row 5", "row 7"]
    assert account(checked) == (2, 2, 0, 0, 2)


def test_a_header_in_three_rows() -> None:
    content = text(
        ["gmina", "miasto", "", ""],
        ["", "nazwa", "umowa", ""],
        ["", "", "rok", "forma"],
        ["Opole", "Roth", "1972", "umowa"],
    )
    columns = {"town": "gmina", "partner": "miasto / nazwa", "start": "miasto / umowa / rok"}
    checked = read(content, language="pl", columns=columns, **semicolons(header_rows=3))
    assert with_starts(checked) == [("Roth", "1972-01-01", "year")]


def test_blank_header_cells_are_numbered() -> None:
    content = text(["Miasto", "", "Kraj", ""], ["Toruń", "Getynga", "Niemcy", "x"])
    columns = {"town": "Miasto", "partner": "column_2", "partner_country": "Kraj"}
    assert with_countries(read(content, columns=columns, **semicolons())) == [("Toruń", "Getynga", "DE")]
    excel = workbook(["Miasto", None, "Kraj"], ["Toruń", "Getynga", "Niemcy"])
    assert links(read(excel, columns={"town": 1, "partner": 2}, format={"type": "excel"}, **EXCEL)) == [
        ("Toruń", "Getynga")
    ]


@pytest.mark.parametrize("partner", ["nom_2", 3])
def test_a_repeated_header_cell_has_a_number_or_a_place(partner: str | int) -> None:
    content = text(["nom", "pays", "nom", "pays"], ["Metz", "France", "Trèves", "Allemagne"])
    columns = {"town": "nom", "town_country": "pays", "partner": partner, "partner_country": 4}
    assert with_countries(read(content, columns=columns, **semicolons())) == [("Metz", "Trèves", "DE")]


def test_a_repeated_header_cell_that_is_meant_is_an_error() -> None:
    content = text(["nom", "ville", "nom"], ["Metz", "Trèves", "x"])
    message = refusal(content, columns={"town": "nom", "partner": "ville"}, **semicolons())
    assert "the header names 'nom' more than once; the others are read as nom_2" in message


def test_a_place_beyond_the_columns_is_an_error() -> None:
    message = refusal(text(["a", "b"], ["Ulm", "Jinja"]), columns={"town": "a", "partner": 5}, **semicolons())
    assert "has 2 columns, so none at place 5 (declared as columns.partner)" in message


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        pytest.param('"kunta" "kumppani"\n"1" "Turku" "Malmö"\n"2" "Vaasa" "Malmö"\n', {"delimiter": " "}, id="R"),
        pytest.param(
            "kunta\tkumppani\nx\tTurku\tMalmö\nx\tVaasa\tMalmö\n", {"type": "tsv", "row_names": True}, id="declared"
        ),
        pytest.param("kunta|kumppani|\nTurku|Malmö|\nVaasa|Malmö|\n", {"delimiter": "|"}, id="delimiters at line ends"),
        pytest.param("kunta|kumppani\nTurku|Malmö|\nVaasa|Malmö|\n", {"delimiter": "|"}, id="not in the header"),
        pytest.param(",kunta,kumppani\n0,Turku,Malmö\n1,Vaasa,Malmö\n", {}, id="pandas"),
    ],
)  # fmt: skip
def test_a_field_that_is_no_column_of_the_list(content: str, layout: dict[str, Any]) -> None:
    checked = read(content, language="fi", format=layout, columns=KUNTA)
    assert links(checked) == [("Turku", "Malmö"), ("Vaasa", "Malmö")]
    assert rejects(checked) == []


@pytest.mark.parametrize("sheets", ["*", ["Hessen", "Bayern"]])
def test_several_sheets_of_one_layout(sheets: str | list[str]) -> None:
    book = openpyxl.Workbook()
    for name, row in (("Hessen", ["Kassel", "Arnstadt"]), ("Bayern", ["Ulm", "Jinja"])):
        of_state = book.create_sheet(name)
        of_state.append(["Ort", "Partner"])
        of_state.append(row)
    book.remove(book.worksheets[0])
    stream = io.BytesIO()
    book.save(stream)
    columns = {"town": "Ort", "partner": "Partner", "town_region": "sheet"}
    checked = read(stream.getvalue(), columns=columns, format={"type": "excel", "sheet": sheets}, **EXCEL)
    assert values(checked.claims, "town_text", "town_region_text", "locator") == [
        ("Kassel", "Hessen", "sheet Hessen, row 2"), ("Ulm", "Bayern", "sheet Bayern, row 2"),
    ]  # fmt: skip


# Lines that are no rows


@pytest.mark.parametrize("layout", [{"comment": ["*", "Quelle"]}, {"skip_last_lines": 2}])
def test_notes_below_the_list(layout: dict[str, Any]) -> None:
    content = "Ort;Partner\nUlm;Jinja\n* ohne Ortsteile\nQuelle: Landkreis\n"
    columns = {"town": "Ort", "partner": "Partner"}
    assert account(read(content, columns=columns, **semicolons(**layout))) == (1, 1, 0, 0, 1)
    excel = workbook(["Ort", "Partner"], ["Ulm", "Jinja"], ["* ohne Ortsteile"], ["Quelle: Landkreis"])
    assert account(read(excel, columns=columns, format={"type": "excel", **layout}, **EXCEL)) == (1, 1, 0, 0, 1)


def test_a_note_that_nothing_declares_is_refused_with_its_line() -> None:
    message = refusal(
        "Ort;Partner\nUlm;Jinja\n* ohne Ortsteile\n", columns={"town": "Ort", "partner": "Partner"}, **semicolons()
    )
    assert "line 3: 1 fields where the header has 2" in message
    assert 'a note (name how it begins: comment = ["…"] under [format])' in message


def test_a_note_with_as_many_fields_is_a_reject() -> None:
    checked = read(
        "Ort;Partner\nUlm;Jinja\n1) ohne Ortsteile;\n", columns={"town": "Ort", "partner": "Partner"}, **semicolons()
    )
    assert rejects(checked) == [("line 3", "no partner is named")]


def test_rows_of_empty_cells_are_ignored() -> None:
    checked = read(
        text(["a", "b"], ["Ulm", "Jinja"], ["", " "], ["", ""], ["Aalen", "Kerch"]),
        columns={"town": "a", "partner": "b"},
        **semicolons(),
    )
    assert account(checked) == (4, 2, 0, 2, 2)


# Blank cells that repeat the one above


def test_blank_cells_are_filled_down_and_blank_rows_are_not() -> None:
    content = text(
        ["kraj", "obec", "partner"], ["Vysočina", "Třebíč", "Horn"], ["", "", "Oschatz"], ["", "", ""],
        ["", "Jihlava", "Heidenheim"],
    )  # fmt: skip
    columns = {"town": "obec", "town_region": "kraj", "partner": "partner"}
    checked = read(content, language="cs", columns=columns, **semicolons(fill_down=["kraj", "obec"]))
    assert links(checked) == [("Jihlava", "Heidenheim"), ("Třebíč", "Horn"), ("Třebíč", "Oschatz")]
    assert set(checked.claims["town_region_text"]) == {"Vysočina"}
    assert account(checked) == (4, 3, 0, 1, 3)


def test_merged_cells_of_a_sheet_are_filled_down() -> None:
    content = workbook(
        ["Kunta", "Maa", "Kumppani"],
        ["Oulu", "Saksa", "Halle"],
        [None, None, "Leverkusen"],
        ["Lahti", "Japani", "Akita"],
        merge=["A2:A3", "B2:B3"],
    )
    columns = {"town": "Kunta", "partner": "Kumppani", "partner_country": "Maa"}
    checked = read(
        content, language="fi", columns=columns, format={"type": "excel", "fill_down": ["Kunta", 2]}, **EXCEL
    )
    assert with_countries(checked) == [("Lahti", "Akita", "JP"), ("Oulu", "Halle", "DE"), ("Oulu", "Leverkusen", "DE")]


def test_a_column_to_fill_that_is_not_there() -> None:
    message = refusal(
        text(["a", "b"], ["Ulm", "Jinja"]), columns={"town": "a", "partner": "b"}, **semicolons(fill_down=["obec"])
    )
    assert "has no column 'obec'; known: a, b (declared as format.fill_down)" in message


# Partners side by side


def test_groups_of_columns_side_by_side_in_a_sheet() -> None:
    content = workbook(
        ["Municipio", "Hermana 1", "País 1", "Hermana 2", "País 2"],
        ["Granada", "Aix-en-Provence", "Francia", "Coral Gables", "Estados Unidos"],
        ["Jaén", None, None, None, None],
    )
    groups = {"partner": "Hermana {n}", "partner_country": "País {n}"}
    checked = read(
        content, language="es", columns={"town": "Municipio"}, unpivot=groups, format={"type": "excel"}, **EXCEL
    )
    assert with_countries(checked) == [("Granada", "Aix-en-Provence", "FR"), ("Granada", "Coral Gables", "US")]
    assert account(checked) == (2, 1, 0, 1, 2)


@pytest.mark.parametrize("partners", [["pierwsze", "drugie"], [2, 3]])
def test_lists_of_columns_side_by_side(partners: list[str | int]) -> None:
    content = text(
        ["gmina", "pierwsze", "drugie", "rok1", "rok2"],
        ["Opole", "Roth", "-", "1972", "-"],
        ["Brzeg", "Goslar", "Bourg-en-Bresse", "", "2001"],
    )
    checked = read(
        content, language="pl", columns={"town": "gmina"}, unpivot={"partner": partners, "start": ["rok1", "rok2"]},
        unknown_markers=["-"], **semicolons(),
    )  # fmt: skip
    assert with_starts(checked) == [
        ("Bourg-en-Bresse", "2001-01-01", "year"), ("Goslar", None, "unknown"), ("Roth", "1972-01-01", "year"),
    ]  # fmt: skip


def test_a_group_without_a_name_is_a_finding() -> None:
    content = text(["gmina", "p1", "y1", "p2", "y2"], ["Opole", "", "1990", "Roth", "1991"])
    checked = read(content, columns={"town": "gmina"}, unpivot={"partner": "p{n}", "start": "y{n}"}, **semicolons())
    assert with_starts(checked) == [("Roth", "1991-01-01", "year")]
    assert findings(checked) == {("partner", "part_of_row_rejected", None)}


def test_two_columns_of_which_one_is_meant_are_an_error() -> None:
    message = refusal(
        text(["a", "p1", "p2"], ["Opole", "Roth", "Ulm"]),
        columns={"town": "a", "partner": ["p1", "p2"]},
        **semicolons(),
    )
    assert "has 'p1' and 'p2', of which columns.partner means one; if they are side by side" in message
    assert "under [unpivot]" in message


def test_columns_side_by_side_that_are_not_there() -> None:
    message = refusal(
        text(["a", "p1"], ["Opole", "Roth"]), columns={"town": "a"}, unpivot={"partner": "partner{n}"}, **semicolons()
    )
    assert (
        "has no columns 'partner{n}', where {n} is a number (declared as unpivot.partner); it has 'a', 'p1'" in message
    )


@pytest.mark.parametrize(
    ("unpivot", "why"),
    [
        ({"partner": ["b", "c"], "start": ["d"]}, "which of it belongs to which of unpivot.partner is not known"),
        ({"partner": "b{n}", "start": ["d"]}, "which of it belongs to which of unpivot.partner is not known"),
        ({"partner": "b"}, "a pattern such as 'partner_{n}', or a list of columns"),
        ({"partner": "b{n}", "town": "a{n}"}, "is under [columns] too"),
    ],
)
def test_groups_that_do_not_fit_each_other_are_errors(unpivot: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError) as error:
        declare(columns={"town": "a"}, unpivot=unpivot)
    assert why in str(error.value)


# Nested JSON


def test_lists_two_deep_give_a_claim_an_item() -> None:
    colmar = {"n": "Colmar", "tw": [{"city": "Abingdon", "d": {"year": 1978}}, {"city": "Lucques", "d": None}]}
    document = {
        "data": {
            "regions": [
                {"name": "Alsace", "towns": [colmar, {"n": "Sélestat", "tw": []}]},
                {"name": "Lorraine", "towns": [{"n": "Metz", "tw": [{"city": "Trèves"}]}]},
            ]
        }
    }
    columns = {"town": "towns[].n", "town_region": "name", "partner": "towns[].tw[].city", "start": "towns.tw.d.year"}
    checked = read(
        as_json(document),
        language="fr",
        columns=columns,
        files=[{"name": "a.json"}],
        format={"type": "json", "records": "data.regions"},
    )
    assert values(checked.claims, "town_text", "town_region_text", "partner_text", "start_text") == [
        ("Colmar", "Alsace", "Abingdon", "1978"), ("Colmar", "Alsace", "Lucques", None),
        ("Metz", "Lorraine", "Trèves", None),
    ]  # fmt: skip
    assert (findings(checked), rejects(checked)) == (set(), [])


def test_json_lines_with_lists() -> None:
    lines = [{"a": "Köln", "b": [{"n": "Lille", "y": 1958}, {"n": "Turin"}]}, {"a": "Bonn", "b": []}]
    content = "\n\n".join(map(as_json, lines))
    columns = {"town": "a", "partner": "b.n", "start": "b.y"}
    checked = read(content, columns=columns, files=[{"name": "a.jsonl"}], format={"type": "jsonl"})
    assert with_starts(checked) == [("Lille", "1958-01-01", "year"), ("Turin", None, "unknown")]
    assert set(checked.claims["locator"]) == {"line 1"}
    assert account(checked) == (2, 1, 0, 1, 2)


def test_an_empty_list_beside_a_name_loses_nobody() -> None:
    records = [
        {"a": "Jena", "p": [{"n": "Porto", "y": []}, {"n": "Lugoj", "y": [1983]}]},
        {"a": "Ulm", "p": [{"n": "Jinja", "y": []}]},
        {"a": "Bonn", "p": []},
    ]
    checked = read(as_json(records), columns={"town": "a", "partner": "p.n", "start": "p.y"}, **JSON)
    assert links(checked) == [("Jena", "Lugoj"), ("Jena", "Porto"), ("Ulm", "Jinja")]
    assert account(checked) == (3, 2, 0, 1, 3)
    beside = [{"a": "Jena", "p": "Porto", "y": []}, {"a": "Ulm", "p": ["Jinja", "Kerch"], "y": []}]
    checked = read(as_json(beside), columns={"town": "a", "partner": "p", "start": "y"}, **JSON)
    assert links(checked) == [("Jena", "Porto"), ("Ulm", "Jinja"), ("Ulm", "Kerch")]


@pytest.mark.parametrize(
    ("partners", "years"), [(["Lille", "Turin"], [1958]), (["Lille"], [1958, 1959]), (["A", "B", "C"], [1, 2])]
)
def test_lists_beside_each_other_of_different_lengths_are_a_reject(partners: list[str], years: list[int]) -> None:
    records = [
        {"a": "Köln", "i": {"p": partners, "y": years}},
        {"a": "Bonn", "i": {"p": ["Oxford", "Minsk"], "y": [1947, 1993]}},
    ]
    checked = read(as_json(records), columns={"town": "a", "partner": "i.p", "start": "i.y"}, **JSON, **LENIENT)
    assert with_starts(checked) == [("Minsk", "1993-01-01", "year"), ("Oxford", "1947-01-01", "year")]
    [(locator, message)] = rejects(checked)
    assert locator == "record 1"
    assert message.endswith(f"different numbers of items: 'i.p' has {len(partners)}, 'i.y' has {len(years)}")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        pytest.param({"name": "Lille"}, f"'b' {OBJECT} 'b.name'", id="an object"),
        pytest.param([{"name": "Lille"}], f"'b[]' {OBJECT} 'b[].name'", id="objects in a list"),
        pytest.param(True, "no partner is named", id="true"),
        pytest.param([False], "no partner is named", id="false in a list"),
        pytest.param(5, "no partner is named", id="a number"),
        pytest.param(None, "no partner is named", id="null"),
        pytest.param("", "no partner is named", id="nothing"),
        pytest.param([None], "no partner is named", id="null in a list"),
    ],
)  # fmt: skip
def test_what_is_no_name_is_a_reject(value: object, path: str) -> None:
    records = [{"a": "Köln", "b": value}, {"a": "Bonn", "b": "Oxford"}]
    checked = read(as_json(records), columns={"town": "a", "partner": "b"}, **JSON, **LENIENT)
    assert links(checked) == [("Bonn", "Oxford")]
    assert rejects(checked) == [("record 1", path)]


@pytest.mark.parametrize("value", [{"x": "Lille"}, True, 7])
def test_what_is_no_name_among_names_is_told(value: object) -> None:
    records = [{"a": "Köln", "b": ["Turin", value]}, {"a": "Bonn", "b": "Oxford"}]
    checked = read(as_json(records), columns={"town": "a", "partner": "b"}, **JSON, **LENIENT)
    told = {rule for _, rule, _ in findings(checked)} | {message[:4] for _, message in rejects(checked)}
    assert told & {"part_of_row_rejected", "'b[]"}


def test_a_refused_json_says_what_to_name() -> None:
    message = refusal(as_json([{"a": "Köln", "b": {"name": "Lille"}}]), columns={"town": "a", "partner": "b"}, **JSON)
    assert "name what is meant under [columns]" in message
    assert "quote" not in message


@pytest.mark.parametrize(
    ("document", "columns", "layout"),
    [
        pytest.param({"Köln": ["Lille"], "Bonn": []}, {"town": "key", "partner": "value"}, {}, id="keyed by town"),
        pytest.param({"Köln": {"FR": ["Lille"]}}, {"town": "key", "partner": "value.FR"}, {}, id="keyed twice"),
        pytest.param({"Köln": [{"n": "Lille"}]}, {"town": "key", "partner": "value[].n"}, {}, id="keyed, objects"),
        pytest.param([["Köln", "Lille"]], {"town": 1, "partner": 2}, {}, id="arrays, by place"),
        pytest.param([["Köln", "Lille"]], {"town": "column_1", "partner": "column_2"}, {}, id="arrays, by number"),
        pytest.param([["Köln", "Lille", 3]], {"town": "t", "partner": "p"}, {"header": ["t", "p"]}, id="arrays, named"),
        pytest.param({"results": {"bindings": BINDINGS}}, {"town": "a", "partner": "b"}, {}, id="SPARQL"),
        pytest.param([{"a": "Köln", "b.c": "Lille"}], {"town": "a", "partner": "b.c"}, {}, id="a dot in a name"),
        pytest.param([{"p": {"n": "Köln"}, "q": {"n": "Lille"}}], {"town": "p.n", "partner": "q.n"}, {}, id="objects"),
    ],
)  # fmt: skip
def test_shapes_of_json(document: object, columns: dict[str, Any], layout: dict[str, Any]) -> None:
    checked = read(as_json(document), columns=columns, files=[{"name": "a.json"}], format={"type": "json", **layout})
    assert links(checked) == [("Köln", "Lille")]
    assert rejects(checked) == []


# GeoJSON and points


def feature(geometry: object, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def places(checked: Checked) -> dict[str, tuple[float | None, ...]]:
    columns = [f"{side}_{name}" for side in ("town", "partner") for name in ("latitude", "longitude")]
    return {row[0]: row[1:] for row in checked.claims.select("partner_text", *columns).rows()}


def test_a_point_is_of_the_town_that_the_feature_names() -> None:
    point = {"type": "Point", "coordinates": [6.17, 48.69]}
    features = [
        feature(point, ville="Nancy", j=[{"v": "Lublin"}, {"v": "Padoue"}]),
        feature(None, ville="Metz", j=[{"v": "Trèves"}]),
    ]
    document = as_json({"type": "FeatureCollection", "features": features})
    checked = read(document, language="fr", columns={"town": "ville", "partner": "j.v"}, **JSON)
    assert places(checked) == {
        "Lublin": (48.69, 6.17, None, None),
        "Padoue": (48.69, 6.17, None, None),
        "Trèves": (None,) * 4,
    }


def test_a_point_is_of_the_partner_where_one_town_has_them_all() -> None:
    area = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 0]]]}
    features = [feature({"type": "Point", "coordinates": [6.17, 48.69]}, v="Nancy"), feature(area, v="Karlsruhe")]
    document = as_json({"type": "FeatureCollection", "features": features})
    checked = read(document, columns={"partner": "v"}, constants={"town": "Padova"}, **JSON)
    assert places(checked) == {"Nancy": (None, None, 48.69, 6.17), "Karlsruhe": (None,) * 4}


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "LineString", "coordinates": [[139.7, 35.7], [-122.4, 37.8]]},
        {"type": "MultiPoint", "coordinates": [[139.7, 35.7], [-122.4, 37.8]]},
        {"type": "MultiLineString", "coordinates": [[[139.7, 35.7], [180, 40]], [[-180, 40], [-122.4, 37.8]]]},
    ],
)
def test_a_line_has_the_town_and_the_partner_at_its_ends(geometry: dict[str, Any]) -> None:
    document = as_json({"type": "FeatureCollection", "features": [feature(geometry, a="東京", b="San Francisco")]})
    checked = read(document, columns={"town": "properties.a", "partner": "b"}, **JSON)
    assert places(checked) == {"San Francisco": (35.7, 139.7, 37.8, -122.4)}


@pytest.mark.parametrize(
    "point",
    ["48.4, 9.99", "48.4;9.99", "(48.4 9.99)", "POINT(9.99 48.4)", "Point (9.99 48.4)", "POINT Z (9.99 48.4 500)"],
)
def test_points_of_a_town(point: str) -> None:
    columns = {"town": "a", "partner": "b", "town_point": "p", "partner_point": "q"}
    checked = read(text(["a", "b", "p", "q"], ["Ulm", "Jinja", f'"{point}"', ""]), columns=columns, **semicolons())
    assert places(checked) == {"Jinja": (48.4, 9.99, None, None)}
    assert findings(checked) == set()


@pytest.mark.parametrize("point", ["somewhere", "48,4 9,99", "POINT EMPTY"])
def test_a_point_that_cannot_be_read_is_a_finding(point: str) -> None:
    columns = {"town": "a", "partner": "b", "partner_point": "p"}
    checked = read(text(["a", "b", "p"], ["Ulm", "Jinja", point]), columns=columns, **semicolons())
    assert places(checked) == {"Jinja": (None,) * 4}
    assert findings(checked) == {("partner_point", "bad_coordinate", point)}


# Several names in one cell, and what stands with them


def split(cell: str, *signs: str, language: str = "de") -> list[Any]:
    content = text(["a", "b"], ["Metz", f'"{cell}"'])
    checked = read(
        content,
        language=language,
        columns={"town": "a", "partner": "b"},
        split={"partner": list(signs)},
        **semicolons(),
    )
    assert account(checked)[:4] == (1, 1, 0, 0)
    return values(checked.claims, "partner_text", "partner_country_text", "start_text")


def test_a_comma_before_a_country_parts_nothing_but_luxemburg_and_singapur_are_towns() -> None:
    cell = (
        "Luxemburg, Trier, Deutschland, Singapur, Gloucester (Vereinigtes Königreich, 1967), Hradec Králové, Tschechien"
    )
    assert split(cell, ", ") == [
        ("Gloucester", "Vereinigtes Königreich", "1967"), ("Hradec Králové", "Tschechien", None),
        ("Luxemburg", None, None), ("Singapur", None, None), ("Trier", "Deutschland", None),
    ]  # fmt: skip


def test_separators_within_brackets_part_nothing() -> None:
    cell = "Lille [Nord; Hauts-de-France]; Frankfurt (Oder); Neustadt (Aisch; Mittelfranken); "
    assert [name for name, *_ in split(cell, "; ")] == [
        "Frankfurt (Oder)", "Lille [Nord; Hauts-de-France]", "Neustadt (Aisch; Mittelfranken)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "language", "expected"),
    [
        ("Lille, 1958, Turin, 1959", "fr", [("Lille", None, "1958"), ("Turin", None, "1959")]),
        ("Lille, 12 mai 1958, Turin", "fr", [("Lille", None, "12 mai 1958"), ("Turin", None, None)]),
        ("Leuven (België), Gent", "nl", [("Gent", None, None), ("Leuven", "België", None)]),
        ("Wolfsberg (Avstrija) i Gliwice (PL)", "sl", [("Gliwice", "PL", None), ("Wolfsberg", "Avstrija", None)]),
        ("Kamnik – Slovenia, Trbovlje", "en", [("Kamnik", "Slovenia", None), ("Trbovlje", None, None)]),
    ],
)
def test_countries_and_dates_stay_with_their_names(cell: str, language: str, expected: list[Any]) -> None:
    assert split(cell, ", ", " i ", language=language) == expected


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("Lille (1958)", ("Lille", None, "1958")),
        ("Lille, France (depuis 1958)", ("Lille", "France", "depuis 1958")),
        ("Lille (France) - 1958", ("Lille", "France", "1958")),
        ("Lille, 12 mai 1958", ("Lille", None, "12 mai 1958")),
        ("Frankfurt (Oder), Allemagne", ("Frankfurt (Oder)", "Allemagne", None)),
        ("Trèves (Rhénanie)", ("Trèves (Rhénanie)", None, None)),
        ("Tbilissi (Georgia)", ("Tbilissi (Georgia)", None, None)),
        ("Luxembourg", ("Luxembourg", None, None)),
        ("Portland, OR", ("Portland, OR", None, None)),
    ],
)
def test_a_country_or_a_date_behind_a_name(cell: str, parts: tuple[str | None, ...]) -> None:
    checked = read(
        text(["a", "b"], ["Metz", f'"{cell}"']), language="fr", columns={"town": "a", "partner": "b"}, **semicolons()
    )
    assert values(checked.claims, "partner_text", "partner_country_text", "start_text") == [parts]


def test_what_the_row_states_is_not_taken_from_the_name() -> None:
    content = text(
        ["a", "b", "c", "s"], ["Metz", "Lille (Belgique)", "France", ""], ["Metz", "Trèves (1957)", "", "1958"]
    )
    columns = {"town": "a", "partner": "b", "partner_country": "c", "start": "s"}
    checked = read(content, language="fr", columns=columns, **semicolons())
    assert values(checked.claims, "partner_text", "partner_country_text", "start_text") == [
        ("Lille (Belgique)", "France", None), ("Trèves (1957)", None, "1958"),
    ]  # fmt: skip


def test_codes_in_brackets_are_countries_only_where_all_of_them_are() -> None:
    def partners(*cells: str) -> list[Any]:
        rows = [["Sondrio", cell] for cell in cells]
        return values(
            read(text(["a", "b"], *rows), language="it", columns={"town": "a", "partner": "b"}, **semicolons()).claims,
            "partner_text",
            "partner_country_text",
        )

    assert partners("Sindelfingen (DE)", "Gliwice (PL)") == [("Gliwice", "PL"), ("Sindelfingen", "DE")]
    provinces = ["Albino (BG)", "Chiavenna (SO)", "Tirano (SO)"]
    assert partners(*provinces) == [(name, None) for name in provinces]
    assert partners("Lecco (LC)", "Albino (BG)", "Mülheim (DE)")[1] == ("Lecco (LC)", None)


def test_a_region_behind_a_slash() -> None:
    checked = read(
        text(["a", "b"], ["Reutte", "Oroville/Washington (USA)"]), columns={"town": "a", "partner": "b"}, **semicolons()
    )
    assert values(checked.claims, "partner_text", "partner_region_text", "partner_country_code") == [
        ("Oroville", "Washington", "US")
    ]


def test_patterns_with_named_groups() -> None:
    content = text(
        ["a", "b"], ["Wien, AT", "FRA: Lille (1958) @ 50.63/3.06"], ["Graz, AT", "GBR: Coventry"], ["Linz", "Passau"]
    )
    parts = {
        "town": r"(?<name>[^,]+), (?<country>[A-Z]{2})",
        "partner": r"(?<country>[A-Z]{3}): (?<name>[^(]+?)(?: \((?<start>\d{4})\))?"
        r"(?: @ (?<latitude>[\d.]+)/(?<longitude>[\d.]+))?",
    }  # fmt: skip
    checked = read(content, columns={"town": "a", "partner": "b"}, parts=parts, **semicolons())
    columns = ("town_text", "town_country_code", "partner_text", "partner_country_code", "start_text")
    assert values(checked.claims, *columns) == [
        ("Graz", "AT", "Coventry", "GB", None), ("Linz", None, "Passau", None, None),
        ("Wien", "AT", "Lille", "FR", "1958"),
    ]  # fmt: skip
    assert places(checked)["Lille"] == (None, None, 50.63, 3.06)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        (
            {"partner": r"(.+) \((?<country>..)\)"},
            "parts.partner: the pattern has no group that is the name: (?<name>…)",
        ),
        ({"partner": r"(?<name>.+) \((?<land>..)\)"}, "parts.partner: the group 'land' is not known"),
        ({"start": r"(?<name>.+)"}, "parts 'start' is not known"),
        ({"partner": r"(?<name>.+"}, "not a regular expression"),
    ],
)
def test_patterns_that_are_none(parts: dict[str, str], why: str) -> None:
    with pytest.raises(ValidationError) as error:
        declare(parts=parts)
    assert why in str(error.value)


# Identifiers of the list's own


def test_identifiers_lead_to_names_countries_and_coordinates() -> None:
    columns = {
        "id": "kode",
        "name": "navn",
        "country": "land",
        "latitude": "bredde",
        "longitude": "lengde",
        "region": "fylke",
    }
    checked = read(
        "fra,til,navn\nk1,k2,\nk1,k9,\n,k2,Bergen\nk3,k2,\n",
        "kode,navn,land,bredde,lengde,fylke\n"
        "k1,Volda,Norge,62.1,6.07,Møre og Romsdal\nk2,Västervik,Sverige,57.7,16.6,\n"
        "k1,Again,Norge,1,1,\nk3,,Norge,,,\n",
        language="nb",
        files=[{"name": "a.csv"}, {"name": "k.csv", "holds": "names", "columns": columns}],
        columns={"town_key": "fra", "partner_key": "til", "town": "navn"},
        lookup={"file": "k.csv", "column": "key"},
    )
    assert links(checked) == [("Bergen", "Västervik"), ("Volda", "Västervik"), ("Volda", "k9"), ("k3", "Västervik")]
    assert findings(checked) == {("partner", "unknown_key", "k9"), ("town", "unknown_key", "k3")}
    first = checked.claims.filter(checked.claims["locator"] == "line 2")
    columns_of_first = ("town_country_code", "town_region_text", "town_latitude", "partner_latitude")
    assert first.select(columns_of_first).row(0) == ("NO", "Møre og Romsdal", 62.1, 57.7)


def test_identifiers_that_nothing_explains_are_findings() -> None:
    checked = read("fra,til\nk1,k2\n", columns={"town_key": "fra", "partner_key": "til"})
    assert links(checked) == [("k1", "k2")]
    assert findings(checked) == {("town", "unknown_key", "k1"), ("partner", "unknown_key", "k2")}


# Cells that say that there is nobody, and remarks


@pytest.mark.parametrize(
    "cell",
    [
        "keine", "Keine Partnerstädte", "–", "aucun jumelage", "néant", "nessun gemellaggio", "sin hermanamientos",
        "brak", "brak miast partnerskich", "nincs testvérváros", "ingen vänort", "ei ystävyyskaupunkeja",
        "geen", "žádné",
        "нет", "немає", "なし", "None",
    ],
)  # fmt: skip
def test_a_cell_that_says_there_is_no_partner_is_ignored(cell: str) -> None:
    checked = read(
        text(["a", "b"], ["Horn", cell], ["Waidhofen", "Telč"]), columns={"town": "a", "partner": "b"}, **semicolons()
    )
    assert links(checked) == [("Waidhofen", "Telč")]
    assert account(checked) == (2, 1, 0, 1, 1)
    assert findings(checked) == {("partner", "states_none", cell)}


@pytest.mark.parametrize("cell", ["None", "Nienburg", "Keinton Mandeville", "No", "Sens", "Nove"])
def test_a_town_that_is_called_so_or_begins_so_is_one(cell: str) -> None:
    columns = {"town": "a", "partner": "b", "partner_country": "c"}
    checked = read(text(["a", "b", "c"], ["Horn", cell, "Italien"]), columns=columns, **semicolons())
    assert links(checked) == [("Horn", cell)]


@pytest.mark.parametrize(
    ("remark", "status", "end"),
    [
        ("2019 einvernehmlich beendet", "ended", 2019), ("rompu en 1999", "ended", 1999), ("zerwana", "ended", None),
        ("jumelage suspendu depuis 2022", "suspended", 2022), ("zwei Urkunden", "unknown", None),
        ("1990 geschlossen, 2004 beendet", "ended", None),
    ],
)  # fmt: skip
def test_a_status_and_an_end_in_a_remark(remark: str, status: str, end: int | None) -> None:
    columns = {"town": "a", "partner": "b", "note": "n"}
    claims = read(text(["a", "b", "n"], ["Retz", "Rötz", remark]), columns=columns, **semicolons()).claims
    assert claims["status"].cast(str).item() == status
    assert (claims["end_date"].item() and claims["end_date"].item().year) == end


# Encodings


@pytest.mark.parametrize(
    ("content", "encoding", "guess"),
    [
        ("Miasto;Partner\nŁódź;Żory\nGdańsk;Świnoujście\n", "cp1250", "cp1250"),
        ("Miasto;Partner\n札幌市;ポートランド\n", "cp932", "cp932"),
        ("Miasto;Partner\nΠάτρα;Λεμεσός\n", "cp1253", "cp1253"),
        ("Miasto;Partner\nКиїв;Одеса\n", "cp1251", "cp1251"),
    ],
)
def test_the_encoding_that_fits_is_named_in_the_error(content: str, encoding: str, guess: str) -> None:
    message = refusal(content.encode(encoding), columns={"town": "Miasto", "partner": "Partner"}, **semicolons())
    assert message.endswith(f'(encoding = "{guess}" fits)')


# Any list

lists = st.lists(st.tuples(names, names).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=6, unique=True)


@settings(max_examples=25)
@given(lists, st.integers(0, 5), st.sampled_from([";", "\t", "|"]))
def test_title_lines_above_any_list_change_nothing(rows: list[tuple[str, str]], count: int, delimiter: str) -> None:
    titles = [f"Liste {number} der Orte" for number in range(count)]
    body = text(["Ort", "Partner"], *rows, delimiter=delimiter)
    declared: dict[str, Any] = {"columns": {"town": "Ort", "partner": "Partner"}, "format": {"delimiter": delimiter}}
    plain, titled = read(body, **declared), read("".join(f"{title}\n" for title in titles) + body, **declared)
    assert links(titled) == links(plain) == sorted(rows)
    assert account(titled) == account(plain)


@settings(max_examples=25)
@given(st.dictionaries(names, st.lists(st.tuples(names, st.integers(1900, 2020)), max_size=4), min_size=1, max_size=4))
def test_any_list_reads_alike_wide_long_filled_down_and_nested(towns: dict[str, list[tuple[str, int]]]) -> None:
    towns = {town: sorted({each for each in partners if each[0] != town}) for town, partners in towns.items()}
    pairs = [(town, *partner) for town, partners in towns.items() for partner in partners]
    if not pairs:
        return
    long = {"columns": {"town": "t", "partner": "p", "start": "s"}}
    header = ["t", "p", "s"]
    expected = values(
        read(text(header, *[(t, p, str(s)) for t, p, s in pairs]), **long, **semicolons()).claims,
        "town_text",
        "partner_text",
        "start_text",
    )
    filled = [("" if index and pairs[index - 1][0] == t else t, p, str(s)) for index, (t, p, s) in enumerate(pairs)]
    width = max(map(len, towns.values()))
    wide = [
        [town, *(cell for p, s in partners for cell in (p, str(s))), *([""] * (2 * (width - len(partners))))]
        for town, partners in towns.items()
    ]
    groups = {"partner": "p{n}", "start": "s{n}"}
    records = [{"t": town, "l": [{"p": p, "s": s} for p, s in partners]} for town, partners in towns.items()]
    for checked in (
        read(text(header, *filled), **long, **semicolons(fill_down=["t"])),
        read(
            text(["t", *(f"{ours}{n}" for n in range(width) for ours in "ps")], *wide),
            columns={"town": "t"},
            unpivot=groups,
            **semicolons(),
        ),
        read(as_json(records), columns={"town": "t", "partner": "l.p", "start": "l.s"}, **JSON),
    ):
        assert values(checked.claims, "town_text", "partner_text", "start_text") == expected
        assert rejects(checked) == []


pieces = st.tuples(
    names,
    st.sampled_from(["", " (Oder)", " (Nord; Süd)", " [a, b]", " (1967)", " (DE, 1971)", ", Polen", " seit 1968"]),
)


@settings(max_examples=30)
@given(st.lists(pieces, min_size=1, max_size=5), st.sampled_from([", ", "; ", " / "]))
def test_no_name_of_a_cell_is_lost(cells: list[tuple[str, str]], sign: str) -> None:
    content = text(["a", "b"], ["Xanten", '"' + sign.join(map("".join, cells)) + '"'])
    checked = read(content, columns={"town": "a", "partner": "b"}, split={"partner": [sign]}, **semicolons())
    found = checked.claims["partner_text"].to_list()
    for name, _ in cells:
        assert any(each == name or each.startswith((f"{name} (", f"{name} [")) for each in found), (name, found)
    assert len(found) == len(cells)
