"""A list that nobody has seen before, added by a declaration alone: no Python, in other languages and formats."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from sites import starter_raw

from pipeline.build import build
from pipeline.dates import parse_dates
from pipeline.sources.settings import Settings
from pipeline.validate.places import _RULES
from schemas.statements import AwardStatements, ClaimStatements, FigureStatements, MemberStatements

if TYPE_CHECKING:
    from conftest import MadeOnce

ROOT = Path(__file__).parents[2]
RACIBORZ, OPAVA, WUPPERTAL, LIEVIN = "gn3087584", "gn3068927", "gn2805753", "gn2998431"

POLISH = """\
title = "Miasta partnerskie Raciborza"
publisher = "Urząd Miasta Racibórz"
url = "https://example.org/miasta"
licence = "CC0-1.0"
language = "pl"
kind = "register"
authority = "municipality"
directions = "one"
listed_means = "active"
as_of = 2020-12-31
unknown_markers = ["", "-", "brak danych"]
files = [{ name = "miasta.csv" }]

[format]
delimiter = ";"
encoding = "cp1250"

[columns]
town = "Gmina"
partner = "Miasto partnerskie"
partner_country = "Państwo"
start = "Data podpisania"
form = "Rodzaj"
note = "Uwagi"

[constants]
town_country = "PL"

[codes.form]
UP = "partnership"
LI = "friendship"
KR = "contact"

[split]
partner = [",", " i "]

[[ignore]]
column = "town"
pattern = "Razem.*"
reason = "the sum at the end"

