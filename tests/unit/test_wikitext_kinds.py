"""Kinds of lines and pages as people write them, each in more than one language or template."""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipeline.dates import parse_dates
from pipeline.readers.raw_rows import VALUE_SEPARATOR
from pipeline.readers.table import read_table
from pipeline.readers.wikitext import languages, places
from pipeline.report.wikitext import print_page
from pipeline.sources import Format, page_title

if TYPE_CHECKING:
    from pathlib import Path

#: Headings of sections about twinnings.
HEADINGS = {
    "bg": "Побратимени градове", "cs": "Partnerská města", "de": "Städtepartnerschaften",
    "el": "Αδελφοποιημένες πόλεις",
    "en": "Twin towns", "es": "Ciudades hermanadas", "et": "Sõpruslinnad", "fi": "Ystävyyskaupungit",
    "fr": "Jumelages", "hr": "Gradovi prijatelji", "hu": "Testvérvárosai", "it": "Gemellaggi", "ja": "姉妹都市",
    "ko": "자매 도시", "lt": "Miestai partneriai", "lv": "Sadraudzības pilsētas", "nl": "Zustersteden",
    "no": "Vennskapsbyer", "pl": "Miasta partnerskie", "pt": "Cidades-irmãs", "ro": "Orașe înfrățite",
    "ru": "Города-побратимы", "sk": "Partnerské mestá", "sl": "Pobratena mesta", "sr": "Партнерски градови",
    "sv": "Vänorter", "tr": "Kardeş şehirler", "uk": "Міста-побратими", "zh": "友好城市", "da": "Venskabsbyer",
    "ca": "Ciutats agermanades",
}  # fmt: skip
COLUMNS = ("partner", "partner_country", "since", "until", "form", "status", "end_cause", "town")


def read_page(text: str, language: str, title: str = "Xanten") -> pl.DataFrame:
    """Return a row for each partner of a page."""
    rows = read_table(text.encode(), Format(type="wikitext", language=language, title=title), "a.wiki").rows
    names = [name for name in COLUMNS if name != "town"]
    cells = rows.filter(pl.col("partner") != "").with_columns(pl.col(names).str.split(VALUE_SEPARATOR))
    return cells.explode(names).select(COLUMNS)


def read_items(text: str, language: str) -> pl.DataFrame:
    return read_page(f"== {HEADINGS[language]} ==\n{text}\n", language)


def named(partners: pl.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    return partners.select("partner", *columns).rows()


@pytest.mark.parametrize("language", languages())
def test_every_language_reads_a_plain_list(language: str) -> None:
    partners = read_items("* {{flagicon|FRA}} [[Pau]] (1974)\n* {{ITA}} [[Alba]]\n", language)
    assert named(partners, "since") == [("Pau", "1974"), ("Alba", "")]
    assert [places.country_code(text) for text in partners["partner_country"]] == ["FR", "IT"]
    assert set(partners["form"]) == {"partnership"}


# Headings


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("pl", "== Współpraca ==\nMiejscowości partnerskie:\n* {{Flaga|Czechy}} [[Hronov]]", ["Hronov"]),
        ("en", "== Economy ==\nMills.\n\nThe town keeps ties with:\n* [[Pau]], France\n\nMore.", ["Pau"]),
        ("de", "== Politik ==\n'''Partnerstädte'''\n* [[Pau]], Frankreich\n== Bau ==\n* [[Ulm]]", ["Pau"]),
        ("en", "== Links abroad ==\n* {{flag|Peru}} [[Cusco]]\n* [[Pau]], France", ["Cusco", "Pau"]),
        ("ko", "== 국제 교류 ==\n{|\n! 국가 !! 도시\n|-\n| {{JPN}} || [[호후시]]\n|}", ["호후시"]),
        ("it", "{{Divisione amministrativa\n|Gemellaggi = [[Pau]], [[Ulma]]\n|Sito=\n}}", ["Pau", "Ulma"]),
        ("en", "== International relations ==\n=== Consulates ===\n* {{flag|Peru}} [[Peru]]", []),
        ("en", "== Partners ==\n* [[Acme]]\n* [[Globex]]", []),
        ("en", "== Climate ==\nIt is like that of:\n* [[Bergen]], Norway", []),
    ],
)
def test_a_list_is_found_where_no_heading_tells_it(language: str, text: str, names: list[str]) -> None:
    assert read_page(text, language)["partner"].to_list() == names


