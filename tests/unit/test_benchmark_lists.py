"""What `make bench` measures on, and beside: synthetic lists like the real ones, their truth, the floor."""

from __future__ import annotations

import hashlib
import json
import statistics
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest

from benchmarks import floor
from benchmarks.dice import bits, chance, pick
from benchmarks.generate import FACTS, generate
from benchmarks.generate_claims import make_pairs
from benchmarks.generate_towns import make_towns
from benchmarks.growth import exponent
from benchmarks.locate import judge_lists, score
from benchmarks.quality import judge
from benchmarks.report import write_report
from pipeline.build import build
from pipeline.gazetteer.gazetteer import load_gazetteer
from pipeline.gazetteer.names import search_key
from pipeline.sources.settings import Settings
from schemas import MODELS

if TYPE_CHECKING:
    from pipeline.build import Built

pytestmark = pytest.mark.long

CLAIMS = 20_000
RAW = Path(__file__).parents[2] / "raw"


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("lists")
    generate(CLAIMS, out)
    return out


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("small")
    generate(1_000, out)
    return out


@pytest.fixture(scope="module")
def built(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    only, folder = frozenset(FACTS["sources"]), tmp_path_factory.mktemp("built")
    return build(Settings(folder / "raw", folder / "out", sources=(small,), only=only))


def _truth(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / "truth" / f"{name}.parquet")


def _share(mask: pl.Series) -> float:
    return float(mask.sum()) / mask.len()


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    generate(1_000, tmp_path / "again")
    generate(1_000, tmp_path / "other", seed=2)
    assert _digests(tmp_path / "again") == _digests(small)
    assert (tmp_path / "other" / "items.tsv").read_bytes() != (small / "items.tsv").read_bytes()


def test_chance_is_even_and_its_names_are_independent() -> None:
    drawn = pl.select(one=chance(pl.int_range(100_000), "one", 1), other=chance(pl.int_range(100_000), "other", 1))
    assert statistics.mean(drawn["one"]) == pytest.approx(0.5, abs=0.01)
    assert statistics.stdev(drawn["one"]) == pytest.approx(12**-0.5, abs=0.01)
    assert abs(drawn.select(pl.corr("one", "other")).item()) < 0.02
    # Another number would mean that the lists of the figures in RESULTS.md cannot be made again.
    assert pl.select(bits(pl.lit(1), "one", 1)).item() == 3338423003869366569
    picked = drawn.select(letter=pick(pl.col("one"), {"a": 1, "b": 3}))["letter"]
    assert _share(picked == "b") == pytest.approx(0.75, abs=0.01)


def test_as_many_rows_as_asked_for_and_a_source_that_is_the_largest(lists: Path) -> None:
    rows = {path.stem: len(path.read_text().splitlines()) - 1 for path in lists.glob("*.?sv")}
    assert sum(rows.values()) == CLAIMS
    assert rows == json.loads((lists / "truth" / "made.json").read_text())["rows"]
    assert max(rows, key=lambda name: rows[name]) == "items"
    assert rows["items"] > CLAIMS / 4


def test_pairs_have_as_many_claims_and_towns_as_many_partners_as_on_the_lists(lists: Path) -> None:
    claims, pairs = _truth(lists, "claims"), _truth(lists, "pairs")
    shares = dict(claims["pair"].value_counts(name="claims")["claims"].value_counts(normalize=True).iter_rows())
    stated = FACTS["claims_of_a_pair"]
    for count in ("1", "2", "3", "4"):
        assert shares[int(count)] == pytest.approx(stated[count] / sum(stated.values()), abs=0.03)
    towns = pl.concat([pairs["town_a"], pairs["town_b"].alias("town_a")])
    degrees = towns.value_counts(name="degree")["degree"]
    assert statistics.mean(degrees) == pytest.approx(2.9, abs=0.3)
    assert _share(degrees == 1) == pytest.approx(0.54, abs=0.05)
    assert 30 < max(degrees) < 500
    assert towns.n_unique() == pytest.approx(CLAIMS * FACTS["towns_per_claim"], rel=0.05)
    assert pairs.select("town_a", "town_b").is_unique().all()
    assert (pairs["town_a"] < pairs["town_b"]).all()


def test_half_of_the_pairs_are_stated_both_ways_and_few_rows_twice(lists: Path) -> None:
    claims = _truth(lists, "claims")
    ways = claims.group_by("pair").agg(ways=(pl.col("town") < pl.col("partner")).n_unique())["ways"]
    assert _share(ways == 2) == pytest.approx(0.5, abs=0.06)
    twice = CLAIMS - claims.select("source_id", "town", "partner").n_unique()
    assert 0.002 < twice / CLAIMS < 0.02


def test_dates_countries_spellings_and_errors_as_declared(lists: Path) -> None:
    csv = [pl.read_csv(path, infer_schema=False) for path in lists.glob("*.csv")]
    tsv = [pl.read_csv(path, separator="\t", quote_char=None, infer_schema=False) for path in lists.glob("*.tsv")]
    rows = pl.concat([*csv, *tsv], how="diagonal")
    assert _share(rows["start"].is_null()) == pytest.approx(0.78, abs=0.03)
    shapes = rows["start"].drop_nulls().str.replace_all(r"\d", "9").str.replace_all(r"\p{L}+", "a")
    assert {"9999", "9999-99-99", "99.9.9999", "a 9999", "99. a 9999"} <= set(shapes)
    assert {"DE", "Germany", "Deutschland"} <= set(rows["town_country"])
    assert 0 < _share(rows["town_country"].is_null()) < 0.01
    assert _share(rows["town"].str.contains(r"\(.+\)")) == pytest.approx(FACTS["spelling"]["bracket"], abs=0.01)
    assert (rows["start"] == "2000").sum() > 0
    truth = _truth(lists, "claims")
    assert truth["is_broken"].sum() <= 10
    towns = _truth(lists, "towns")
    assert _share(towns["place_id"].is_null()) == pytest.approx(FACTS["towns"]["unknown"], abs=0.01)


def test_made_up_towns_bear_no_name_of_the_gazetteer(lists: Path) -> None:
    towns = _truth(lists, "towns")
    made_up = towns.filter(pl.col("place_id").is_null()).select(key=search_key(pl.col("name")))
    assert made_up.join(load_gazetteer().names, on="key", how="semi").is_empty()
    real = towns.drop_nulls("place_id").join(load_gazetteer().places, on="place_id")
    assert (real["name"] == real["name_right"]).all()


def test_each_row_has_its_truth(small: Path) -> None:
    """What a list prints of coordinates is where the truth says that the town lies."""
    printed = pl.read_csv(small / "items_by_country.tsv", separator="\t", quote_char=None).with_row_index("line", 2)
    truth = _truth(small, "claims").filter(pl.col("source_id").cast(pl.String) == "items_by_country")
    places = load_gazetteer().places.select("place_id", "latitude")
    towns = _truth(small, "towns").join(places, on="place_id")
    joined = truth.join(printed, on="line").join(towns, on="town")
    assert joined.height > 50
    assert _share((joined["town_latitude"] - joined["latitude"]).abs() < 0.01) > 0.98


def test_degrees_rise_where_towns_run_out() -> None:
    gazetteer = load_gazetteer()
    few = make_towns(500, gazetteer, FACTS, seed=1)
    pairs = make_pairs(5_000, few, FACTS, seed=1)
    assert pairs.height == pytest.approx(5_000, rel=0.2)
    degrees = pl.concat([pairs["town_a"], pairs["town_b"].alias("town_a")]).value_counts(name="degree")["degree"]
    assert max(degrees) <= 500 // 2


def test_the_pipeline_builds_them_and_the_ledger_balances(built: Built) -> None:
    ledger = pl.read_parquet(built.published.path / "ledger.parquet")
    assert set(ledger["source_id"]) == set(FACTS["sources"])
    assert ledger["rows_read"].sum() == 1_000
    outcome = ledger["rows_used"] + ledger["rows_rejected"] + ledger["rows_ignored"]
    assert (ledger["rows_read"] == outcome).all()
    assert built.published.counts["claims"] >= 990


def test_what_the_pipeline_finds_is_nearly_all_true(small: Path, built: Built) -> None:
    quality = judge(small / "truth", built.published.path)
    assert quality["placed"]["precision"] > 0.97
    assert quality["placed"]["recall"] > 0.9
    assert quality["rows"]["precision"] > 0.99
    assert quality["rows"]["recall"] > 0.85
    assert quality["right_dates"] > 0.85


def test_the_floor_writes_the_tables_of_the_release(small: Path, built: Built, tmp_path: Path) -> None:
    floor.prepare(built.published.path, tmp_path / "tables")
    floor.run(tmp_path / "raw", (small,), tmp_path / "tables", tmp_path / "out")
    assert {path.stem for path in (tmp_path / "out").glob("*.parquet")} == set(MODELS)
    with duckdb.connect(tmp_path / "out" / "twintowns.duckdb", read_only=True) as connection:
        for name in MODELS:
            published = pl.read_parquet(built.published.path / f"{name}.parquet")
            assert pl.read_parquet(tmp_path / "out" / f"{name}.parquet").equals(published), name
            assert connection.table(name).pl().equals(published), name


def test_towns_are_judged_by_the_coordinates_that_a_list_prints(tmp_path: Path) -> None:
    for folder in RAW.glob("starter_*"):
        (tmp_path / folder.name).symlink_to(folder)
    judged = judge_lists(tmp_path, load_gazetteer())
    [starter, total] = score(judged, "source")
    assert (starter["of"], total["of"]) == ("starter_wikidata", "all")
    assert starter["mentions"] > 2_000
    assert starter["precision"] > 0.99
    assert starter["recall"] > 0.99


def test_the_truth_itself_is_judged_perfect_and_errors_are_counted(small: Path, tmp_path: Path) -> None:
    towns = _truth(small, "towns")
    names = towns.select("town", id=pl.coalesce("place_id", pl.format("x{}", "town")))
    claims = _truth(small, "claims").filter(~pl.col("is_broken")).with_columns(pl.col("source_id").cast(pl.String))
    claims = claims.select(
        "source_id",
        "line",
        town_id=pl.col("town").replace_strict(names["town"], names["id"]),
        partner_id=pl.col("partner").replace_strict(names["town"], names["id"]),
        partnership_id=pl.col("pair").cast(pl.String),
    )
    claims.write_parquet(tmp_path / "claims.parquet")
    perfect = judge(small / "truth", tmp_path)
    assert {share for kind in perfect.values() for share in kind.values()} == {1.0}
    alike = claims.with_columns(partnership_id=pl.lit("all the same"), partner_id=pl.lit("gn2950159"))
    alike.write_parquet(tmp_path / "claims.parquet")
    merged = judge(small / "truth", tmp_path)
    assert merged["rows"]["recall"] == 1.0
    assert merged["rows"]["precision"] < 0.05
    assert merged["placed"]["precision"] == pytest.approx(0.5, abs=0.05)


def test_towns_that_are_printed_alike_count_neither_for_nor_against(tmp_path: Path) -> None:
    (tmp_path / "truth").mkdir()
    printed = {
        "register": ["Berg,Deutschland,Lyon,Frankreich"],
        "handbook": ["Berg,DE,Lyon,FR", "Berg,DE,Arras,FR"],
    }
    for name, source in FACTS["sources"].items():
        lines = ["town,town_country,partner,partner_country", *printed.get(name, []), ""]
        text = "\n".join(lines).replace(",", "\t" if source["format"] == "tsv" else ",")
        (tmp_path / f"{name}.{source['format']}").write_text(text, encoding="utf-8")
    towns = pl.DataFrame(
        {"town": range(4), "country_code": ["DE", "DE", "FR", "FR"]}, schema_overrides={"town": pl.UInt32}
    )
    towns.with_columns(place_id=pl.lit(None, pl.String)).write_parquet(tmp_path / "truth" / "towns.parquet")
    numbers = {"line": [2, 2, 3], "town": [0, 0, 1], "partner": [2, 2, 3], "pair": [0, 0, 1]}
    rows = pl.DataFrame(
        {"source_id": ["register", "handbook", "handbook"], **numbers, "is_broken": [False] * 3},
        schema_overrides=dict.fromkeys(numbers, pl.UInt32),
    )
    rows.write_parquet(tmp_path / "truth" / "claims.parquet")

    def towns_when(*partners: str) -> dict[str, float]:
        claims = rows.select("source_id", "line", town_id=pl.lit("xberg"), partner_id=pl.Series(partners))
        claims.with_columns(partnership_id=pl.lit("one")).write_parquet(tmp_path / "claims.parquet")
        return dict(judge(tmp_path / "truth", tmp_path)["towns"])

    assert towns_when("xlyon", "xlyon", "xarras") == {"precision": 1.0, "recall": 1.0}
    # Lyon and Arras are told apart by their names.
    assert towns_when("xlyon", "xlyon", "xlyon") == {"precision": 0.5, "recall": 1.0}


def test_the_exponent_of_growth_is_fitted_to_all_sizes() -> None:
    assert exponent({10**power: 3e-6 * 10**power for power in range(3, 8)}) == pytest.approx(1)
    assert exponent({10**power: 2.0 * 10 ** (1.5 * power) for power in range(3, 8)}) == pytest.approx(1.5)
    # What is done once hides growth among small sizes.
    seconds = {10**power: 2 + 1e-5 * 10**power for power in range(3, 8)}
    overall, large = exponent(seconds), exponent(seconds, smallest=100_000)
    assert overall is not None
    assert large is not None
    assert overall < large < 1
    assert exponent({1000: 1.0}) is None
    assert exponent(seconds, smallest=10**7) is None


def test_a_report_says_what_went_wrong_beside_what_was_measured(tmp_path: Path) -> None:
    run = {"seconds": 2.0, "cpu_seconds": 2.5, "peak_mib": 300, "claims": 1000, "stages": {"locate": 1.5}}
    machine = {"processor": "p", "cores": 2, "memory_gib": 8.0, "system": "s", "python": "3.11", "libraries": {}}
    results = {
        "machine": machine | {"load_before": 0.1, "at": "2026-01-01T00:00+00:00"},
        "inputs": [
            {
                "name": "1,000 claims",
                "claims": 1000,
                "runs": {
                    "floor": [run | {"seconds": 1.0}],
                    "warm": [run, run | {"seconds": 3.0}, run | {"seconds": 9.0}],
                    "splink": [{"error": "stopped after 5 s"}],
                },
                "quality": {"warm": {"placed": {"precision": 0.99, "recall": 0.9}, "right_dates": 0.8}},
            }
        ],
    }
    lines = write_report(results, tmp_path).splitlines()
    assert (tmp_path / "RESULTS.md").read_text().splitlines() == lines[: len(lines)]
    [warm] = [line for line in lines if "pipeline, warm" in line and "MiB" in line]
    assert [cell.strip() for cell in warm.split("|")[3:10]] == [
        "3.00 s",
        "2.00–9.00 s",
        "3",
        "2.50 s",
        "3.0",
        "300 MiB",
        "333",
    ]
    assert "- 1,000 claims, Splink: stopped after 5 s" in lines
    assert any("99.0% / 90.0%" in line and "80.0%" in line for line in lines)