[[suspect]]
column = "start"
values = ["1900"]
reason = "stands for unknown"
"""
POLISH_ROWS = """\
Gmina;Miasto partnerskie;Państwo;Data podpisania;Rodzaj;Uwagi
Racibórz;Opawa, Karwina;Czechy;12 maja 1992 r.;UP;dwie umowy
Racibórz;Rothenburg i Wuppertal;Niemcy;wrzesień 2002;LI;
Racibórz;Liévin;Francja;1996;XX;
Racibórz;Zugló;Węgry;1900;UP;
Racibórz;Roth;Niemcy;31 lutego 1994 r.;UP;
Racibórz;Kaliningrad;Rosja;-;KR;brak danych
Racibórz;;Słowacja;1999;UP;
Racibórz;Racibórz;PL;1999;UP;
Razem: 8;;;;;
"""


@dataclass(frozen=True)
class Made:
    """The tables that came of one source."""

    path: Path

    def __getitem__(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.path / f"{name}.parquet")

    @property
    def account(self) -> tuple[int, ...]:
        columns = ("rows_read", "rows_used", "rows_rejected", "rows_ignored", "claims_made")
        return self["ledger"].select(pl.col(columns).sum()).row(0)

    def claims_by_partner(self) -> dict[str, dict[str, Any]]:
        return {row["partner_text"]: row for row in self["claims"].iter_rows(named=True)}

    def findings(self) -> set[tuple[str | None, str, str, str | None, str]]:
        columns = ("locator", "column_name", "rule", "raw_value", "action")
        return set(self["findings"].select(columns).iter_rows())


def make(folder: Path, name: str, declaration: str) -> Made:
    (folder / f"{name}.toml").write_text(declaration, encoding="utf-8")
    settings = Settings(raw=folder / "raw", out=folder / "out", sources=(folder,), only=frozenset({name}))
    return Made(build(settings).published.path)


# A Polish municipality's list: semicolons, cp1250, several partners in a cell, dates in words, codes


def make_polish(folder: Path) -> None:
    (folder / "miasta.csv").write_bytes(POLISH_ROWS.replace("\n", "\r\n").encode("cp1250"))
    make(folder, "raciborz", POLISH)


@pytest.fixture(scope="session")
def polish(made_once: MadeOnce) -> Made:
    return Made((made_once("polish", make_polish) / "out" / "current").resolve())


def test_every_polish_row_is_accounted_for(polish: Made) -> None:
    assert polish.account == (9, 6, 2, 1, 8)


def test_polish_rejects_say_which_row_and_why(polish: Made) -> None:
    rejects = polish["rejects"].sort("locator").select("locator", "rules").rows()
    assert rejects == [("line 8", "partner_missing"), ("line 9", "self_twinned")]
    kept = json.loads(polish["rejects"].sort("locator")["row_json"][0])
    assert kept["Państwo"] == "Słowacja"


def test_polish_values_that_cannot_be_are_findings(polish: Made) -> None:
    assert polish.findings() >= {
        ("line 4", "form", "unknown_code", "XX", "nulled"),
        ("line 5", "start", "suspect_value", "1900", "nulled"),
    }
    assert [row for row in polish.findings() if row[0] == "line 6"], "31 February passed without a word"


def test_several_partners_in_a_cell_are_several_claims_of_one_row(polish: Made) -> None:
    claims = polish.claims_by_partner()
    assert set(claims) == {
        "Opawa", "Karwina", "Rothenburg", "Wuppertal", "Liévin", "Zugló", "Roth", "Kaliningrad",
    }  # fmt: skip
    assert [claims[name]["locator"] for name in ("Opawa", "Karwina")] == ["line 2"] * 2
    assert {row["start_text"] for row in claims.values() if row["locator"] == "line 2"} == {"12 maja 1992 r."}


@pytest.mark.parametrize(
    ("partner", "start", "precision", "form", "event"),
    [
        ("Opawa", date(1992, 5, 12), "day", "partnership", "charter_signed"),
        ("Karwina", date(1992, 5, 12), "day", "partnership", "charter_signed"),
        ("Wuppertal", date(2002, 9, 1), "month", "friendship", "friendship_agreed"),
        ("Liévin", date(1996, 1, 1), "year", "unspecified", "charter_signed"),
        ("Zugló", None, "unknown", "partnership", None),
        ("Kaliningrad", None, "unknown", "contact", None),
    ],
)
def test_polish_dates_and_codes_are_read(
    polish: Made, partner: str, start: date | None, precision: str, form: str, event: str | None
) -> None:
    claim = polish.claims_by_partner()[partner]
    assert (claim["start_date"], claim["start_precision"]) == (start, precision)
    assert (claim["form"], claim["start_event"], claim["status"]) == (form, event, "active")


def test_polish_exonyms_lead_to_the_right_towns(polish: Made) -> None:
    claims = polish.claims_by_partner()
    assert {row["town_id"] for row in claims.values()} == {RACIBORZ}
    found = {name: claims[name]["partner_id"] for name in ("Opawa", "Wuppertal", "Liévin")}
    assert found == {"Opawa": OPAVA, "Wuppertal": WUPPERTAL, "Liévin": LIEVIN}


# A Finnish list as JSON


def test_a_finnish_json_with_its_records_inside(tmp_path: Path) -> None:
    records = [
        {"kunta": "Tampere", "ystävyyskunta": "Klaipėda", "maa": "Liettua", "alkaen": "lokakuussa 1997"},
        {"kunta": "Tampere", "ystävyyskunta": "Kööpenhamina", "maa": "Tanska", "alkaen": 1946},
        {"kunta": "Tampere", "ystävyyskunta": "Łódź", "maa": "Puola", "alkaen": "16.9.1957", "päättyi": 1999},
        {"kunta": "Tampere", "ystävyyskunta": None, "maa": "Ranska"},
        "Tampere – Kiova",
    ]
    (tmp_path / "kunnat.json").write_text(json.dumps({"tulos": {"rivit": records}}, ensure_ascii=False), "utf-8")
    made = make(
        tmp_path, "tampere",
        """\