# Templates


@pytest.mark.parametrize(
    ("language", "line", "partner"),
    [
        ("cs", "* {{partnerské město|Toruń|Polsko|rok=1998|měsíc=5|den=2}}", ("Toruń", "PL", "1998-05-02")),
        ("sk", "* {{Partnerské mesto|Zlín|Česko|rok=2001}}", ("Zlín", "CZ", "2001")),
        ("pl", "* {{Miasto partnerskie|DNK|Viborg|data=17 maja 1994}}", ("Viborg", "DK", "17 maja 1994")),
        ("fr", "* {{Jumelage|Bari|Italie|année=1980|mois=juin|jour=3}}", ("Bari", "IT", "3 juin 1980")),
        ("fr", "* {{Jumelage|Bari|Italie|année=1980|mois=6}}", ("Bari", "IT", "1980-06")),
        ("fr", "* {{Jumelage|Monaco|Monaco|année=1991}}", ("Monaco", "MC", "1991")),
        ("de", "* {{FRA|Ziel=Bitche}} (1974)", ("Bitche", "FR", "1974")),
        ("de", "* {{FRA-1|#}} [[Bitche]]", ("Bitche", "FR", "")),
        ("pl", "* {{państwo|RUS|Peterhof}}", ("Peterhof", "RU", "")),
        ("it", "* {{senza fonte|{{Gemellaggio|ESP|Soria|2005}}}}", ("Soria", "ES", "2005")),
        ("ro", "* {{steag|SUA}} [[Akron]], [[SUA]]", ("Akron", "US", "")),
        ("hr", "* {{ZD|SAD}} [[Akron]], SAD", ("Akron", "US", "")),
        ("uk", "* {{США}} [[Акрон]]", ("Акрон", "US", "")),
        ("ru", "* {{Флаг Болгарии}} [[Русе]]", ("Русе", "BG", "")),
        ("en", "* {{flagicon|Bavaria}} [[Ulm]]", ("Ulm", "DE", "")),
        ("en", "* {{flagdeco|BUL}} [[Ruse]]", ("Ruse", "BG", "")),
        ("et", "* {{PisiLipp|Soome}} [[Turu]] (aastast 1992)", ("Turu", "FI", "1992")),
    ],
)
def test_a_template_names_a_town_a_country_or_a_date(language: str, line: str, partner: tuple[str, str, str]) -> None:
    name, country, since = read_items(line, language).select("partner", "partner_country", "since").row(0)
    assert (name, places.country_code(country), since) == partner


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "de",
            "{{Mehrspaltige Liste |liste=\n{{FRA|Ziel=Pau}} (1974)<br />{{ITA}} [[Alba]]<br />\n{{AUT}} [[Wels]]\n}}",
        ),
        ("es", "{{lista de columnas|2|{{FRA}} [[Pau]] (1974)<br>{{ITA}} [[Alba]]<br>{{AUT}} [[Wels]]}}"),
        ("bg", "{{колони|3|\n* {{FRA}} [[Pau]] 1974\n* {{ITA}} [[Alba]]\n* {{AUT}} [[Wels]]\n}}"),
        ("pl", "* {{Państwo|Francja}}: [[Pau]] (1974), {{Państwo|Włochy}}: [[Alba]], {{AUT}}: [[Wels]]"),
    ],
)
def test_partners_within_a_template_or_behind_labels(language: str, text: str) -> None:
    partners = read_items(text, language)
    assert named(partners, "since") == [("Pau", "1974"), ("Alba", ""), ("Wels", "")]
    assert [places.country_code(country) for country in partners["partner_country"]] == ["FR", "IT", "AT"]


# Sub-lines and forms


def test_a_line_below_an_item_says_more_of_it() -> None:
    text = "* [[Pau]], Frankreich\n*: „Freunde der Tausend“, 3. Mai 1973\n* [[Ulm]]\n** seit 1990"
    assert named(read_items(text, "de"), "since") == [("Pau", "3. Mai 1973"), ("Ulm", "1990")]


