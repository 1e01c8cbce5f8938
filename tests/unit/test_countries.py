"""A country text in any of the languages of the lists gives its country, and garbage gives nothing."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.gazetteer import countries
from pipeline.gazetteer.countries import country_names, resolve_countries
from pipeline.gazetteer.names import search_key

Resolved = tuple[str | None, str | None, str | None]

SAMPLES = os.environ.get("TWINTOWNS_SAMPLES")
# What the lists print for a country that names none: ids of unknown values in Wikidata.
KNOWN_UNKNOWN = {"t430222130", "t430354028", "t431453150", "t431584180"}
LISTS = [
    ("german_register_2014/partnerstaedte_final.csv", ["land"]),
    ("german_register_2014/TwinTowns_clean.csv", ["land", "country"]),
    ("german_register_2014/TwinTowns_raw_6912.csv", ["land", "country"]),
    ("czech_2013/vztahy2.csv", ["stat1", "stat2"]),
    ("world_wikipedia_2026/twin_cities_raw.csv", ["country1", "country2"]),
    ("wikidata_countries/*.tsv", ["origincountry", "destination_countryLabel"]),
    ("europe_prize/europe_prize_1955_2007.csv", ["country_as_printed"]),
]
BLANK = {
    "german_register_2014/partnerstaedte_final.csv": 19,
    "world_wikipedia_2026/twin_cities_raw.csv": 5,
}


def resolve(*texts: str | None) -> list[Resolved]:
    frame = resolve_countries(pl.Series(texts, dtype=pl.String), country_names())
    return list(zip(frame["country_code"], frame["region_text"], frame["historic_name"], strict=True))


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        (
            "DE",
            "Germany Deutschland Allemagne Germania Alemania Duitsland Niemcy Německo Nemecko Tyskland",
        ),
        (
            "DE",
            "Saksa Németország Германия Njemačka Nemčija Vokietija Vācija Saksamaa Γερμανία Німеччина",
        ),
        ("DE", "ドイツ 德国 독일 ألمانيا גרמניה Alemanya Þýskaland Gjermani Германија DE DEU"),
        (
            "HU",
            "Ungarn Hungary Hongrie Ungheria Hungría Węgry Maďarsko Magyarország Mađarska Macaristan Unkari",
        ),
        ("GB", "UK Großbritannien Grossbritannien GROSSBRITANNIEN U.K. GBR Storbritannien Regno_Unito"),
        ("US", "USA U.S.A. США 米国 Stati_Uniti États-Unis the_United_States Los_Estados_Unidos"),
        (
            "CZ",
            "Tschech._Republik Tschechien Česká_republika Czechia Czech_Republic česko République_tchèque",
        ),
        ("SK", "Slow._Republik Slovensko Szlovákia Slowakei"),
        ("CN", "People's_Republic_of_China VR_China P.R._China China"),
        ("TW", "Taiwan Tchaj-wan Republic_of_China"),
        ("NL", "Holland Kingdom_of_the_Netherlands the_Netherlands The_Netherlands Pays-Bas"),
        ("IE", "Republic_of_Ireland Éire Irland Irsko Republik_Irland"),
        ("KR", "Korea Republik_Korea South_Korea Republic_of_Korea Südkorea"),
        ("KP", "North_Korea Democratic_People's_Republic_of_Korea Nordkorea"),
        ("CG", "Congo Kongo Republic_of_the_Congo Congo-Brazzaville Congo_-_Brazzaville"),
        ("CD", "Democratic_Republic_of_the_Congo DR_Congo Congo_(Kinshasa)"),
        (
            "PS",
            "Palestine Palestinian_territories Palästinensische_Autonomiebehörde",
        ),
        ("XK", "Kosovo Kosova XK"),
        ("DE", "BRD Bundesrepublik_Deutschland SRN"),
        ("GM", "The_Gambia Gambia"),
        ("GE", "Georgia Georgia_(country) Georgien"),
        ("IS", "Island Iceland Ísland"),
        ("IT", "Itaien L'Italia in_Italy ITALIA"),
        ("PL", "Polend Polen polska"),
        ("PH", "Philipinen Filipíny"),
        ("RU", "Rußland Russland Rusko"),
        ("FO", "Faroe_Islands Färöer Føroyar"),
        ("CU", "Republic_of_Cuba República_de_Cuba Kuba"),
    ],
)
def test_names_of_countries(code: str, texts: str) -> None:
    words = [text.replace("_", " ") for text in texts.split()]
    assert dict(zip(words, resolve(*words), strict=True)) == dict.fromkeys(words, (code, None, None))


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("England", ("GB", "England", None)),
        ("Schottland", ("GB", "Scotland", None)),
        ("England, United Kingdom", ("GB", "England", None)),
        ("United Kingdom, England", ("GB", "England", None)),
        ("Vereinigtes Königreich (Schottland)", ("GB", "Scotland", None)),
        ("UK - Scotland", ("GB", "Scotland", None)),
        ("Scotland – UK", ("GB", "Scotland", None)),
        ("Algarve, Portugal", ("PT", "Algarve", None)),
        ("Georgia, United States", ("US", "Georgia", None)),
        ("Crimea", ("UA", "Crimea", None)),
        ("Luhansk People's Republic", ("UA", "Luhansk", None)),
        ("Northern Cyprus", ("CY", "Northern Cyprus", None)),
        ("Canary Islands", ("ES", "Canary Islands", None)),
        ("Réunion, France", ("RE", "Réunion", None)),
        ("Réunion (France)", ("RE", None, None)),
        ("Åland Islands, Finland", ("AX", "Åland Islands", None)),
        ("Deutschland (Germany)", ("DE", None, None)),
        ("Georgien (Land)", ("GE", None, None)),
        ("Germany (GDR)", ("DE", None, "East Germany")),
    ],
)
def test_parts_of_countries(text: str, resolved: Resolved) -> None:
    assert resolve(text) == [resolved]


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("DDR", ("DE", None, "East Germany")),
        ("GDR", ("DE", None, "East Germany")),
        ("WestGER", ("DE", None, "West Germany")),
        ("Zaire", ("CD", None, "Zaire")),
        ("Burma", ("MM", None, "Burma")),
        ("Swaziland", ("SZ", None, "Swaziland")),
        ("FYROM", ("MK", None, "Macedonia")),
        ("Mazedonien", ("MK", None, "Macedonia")),
        ("Jugoslawien", (None, None, "Yugoslavia")),
        ("СССР", (None, None, "Soviet Union")),
        ("UdSSR", (None, None, "Soviet Union")),
        ("Československo", (None, None, "Czechoslovakia")),
        ("Zagreb, Yugoslavia", (None, "Zagreb", "Yugoslavia")),
        ("Austria-Hungary", (None, None, "Austria-Hungary")),
    ],
)
def test_former_states(text: str, resolved: Resolved) -> None:
    assert resolve(text) == [resolved]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ",",
        "((",
        ")(",
        "-",
        "Atlantis",
        "in",
        "no",
        "Portland, OR",
        "Germany/Poland",
        "2000",
        "\0",
        "n/a",
        "Q64",
    ],
)
def test_what_is_no_country_gives_nothing(text: str) -> None:
    assert resolve(text) == [(None, None, None)]


def test_one_row_for_each_distinct_text_in_order() -> None:
    frame = resolve_countries(pl.Series(["Polen", None, "x", "Polen", "polen"]), country_names())
    assert frame.columns == ["country_text", "country_code", "region_text", "historic_name"]
    assert frame["country_text"].to_list() == ["Polen", "x", "polen"]
    assert resolve_countries(pl.Series([None, None]), country_names()).height == 0


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.text("(),-/ USAKeng\n", max_size=12))
)
def test_garbage_never_raises(texts: list[str]) -> None:
    frame = resolve_countries(pl.Series(texts, dtype=pl.String), country_names())
    assert frame["country_text"].to_list() == list(dict.fromkeys(texts))


def test_table_is_keyed_and_complete() -> None:
    names = country_names()
    assert names["search_key"].is_unique().all()
    assert names["search_key"].is_sorted()
    assert set(names["kind"]) == {"current", "historic", "historic_union", "part", "informal"}
    assert names.filter(pl.col("country_code").is_null())["kind"].unique().to_list() == ["historic_union"]
    assert names["country_code"].drop_nulls().str.contains("^[A-Z]{2}$").all()
    assert names["country_code"].n_unique() == 251  # 250 codes of GeoNames with XK, and null


def test_reviewed_table_does_not_contradict_itself() -> None:
    reviewed = pl.read_csv(countries.CSV, infer_schema=False)
    assert reviewed.columns == ["name", "country_code", "kind", "note", "standard_name"]
    assert reviewed["name"].is_unique().all()
    meanings = (
        reviewed.with_columns(key=search_key(pl.col("name")))
        .group_by("key")
        .agg(pl.struct("country_code", "kind", "standard_name").n_unique().alias("meanings"))
    )
    assert meanings.filter(pl.col("meanings") > 1).height == 0
    assert (meanings["key"] != "").all()


def test_names_of_several_countries_are_left_out() -> None:
    candidates = countries._candidates()
    lost = candidates.join(country_names(), on="search_key", how="anti")
    codes = lost.group_by("search_key").agg(pl.col("country_code").unique().sort())
    # Hindi, whose vowel signs a search key drops: Togo and Tonga, Saint Martin and Sint Maarten.
    assert dict(codes.iter_rows()) == {"टग": ["TG", "TO"], "सट मरटन": ["MF", "SX"]}


def test_cache_is_used_and_a_broken_one_is_rebuilt(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    fresh = country_names(folder)
    (path,) = folder.rglob("*.parquet")
    country_names.cache_clear()
    assert country_names(folder).equals(fresh)
    for broken in (b"", b"not parquet"):
        path.write_bytes(broken)
        country_names.cache_clear()
        assert country_names(folder).equals(fresh)
        assert list(folder.rglob("*.parquet")) == [path]
    pl.DataFrame({"other": [1]}).write_parquet(path)
    country_names.cache_clear()
    assert country_names(folder).equals(fresh)
    assert pl.read_parquet(path).equals(fresh)


def test_a_cache_that_cannot_be_written_is_not_used(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    assert country_names(in_the_way).equals(country_names())


@pytest.mark.skipif(SAMPLES is None, reason="TWINTOWNS_SAMPLES does not name the folder of the real lists")
@pytest.mark.parametrize(("pattern", "columns"), LISTS, ids=[pattern for pattern, _ in LISTS])
def test_every_country_of_the_real_lists_is_known(pattern: str, columns: list[str]) -> None:
    paths = sorted(Path(SAMPLES or "").glob(pattern))
    assert paths
    separator, quote = ("\t", None) if pattern.endswith("tsv") else (",", '"')
    frames = [
        pl.read_csv(path, separator=separator, quote_char=quote, infer_schema=False).select(columns) for path in paths
    ]
    texts = pl.concat(frames).unpivot()["value"]
    blank = texts.is_null() | (texts.str.strip_chars() == "")
    resolved = resolve_countries(texts.filter(~blank), country_names())
    unknown = resolved.filter(pl.col("country_code").is_null() & pl.col("historic_name").is_null())
    assert set(unknown["country_text"]) <= KNOWN_UNKNOWN
    if pattern in BLANK:
        assert blank.fill_null(value=True).sum() == BLANK[pattern]


@pytest.mark.parametrize(
    ("text", "code"),
    [("CR", "CR"), ("ČR", "CZ"), ("AO", "AO"), ("Áo", "AT"), ("CRI", "CR"), (" AO ", "AO"), ("UK", "GB")],
)
def test_a_printed_code_is_no_folded_name(text: str, code: str) -> None:
    assert resolve_countries(pl.Series([text]), country_names())["country_code"].to_list() == [code]