title = "Tampereen ystävyyskunnat"
publisher = "Tampereen kaupunki"
url = "https://example.org/ystavyyskunnat"
licence = "CC0-1.0"
language = "fi"
kind = "list"
authority = "municipality"
directions = "one"
as_of = 2020-12-31
files = [{ name = "kunnat.json" }]
constants = { town_country = "FI", form = "partnership" }
format = { type = "json", records = "tulos.rivit" }
expect = { max_shifted_rows = 1 }

[columns]
town = "kunta"
partner = "ystävyyskunta"
partner_country = "maa"
start = "alkaen"
end = "päättyi"
""",
    )  # fmt: skip
    assert made.account == (5, 3, 2, 0, 3)
    rejects = dict(made["rejects"].select("locator", "rules").rows())
    assert rejects == {"record 4": "partner_missing", "record 5": "row_shifted"}
    claims = made.claims_by_partner()
    columns = ("start_date", "start_precision", "end_date", "status", "partner_id")
    assert {name: tuple(claim[column] for column in columns) for name, claim in claims.items()} == {
        "Klaipėda": (date(1997, 10, 1), "month", None, "unknown", "gn598098"),
        "Kööpenhamina": (date(1946, 1, 1), "year", None, "unknown", "gn2618425"),
        "Łódź": (date(1957, 9, 16), "day", date(1999, 1, 1), "ended", "gn3093133"),
    }


# A Portuguese list as an Excel sheet


def test_an_excel_sheet_with_cells_of_every_sort(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active
    book.active.title = "Notas"
    sheet = book.create_sheet("Geminações")
    for row in (
        ("Município", "Cidade geminada", "País", "Desde", "População"),
        ("Porto", "Bordéus", "França", 1978, 250_000),
        ("Porto", "Bristol", "Reino Unido", date(1984, 6, 22), 460_000.0),
        (None, None, None, None, None),
        ("Porto", "Xangai", "China", "6 de outubro de 1995", None),
        ("Porto", None, "Espanha", 1986, None),
    ):
        sheet.append(row)
    book.save(tmp_path / "lista.xlsx")
    made = make(
        tmp_path, "porto",
        """\
title = "Cidades geminadas do Porto"
publisher = "Câmara Municipal do Porto"
url = "https://example.org/geminacoes"
licence = "CC0-1.0"
language = "pt"
kind = "list"
authority = "municipality"
directions = "one"
as_of = 2020-12-31
files = [{ name = "lista.xlsx" }]
constants = { town_country = "PT", form = "partnership" }
format = { type = "excel", sheet = "Geminações" }

[columns]
town = "Município"
partner = "Cidade geminada"
partner_country = "País"
partner_population = "População"
start = "Desde"
""",
    )  # fmt: skip
    assert made.account == (4, 3, 1, 0, 3)
    assert made["rejects"].select("locator", "rules").rows() == [("row 6", "partner_missing")]
    assert made.findings() == set()
    claims = made.claims_by_partner()
    columns = ("locator", "start_date", "start_precision", "partner_id")
    assert {name: tuple(claim[column] for column in columns) for name, claim in claims.items()} == {
        "Bordéus": ("row 2", date(1978, 1, 1), "year", "gn3031582"),
        "Bristol": ("row 3", date(1984, 6, 22), "day", "gn2654675"),
        "Xangai": ("row 5", date(1995, 10, 6), "day", "gn1796236"),
    }


# A column that is named like one of ours


def test_a_publishers_column_may_be_called_row(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("row,town,partner\nb7,Paderborn,Le Mans\nb8,Paderborn,\n", "utf-8")
    made = make(
        tmp_path, "numbered",
        """\