@pytest.mark.parametrize(
    ("language", "text", "forms"),
    [
        ("hu", "* [[Pau]]\nProjektszintű együttműködés:\n{{FRA}} [[Brest]]", ["partnership", "project_partnership"]),
        ("de", "* [[Pau]]\n'''Projektpartnerschaften'''\n* [[Brest]]", ["partnership", "project_partnership"]),
        ("fr", "A signé des accords de partenariat avec :\n* [[Pau]]", ["partnership"]),
        ("en", "* [[Pau]], France (friendship city, 2012)\n* [[Ulm]]", ["friendship", "partnership"]),
        ("en", "The link with [[Pau]], France, has been dormant since 2010.", ["partnership"]),
        ("hr", "* [[Pau]]\n== Gradovi partneri ==\n* [[Ulm]]", ["friendship", "partnership"]),
        ("hr", "* [[Pau]]", ["partnership"]),
    ],
)
def test_a_line_governs_the_form_of_what_follows(language: str, text: str, forms: list[str]) -> None:
    assert read_items(text, language)["form"].to_list() == forms


# Boroughs


@pytest.mark.parametrize(
    ("language", "text", "pairs"),
    [
        ("sv", "* [[Pau]]\n'''Stadsdelen Altona'''\n* [[Ulm]]", [("Xanten", "Pau"), ("Altona", "Ulm")]),
        ("de", "* [[Pau]]\n; Ortsteil Mesum\n* [[Ulm]]", [("Xanten", "Pau"), ("Mesum", "Ulm")]),
        ("en",
         "The district of [[Soho]] is twinned with [[Pau]], France, since 1996, and [[Kew]] with [[Ulm]], Germany.",
         [("Soho", "Pau"), ("Kew", "Ulm")]),
        ("fr", "Le quartier de Romette est jumelé avec [[Pau]].", [("Romette", "Pau")]),
        ("cs", "Městská část Líšeň má partnerskou smlouvu s obcí [[Pau]].", [("Líšeň", "Pau")]),
        ("de", "=== Stadtteile ===\n* [[Soho]]: [[Pau]], Frankreich\n* Kew\n** [[Ulm]]",
         [("Soho", "Pau"), ("Kew", "Ulm")]),
    ],
)  # fmt: skip
def test_partners_of_a_borough_are_its_own(language: str, text: str, pairs: list[tuple[str, str]]) -> None:
    assert read_items(text, language).select("town", "partner").rows() == pairs


# Countries


@pytest.mark.parametrize(
    ("language", "line", "towns"),
    [
        ("it", "È gemellata con quella [[Francia|francese]] di [[Pau]] e con quella [[Germania|tedesca]] di [[Ulma]].",
         [("Pau", "FR"), ("Ulma", "DE")]),
        ("en", "It is twinned with the [[France|French]] town of [[Pau]].", [("Pau", "FR")]),
        ("es", "* {{TUN}} [[Túnez]] (2003)\n* {{bandera|ESP}} [[Granada]]", [("Túnez", "TN"), ("Granada", "ES")]),
        ("pl", "* {{flaga|Meksyk}} [[Meksyk (miasto)|Meksyk]], [[Meksyk]]\n* [[Tunis]]",
         [("Meksyk", "MX"), ("Tunis", "TN")]),
        ("fr", "Jumelée avec [[Pau]], avec [[Monaco]] et avec [[Bari]] (Italie).",
         [("Pau", ""), ("Monaco", "MC"), ("Bari", "IT")]),
        ("fr", "{|\n! Ville !! Pays\n|-\n| [[Luxembourg]] || Luxembourg\n|}", [("Luxembourg", "LU")]),
        ("hr", "* [[Mostar]], Bosna i Hercegovina", [("Mostar", "BA")]),
        ("ru", "* [[Акрон]], [[США]]", [("Акрон", "US")]),
        ("de", "* [[Belleville (Illinois)|Belleville]] in den USA", [("Belleville", "US")]),
    ],
)  # fmt: skip
def test_the_country_is_found_and_is_no_partner(language: str, line: str, towns: list[tuple[str, str]]) -> None:
    partners = read_items(line, language)
    codes = [places.country_code(text) or "" for text in partners["partner_country"]]
    assert list(zip(partners["partner"], codes, strict=True)) == towns


