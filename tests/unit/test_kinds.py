"""The kind of body that a name names, by its words, by the gazetteer and by ISO 3166-2."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.gazetteer.cache import cache_folder
from pipeline.gazetteer.gazetteer import Gazetteer, load_gazetteer
from pipeline.gazetteer.names import search_key
from pipeline.gazetteer.regions import regions
from pipeline.locate.kinds import kind_of
from pipeline.locate.readings import read_names, read_qualifiers, read_rivers
from pipeline.locate.settle_kinds import settle_kinds
from schemas.vocabularies import TownKind

NAMED = """
Ammerland (Kreis)|DE|county
Wavre (wallonne, Région)|BE|municipality
Wavre (Brabant wallon, Province), BE|BE|municipality
Ammerland(Kreis)|DE|county
Aachen (Kreis) (Aachen, Stadt)|DE|county
Nienburg(Weser) (Kreis) (Nienburg (Weser), Stadt)|DE|county
Rhein-Hunsrück- (Kreis) (Simmern/ Hunsrück, Stadt)|DE|county
Hochsauerlandkreis|DE|county
Enzkreis||county
Märkischer Kreis|DE|county
Lahn-Dill-Kreis||county
Krakau, Kreis|PL|county
Slubice, Landkreis|PL|county
Jaroslaw (Landkreis)|PL|county
Kreis Siegen-Wittgenstein||county
Powiat Hajnowski||county
Walbrzych - powiat|PL|county
Słubice County|PL|county
County Carlow|IE|county
Orange County|US|county
Charlotte County|US|county
Kent County, New Brunswick|CA|county
Argeș County|RO|county
Okres Chrudim|CZ|county
Rajon Călărași||county
Amberg-Sulzbach (district)|DE|county
Alytus District Municipality|LT|county
Balashovsky District|RU|county
Borough of Broxbourne|GB|county
canton of Villé|FR|county
Oulu Lääni|FI|county
Berlin (Bezirk Mitte)|DE|district
Paris (12. Bezirk)|FR|district
Istanbul (Bezirk Kadiköy)|TR|district
Barnet (Stadtbezirk v. London)|GB|district
London Borough of Lewisham|GB|district
Royal Borough of Greenwich|GB|district
Budapest District XXIII|HU|district
Budapest XVII. kerülete|HU|district
Budapest V. District|HU|district
13th district of Budapest||district
Circoscrizione 6 (Turin)|IT|district
Municipio XV (Rome)|IT|district
Sector 4 (Bucharest)|RO|district
Berlin-Neukölln|DE|district
Bunkyō-ku|JP|district
Dongcheng District|CN|district
Val-d'Oise (département)|FR|region
Dep. Correze|FR|region
Provinz Limburg|NL|region
Lviv Oblast|UA|region
Präfektur Aichi||region
Bezirk Niederbayern (Kreis) (Landshut)|DE|region
Central Denmark Region|DK|region
Altenkirchen (Verbandsgemeinde)|DE|other
Oldendorf, Samtgemeinde|DE|other
Trittau (Amt)|DE|other
Mateh Asher Regional Council|IL|other
Kreisau|PL|municipality
Kreischa|DE|municipality
Landquart|CH|municipality
Regional|BR|municipality
Ward|US|municipality
Sector|GB|municipality
Lan||municipality
Bezirk|AT|municipality
Provincetown|US|municipality
Kirchheim im Innkreis|AT|municipality
Sankt Veit im Mühlkreis|AT|municipality
Amt Neuhaus|DE|municipality
Amt Wachsenburg|DE|municipality
Municipio Valle de Bravo||municipality
Ipswich (County Suffolk)|GB|municipality
Gmina Dobra, Police County|PL|municipality
Cham (Kanton Zug)|CH|municipality
Popielów, Opole Voivodeship|PL|municipality
Doksy (Kladno District)|CZ|municipality
Kornik, Kreis Posen|PL|municipality
Buffalo (New York)|US|municipality
Xi'an|CN|municipality
Frankfurt (Oder)|DE|municipality
|DE|municipality
"""


def rows(table: str) -> list[tuple[str, str | None, str]]:
    parts = [line.split("|") for line in table.strip().splitlines()]
    return [(text, country or None, kind) for text, country, kind in parts]


@pytest.mark.parametrize(("text", "country", "kind"), rows(NAMED))
def test_kind_by_its_words(text: str, country: str | None, kind: str) -> None:
    frame = pl.DataFrame({"text": [text], "country": [country]}, schema={"text": pl.String, "country": pl.String})
    assert frame.select(kind_of(pl.col("text"), pl.col("country"))).item() == kind


def test_null_and_no_country() -> None:
    frame = pl.DataFrame({"text": [None, "Soest (Kreis)", "Soest"]}, schema={"text": pl.String})
    assert frame.select(kind=kind_of(pl.col("text")))["kind"].to_list() == ["municipality", "county", "municipality"]


SETTLED = """
Tokyo – Bunkyō|JP|district|
Wuxi – Xinwu|CN|district|
Budapest XII – Hegyvidék|HU|district|
Vienna 1 – Innere Stadt|AT|district|
Gangnam (Seoul)|KR|district|
Limbaži – Salacgrīva|LV|municipality|
Roncal – Erronkari|ES|municipality|
Sibu (Hermannstadt)|RO|municipality|
Buffalo (New York)|US|municipality|
West Dunbartonshire|GB|county|GB-WDU
Val-de-Marne|FR|region|FR-94
Komárom-Esztergom|HU|county|HU-KE
Tuscany|IT|region|IT-52
Argeș County|RO|county|RO-AG
Province of Bergamo|IT|region|IT-BG
Utrecht|NL|municipality|
Luxembourg|LU|municipality|
Cambridge|GB|municipality|
Québec|CA|municipality|
Reading|GB|municipality|
Faiyum|EG|municipality|
"""


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def test_kind_by_gazetteer_and_iso_3166_2(gazetteer: Gazetteer) -> None:
    parts = [line.split("|") for line in SETTLED.strip().splitlines()]
    mentions = pl.DataFrame(
        {"mention": range(len(parts)), "text": [part[0] for part in parts], "country_code": [part[1] for part in parts]}
    ).with_columns(key=search_key(pl.col("text")), kind=kind_of(pl.col("text"), pl.col("country_code")))
    settled = settle_kinds(mentions, gazetteer, regions(cache_folder()))
    assert settled.columns == [*mentions.columns, "iso_3166_2"]
    expected = [(part[0], part[2], part[3] or None) for part in parts]
    assert settled.select("text", "kind", "iso_3166_2").rows() == expected


garbage = st.one_of(
    st.text(),
    st.text(alphabet="()[],;/–—-. '\"’", max_size=40),
    st.text(alphabet="אבגדابت\u200f\u202e ", max_size=20),
    st.text(alphabet="a\u0301\u0328\u0489\u200d", max_size=30),
    st.sampled_from(
        ["x" * 10_000, "(" * 10_000, "a / " * 2_500, "'; DROP TABLE towns; --", "<b>Ulm</b>", "\x00", "Kreis"]
    ),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(garbage, min_size=1, max_size=5), st.sampled_from(["DE", "FR", "US", "JP", None, "??"]))
def test_garbage_never_raises_and_gives_no_empty_key(texts: list[str], country: str | None) -> None:
    mentions = pl.DataFrame(
        {"mention": range(len(texts)), "text": texts, "country_code": [country] * len(texts), "region": texts},
        schema_overrides={"country_code": pl.String},
    ).with_columns(key=search_key(pl.col("text")), kind=kind_of(pl.col("text"), pl.col("country_code")))
    assert mentions["kind"].is_in([kind.value for kind in TownKind]).all()
    names = read_names(mentions)
    qualifiers = read_qualifiers(mentions, read_rivers(names))
    assert names.filter(pl.col("key").str.strip_chars(" ") == "").is_empty()
    assert qualifiers.filter(pl.col("hint").str.strip_chars(" ") == "").is_empty()
    assert not names.select("mention", "key").is_duplicated().any()