title = "Numbered"
publisher = "me"
url = "https://example.org"
licence = "CC0-1.0"
language = "de"
kind = "list"
authority = "list"
directions = "one"
as_of = 2020-12-31
files = [{ name = "list.csv" }]
columns = { town = "town", partner = "partner", note = "row" }
constants = { town_country = "DE", partner_country = "FR" }
""",
    )  # fmt: skip
    assert made.account == (2, 1, 1, 0, 1)
    claim = made.claims_by_partner()["Le Mans"]
    assert (claim["locator"], claim["note"]) == ("line 2", "b7")
    [(locator, row_json)] = made["rejects"].select("locator", "row_json").rows()
    assert (locator, json.loads(row_json)) == ("line 3", {"row": "b8", "town": "Paderborn", "partner": ""})


# Beside other sources, and as the guide shows it


def test_an_own_list_joins_the_partnerships_of_the_others(tmp_path: Path, starter: Path) -> None:
    (tmp_path / "own.csv").write_text(
        "a,b\nParderborn,Le Mans\nParderborn,Arras\nPardernbron,Le Mans\nPaderborn,Le Mans\n", "utf-8"
    )
    (tmp_path / "own.toml").write_text(
        """\
title = "Own"
publisher = "me"
url = "https://example.org"
licence = "CC0-1.0"
language = "de"
kind = "list"
authority = "list"
directions = "one"
as_of = 2020-12-31
files = [{ name = "own.csv" }]
columns = { town = "a", partner = "b" }
constants = { town_country = "DE", partner_country = "FR", form = "partnership", start = "1968" }
""",
        "utf-8",
    )
    only = frozenset({"own", "starter_towns"})
    made = Made(build(Settings(starter_raw(tmp_path), tmp_path / "out", (tmp_path,), only=only)).published.path)
    claims = made["claims"].filter(pl.col("source_id") == "own")
    known = claims.filter(pl.col("town_text") == "Paderborn")["partnership_id"].item()
    partnership = made["partnerships"].row(by_predicate=pl.col("partnership_id") == known, named=True)
    assert (partnership["start_year"], partnership["start_agreement"]) == (1967, "conflict")
    # The same two towns have the same id in every release, whoever states the link.
    assert known in pl.read_parquet(starter / "partnerships.parquet")["partnership_id"]
    # A letter too many is a slip where others state the same link; then it is one wherever it is printed so.
    slips = claims.filter(pl.col("town_text") == "Parderborn")
    assert slips.filter(pl.col("partner_text") == "Le Mans")["partnership_id"].item() == known
    assert slips["town_id"].n_unique() == 1
    assert set(slips["town_located_by"]) == {"other_side"}
    # A name that no place bears, nor one like it, keeps its claim, and is nobody else's town.
    nobody = claims.filter(pl.col("town_text") == "Pardernbron")
    assert nobody["town_id"].item().startswith("x")
    assert nobody["partnership_id"].item() != known


GUIDE = ROOT / "docs" / "declaring-a-source.md"


def test_every_rule_is_explained_in_the_guide() -> None:
    explained = set(re.findall(r"`([a-z_]+)`", GUIDE.read_text("utf-8").partition("## Rejects and findings")[2]))
    contracts = (ClaimStatements, AwardStatements, MemberStatements, FigureStatements)
    rules = {rule for contract in contracts for rule in contract.row_rules()}
    for path in (ROOT / "pipeline").rglob("*.py"):
        text = path.read_text("utf-8")
        rules |= set(re.findall(r"""rule"?[=:] ?pl\.lit\("([a-z_]+)"\)""", text))
        rules |= set(re.findall(r"""FindingRule\([^#]*?(?<!col\()"([a-z]+_[a-z_]+)"(?:,|\))""", text))
    notes = re.findall(r"`([a-z_]+)`", (parse_dates.__doc__ or "").partition("`date_note` then says why")[2])
    rules |= {f"date_{note}" for note in notes if note not in ("date", "date_note")}
    rules |= {"date_century_inferred", "unreadable_date", "implausible_year", "future_date", *_RULES.values()}
    assert {"states_none", "unknown_key", "date_season", "row_shifted", "placeholder_heap"} <= rules
    assert rules - explained == set()