# Dates


@pytest.mark.parametrize(
    ("language", "line", "since", "until"),
    [
        ("en", "* [[Pau]], France (2011-9)", "2011-09", ""),
        ("en", "* [[Pau]], France, 1997-8-24", "1997-8-24", ""),
        ("zh", "* {{FRA}} [[波城]]（2014-11）", "2014-11", ""),
        ("zh", "* {{FRA}} [[波城]] (1986.7)", "1986-07", ""),
        ("ja", "* [[ポー]]（フランス）平成16年10月1日", "平成16年10月1日", ""),
        ("hu", "* [[Pau]], Franciaország, 1985. május 17. óta", "1985. május 17", ""),
        ("lt", "* [[Po]], Prancūzija, 1996 m. gegužės 17 d.", "1996 m. gegužės 17 d.", ""),
        ("sr", "* [[По]], Француска, од 17. маја 2006.", "17. маја 2006", ""),
        ("de", "* [[Pau]], 1994–2012", "1994", "2012"),
        ("en", "As of 2020, Xanten is twinned with [[Pau]].", "", ""),
    ],
)
def test_a_date_is_as_precise_as_it_is_printed(language: str, line: str, since: str, until: str) -> None:
    assert read_items(line, language).select("since", "until").rows() == [(since, until)]


def test_a_year_of_one_partner_is_none_of_another() -> None:
    text = "Seit 1957 besteht eine Partnerschaft mit [[Metz]], seit 1958 mit [[Pau]] und mit [[Ulm]] (1990)."
    assert named(read_items(text, "de"), "since") == [("Metz", "1957"), ("Pau", "1958"), ("Ulm", "1990")]


# Status


@pytest.mark.parametrize(
    ("language", "line", "status", "until", "cause"),
    [
        ("en", "* [[Pau]], France (1966; suspended in March 2022)", "suspended", "March 2022", ""),
        ("en", "* [[Pau]], France – ended in 2023 by decision of the council", "ended", "2023", "council_decision"),
        ("en", "The link with [[Pau]], France, was suspended in 2014, but resumed in 2018.", "active", "", ""),
        ("en", "Its twinning with [[Pau]], France was ended by the council in 2019.", "ended", "2019",
         "council_decision"),
        ("de", "Die Partnerschaft mit [[Pau]] wurde 2023 einvernehmlich beendet.", "ended", "2023", "other"),
        ("de", "1998 wurde die Partnerschaft mit [[Pau]] wegen der Gemeindefusion beendet.", "ended", "1998", "merger"),
        ("de", "* [[Pau]] – ruht seit März 2022 wegen des Krieges", "suspended", "März 2022", "war"),
        ("it", "Il gemellaggio con [[Pau]] è stato interrotto nel 2022 con delibera del consiglio.", "ended", "2022",
         "council_decision"),
        ("ru", "* [[По]], Франция (расторгнуто в 2014 году)", "ended", "2014", ""),
        ("nl", "{|\n! Stad !! Opmerking\n|-\n| [[Pau]] || beëindigd in 2010\n|}", "ended", "2010", ""),
        ("fr", "{{Jumelage|Pau|France|année=1978|fin=2010}}", "ended", "2010", ""),
    ],
)  # fmt: skip
def test_a_status_has_its_date_and_cause(language: str, line: str, status: str, until: str, cause: str) -> None:
    partners = read_items(line, language)
    assert partners.select("partner", "status", "until", "end_cause").rows()[0][1:] == (status, until, cause)
    assert partners["form"].to_list() == ["partnership"]


def test_a_sentence_gives_its_status_to_the_item_of_the_list() -> None:
    text = "* [[Pau]], Frankreich, seit 1974\n\nDie Partnerschaft mit [[Pau]] wurde 2022 ausgesetzt."
    assert set(named(read_items(text, "de"), "status", "until")) == {("Pau", "suspended", "2022")}


# Cases, adjectives, appositions


@pytest.mark.parametrize(
    ("language", "line", "towns"),
    [
        ("et", "* [[Pärnu]] Soomes (1992)\n* [[Pau]], Prantsusmaal", [("Pärnu", "FI"), ("Pau", "FR")]),
        ("fi", "Ystävyyskaupunkeja ovat [[Pärnu]] Virossa ja [[Bristol]] Englannissa.",
         [("Pärnu", "EE"), ("Bristol", "GB")]),
        ("hu", "* [[Pau]] Franciaországban 1985. május 4. óta", [("Pau", "FR")]),
        ("pl", "* we Włoszech: [[Bari]], [[Alba]]\n* [[Leeds]] w Wielkiej Brytanii",
         [("Bari", "IT"), ("Alba", "IT"), ("Leeds", "GB")]),
        ("cs", "* [[Pirna]] v Německu, 1998\n* [[Weiz]] v rakouském [[Štýrsko|Štýrsku]]",
         [("Pirna", "DE"), ("Weiz", "AT")]),
        ("ru", "* [[По]] во Франции\n* [[Крезо]] в Польше", [("По", "FR"), ("Крезо", "PL")]),
        ("lt", "* [[Pau]] Prancūzijoje", [("Pau", "FR")]),
        ("fr", "Jumelée avec Celle, ville allemande, et avec [[Bari]], commune [[Italie|italienne]], depuis 1990.",
         [("Celle", "DE"), ("Bari", "IT")]),
        ("es", "Está hermanada con [[Sintra]], ciudad portuguesa, desde 2003.", [("Sintra", "PT")]),
        ("cs", "Partnerská smlouva s polskými městy [[Kłodzko]] a [[Opole]] a s německou [[Pirna|Pirnou]].",
         [("Kłodzko", "PL"), ("Opole", "PL"), ("Pirnou", "DE")]),
        ("de", "Partnerschaft mit den französischen Orten [[Pau]] und [[Metz]] sowie mit [[Lima]] in Costa Rica dazu.",
         [("Pau", "FR"), ("Metz", "FR"), ("Lima", "CR")]),
        ("hu", "Testvérváros a romániai [[Arad]] és a lengyelországi [[Tarnów]].", [("Arad", "RO"), ("Tarnów", "PL")]),
        ("sr", "Град је побратимљен са немачким градом [[Улм]].", [("Улм", "DE")]),
        ("ro", "* {{flag|SUA}}: [[Columbia, Carolina de Sud|Columbia]], [[Carolina de Sud]]", [("Columbia", "US")]),
        ("cs", "* {{Vlajka a název|Slovensko}}: [[Trenčín]], [[Žilina]]", [("Trenčín", "SK"), ("Žilina", "SK")]),
    ],
)  # fmt: skip
def test_words_around_a_name_say_its_country(language: str, line: str, towns: list[tuple[str, str]]) -> None:
    partners = read_items(line, language)
    codes = [places.country_code(text) or "" for text in partners["partner_country"]]
    assert list(zip(partners["partner"], codes, strict=True)) == towns


@pytest.mark.parametrize(
    ("language", "line", "since"),
    [
        ("sl", "* [[Pau]], Francija, 12. avgusta 1982", "1982-08-12"),
        ("sr", "* [[По]], Француска, од 8. маја 1982. године", "1982-05-08"),
        ("lv", "* [[Po]], Francija, 1996. gada 17. maijā", "1996-05-17"),
        ("et", "* [[Pau]], Prantsusmaa, 17. mail 2004", "2004-05-17"),
        ("el", "* [[Πο]], Γαλλία (από τον Μάιο του 2000)", "2000-05"),
        ("hu", "* [[Pau]], Franciaország (2000 májusában)", "2000-05"),
        ("fi", "* [[Pau]], Ranska (toukokuusta 1963)", "1963-05"),
        ("es", "* [[Pau]], Francia (12/05/1996)", "1996-05-12"),
        ("ca", "* [[Pau]], França, des del 1985", "1985"),
        ("fr", "* {{FRA}} [[Pau]] {{depuis|1973}}", "1973"),
        ("it", "È gemellata con le città tedesche di [[Ulma]] e [[Jena]] dal 2010.", "2010"),
    ],
)
def test_a_date_is_read_in_every_form(language: str, line: str, since: str) -> None:
    assert {_since(text, language) for text in read_items(line, language)["since"]} == {since}


@pytest.mark.parametrize(
    ("language", "line", "since"),
    [
        ("en", "* [[Pau]], France (before 2022-03-04)", "before 2022-03-04"),
        ("de", "* [[Pau]], Frankreich (vor 1990)", "vor 1990"),
        ("fi", "* [[Pau]], Ranska (ennen vuotta 1970)", "ennen vuotta 1970"),
        ("en", "{|\n! Town !! Year\n|-\n| [[Pau]] || before 1964\n|}", "before 1964"),
    ],
)
def test_a_date_that_is_a_bound_stays_one(language: str, line: str, since: str) -> None:
    assert named(read_items(line, language), "since") == [("Pau", since)]
    assert parse_dates(pl.Series([since]), language)["date"].to_list() == [None]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Eine Partnerschaft mit [[Ulm]] ist in Vorbereitung."),
        ("fr", "Un projet de jumelage avec [[Ulm]] est à l'étude."),
        ("es", "* {{DEU}} [[Ulm]] (en proceso de hermanamiento)"),
        ("en", "=== Proposed twin towns ===\n* {{flag|Germany}} [[Ulm]]"),
        ("pl", "Planowane jest partnerstwo z miastem [[Ulm]]."),
        ("ru", "Готовится соглашение с городом-побратимом [[Ульм]]."),
        ("pt", "Está em processo de geminação com [[Ulm]]."),
    ],
)
def test_a_planned_twinning_is_none_but_is_listed(language: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = f"== {HEADINGS[language]} ==\n* {{{{FRA}}}} [[Pau]]\n{text}\n"
    print_page(read_table(page.encode(), Format(type="wikitext", language=language, title="X"), "a.wiki"))
    out = capsys.readouterr().out
    assert "1 partners on 1 of" in out
    assert "no partner: X, line" in out


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("en", "== History ==\nThe town has been twinned with [[Pau]], France, since 1969.", ["Pau"]),
        ("fr", "== Vie locale ==\nLa commune est jumelée avec [[Ulm]] (Allemagne) depuis 1985.", ["Ulm"]),
        ("de", "Erwähnt 1150. Seit 1983 besteht eine Partnerschaft mit [[Pau]] in Frankreich.", ["Pau"]),
        ("de", "Die Firma ging 1983 eine Partnerschaft mit der [[Siemens|Siemens AG]] ein.", []),
        ("en", "A partnership with [[Acme]] was signed.", []),
        ("de", "Eine Partnerschaft mit [[Ulm]] besteht.\n== Städtepartnerschaften ==\n* [[Pau]]", ["Pau"]),
    ],
)
def test_a_sentence_counts_where_no_section_does(language: str, text: str, names: list[str]) -> None:
    assert read_page(text, language)["partner"].to_list() == names


def test_parameters_name_a_partner_and_its_country() -> None:
    text = "{{Infobox settlement\n| twin1 = Celle\n| twin1_country = Germany\n| twin2 = [[Soka, Saitama|Soka]]\n"
    partners = read_page(text + "| twin2_country = {{flag|Japan}}\n| twin3 =\n}}\nX is a town.\n", "en")
    assert named(partners, "partner_country") == [("Celle", "Germany"), ("Soka", "Japan")]


@pytest.mark.parametrize(
    ("language", "line", "note"),
    [
        ("pl", "* [[Pau]], Francja, współpraca od 5 maja 2000 r.", "współpraca"),
        ("lt", "* [[Pau]], Prancūzija (nuo 1990 m.)", ""),
        ("hr", "* [[Pau]], Francuska (od 2004. godine)", ""),
        ("bg", "* [[По]], Франция (от 1999 г.)", ""),
        ("de", "* [[Pau]], 1994 (Patenschaft seit 1953)", "Patenschaft 1953"),
    ],
)
def test_a_note_has_no_words_of_a_date(language: str, line: str, note: str) -> None:
    assert _notes(line, language) == [note]


def _notes(line: str, language: str) -> list[str]:
    page = f"== {HEADINGS[language]} ==\n{line}\n"
    rows = read_table(page.encode(), Format(type="wikitext", language=language, title="X"), "a.wiki").rows
    return rows.filter(pl.col("partner") != "")["note"].to_list()


@pytest.mark.parametrize(
    ("language", "text", "partners"),
    [
        ("de",
         "{|\n! Ort !! Land !! colspan=2|Partnerschaft\n|-\n! !! !! seit !! bis\n|-\n|[[Pau]]||FRA||1967||2022\n|}",
         [("Pau", "1967", "2022", "ended")]),
        ("en", "{|\n! City !! Year\n|-\n| [[Pau]] || 1944 (suspended 2022)\n|}",
         [("Pau", "1944", "2022", "suspended")]),
        ("ko", "* {{국기|터키}} [[앙카라]] ([[1971년]] [[8월 23일]])", [("앙카라", "1971년 8월 23일", "", "")]),
        ("fr", "* [[Ulm]], {{1er}} janvier 1981", [("Ulm", "1er janvier 1981", "", "")]),
        ("sk", "* [[Pau]] (Francúzsko), spolupráca pozastavená v roku 2011", [("Pau", "", "2011", "suspended")]),
        ("no", "Hamar har vennskapsbyavtaler med [[Lund]] i Sverige og [[Viborg]] i Danmark.",
         [("Lund", "", "", ""), ("Viborg", "", "", "")]),
        ("it", "È legata da un patto d'amicizia con [[Pau]] dal 2010.", [("Pau", "2010", "", "")]),
    ],
)  # fmt: skip
def test_headers_dates_and_sentences_of_more_kinds(language: str, text: str, partners: list[tuple[str, ...]]) -> None:
    assert named(read_items(text, language), "since", "until", "status") == partners


# What was not read


def test_lines_that_may_name_a_partner_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    text = "== Twin towns ==\n* [[Pau]], France\nThe mayor is [[Ann Lee]].\n\n* a plaque was unveiled\n"
    print_page(read_table(text.encode(), Format(type="wikitext", language="en", title="X"), "a.wiki"))
    out = capsys.readouterr().out
    assert "note, no partner: X, line 3: The mayor is [[Ann Lee]]." in out
    assert "note, no partner: X, line 5: * a plaque was unveiled" in out


# Collected cases beside the samples: each stands for a kind

#: Towns whose country the page does not print; it is known when the town is located.
NOT_PRINTED = {"Trient", "八王子市"}


@pytest.fixture
def cases(samples: Path) -> Path:
    folder = samples.parent / "cases" / "wikitext"
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    return folder


def _since(text: str, language: str) -> str:
    date = parse_dates(pl.Series([text]), language).row(0, named=True)
    length = {"day": 10, "month": 7, "year": 4}[date["precision"]] if text else 0
    return str(date["date"])[:length]


def test_collected_cases_are_right(cases: Path) -> None:
    with (cases / "expected.tsv").open(encoding="utf-8") as file:
        wanted = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong: list[tuple[object, ...]] = []
    for name in {row["file"] for row in wanted}:
        path, language = cases / name, name[:2]
        title = page_title(path.name)
        partners = read_page(path.read_text("utf-8"), language, title).filter(pl.col("town") == title)
        for row in (row for row in wanted if row["file"] == name):
            found = partners.filter(pl.col("partner") == row["partner"]).to_dicts()
            if len(found) != 1:
                wrong.append((name, row["partner"], len(found)))
                continue
            country = places.country_code(found[0]["partner_country"]) or ""
            values = (country, _since(found[0]["since"], language), found[0]["status"])
            expected = (row["country"] if row["partner"] not in NOT_PRINTED else "", row["start"], row["status"])
            if values != expected or found[0]["form"] != (row["form"] or found[0]["form"]):
                wrong.append((name, row["partner"], values, found[0]["form"]))
        names = {row["partner"] for row in wanted if row["file"] == name}
        wrong += [(name, extra) for extra in partners["partner"] if extra not in names]
    assert wrong == []


def test_pathological_pages_are_read_in_seconds(cases: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(cases / "gen_pathological.py"), str(tmp_path)], check=True)
    for path in sorted(tmp_path.glob("*.wiki")):
        started = time.process_time()
        partners = read_page(path.read_text("utf-8"), "en")["partner"].to_list()
        assert time.process_time() - started < 10, path.name
        assert {"Cahors", "Alba"} <= set(partners), path.name
