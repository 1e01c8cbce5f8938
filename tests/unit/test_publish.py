"""A release appears whole or not at all, and the same content makes the same bytes."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest
from builders import claim, claims, inputs

from pipeline.curate.sql import sql_names
from pipeline.errors import LockedError, TwintownsError
from pipeline.publish.folders import current_release
from pipeline.publish.lock import locked
from pipeline.publish.release import Build, Published, publish
from schemas import MODELS, ContractError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import MadeOnce

    from pipeline.curate import Inputs

ONE = inputs(claims([claim(1, "gn1", "gn2", "1967")]))
OTHER = inputs(claims([claim(1, "gn1", "gn2", "1968"), claim(2, "gn1", "gn3", "1970")]))
VIEWS = sql_names("views")


def put(out: Path, content: Inputs, input_hash: str = "i", accepted: dict[str, str] | None = None) -> Published:
    return publish(Build(content, input_hash, code_version="1"), out, accepted)


@pytest.fixture(scope="module")
def first(made_once: MadeOnce) -> Path:
    """Return a folder with one release, to be copied and not written to."""
    return made_once("first", lambda out: put(out, ONE))


@pytest.fixture
def out(first: Path, tmp_path: Path) -> Path:
    """Return a folder of a test's own with one release."""
    return Path(shutil.copytree(first, tmp_path / "out", symlinks=True))


def read(out: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(out / "current" / f"{name}.parquet")


def read_database(out: Path, name: str) -> pl.DataFrame:
    with duckdb.connect(out / "current" / "twintowns.duckdb", read_only=True) as connection:
        rows: pl.DataFrame = connection.table(name).pl()
    return rows


def every_file(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_a_release_is_all_tables_and_a_database(tmp_path: Path) -> None:
    published = put(tmp_path, ONE)
    assert published.is_new
    assert published.path == tmp_path / "releases" / published.release_id
    assert current_release(tmp_path) == published.path.resolve()
    # The link leads on wherever the folder is moved to.
    assert str((tmp_path / "current").readlink()) == f"releases/{published.release_id}"
    assert {path.name for path in published.path.iterdir()} == {f"{name}.parquet" for name in MODELS} | {
        "twintowns.duckdb",
        "datapackage.json",
        "croissant.json",
        "SHA256SUMS",
        "report",
        "summaries",
    }
    assert {path.name for path in (published.path / "summaries").iterdir()} == {f"{name}.parquet" for name in VIEWS}
    assert read(tmp_path, "release").to_dicts() == [
        {
            "release_id": published.release_id,
            "previous_release_id": None,
            "input_hash": "i",
            "content_hash": read(tmp_path, "release")["content_hash"].item(),
            "code_version": "1",
            "schema_version": "1.1",
        }
    ]
    assert read_database(tmp_path, "partnerships_per_decade").select("decade", "partnerships").rows() == [(1960, 1)]
    for name, model in MODELS.items():
        rows = read(tmp_path, name)
        assert rows.schema == model.dtypes(), name
        assert read_database(tmp_path, name).equals(rows), name
        assert published.counts.get(name, rows.height) == rows.height
    for name in VIEWS:
        assert read_database(tmp_path, name).equals(read(tmp_path, f"summaries/{name}")), name


def test_nothing_is_published_before_the_first_release(tmp_path: Path) -> None:
    assert current_release(tmp_path) is None


def test_the_same_content_twice_is_not_a_new_release(out: Path) -> None:
    before = every_file(out)
    again = put(out, ONE)
    assert (again.is_new, again.release_id) == (False, read(out, "release")["release_id"].item())
    assert again.path.resolve() == current_release(out)
    assert again.counts["partnerships"] == 1
    assert every_file(out) == before


@pytest.mark.long
def test_other_content_or_input_is_a_new_release(out: Path) -> None:
    oldest = read(out, "release")["release_id"].item()
    releases = [put(out, OTHER, "i"), put(out, OTHER, "j"), put(out, ONE, "j")]
    # A return to older content is news too.
    assert all(published.is_new for published in releases)
    names = [oldest, *(published.release_id for published in releases)]
    assert names == sorted(set(names))
    assert current_release(out) == releases[-1].path.resolve()
    assert read(out, "release")["previous_release_id"].item() == names[-2]
    assert read(out, "partnerships").height == 1
    # Who has an old one open keeps it.
    assert all((out / "releases" / name / "twintowns.duckdb").exists() for name in names)


# A broken contract


def with_checked(**frames: Callable[[pl.DataFrame], pl.DataFrame]) -> Inputs:
    """Return inputs of which some accepted frames are changed."""
    changed: dict[str, Any] = {name: change(getattr(OTHER.checked, name)) for name, change in frames.items()}
    return replace(OTHER, checked=replace(OTHER.checked, **changed))


def with_mentions(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Inputs:
    return replace(OTHER, located=replace(OTHER.located, mentions=change(OTHER.located.mentions)))


BROKEN = {
    "vocabulary": (
        with_checked(claims=lambda claims: claims.with_columns(claim_rank=pl.lit("gone"))),
        r"table claims breaks its contract in 2 place.*\n  claim_rank: isin\(.*\(row 0: gone\)",
    ),
    "vocabulary of a value that is decided": (
        with_checked(claims=lambda claims: claims.with_columns(status=pl.lit("gone"))),
        r"table claims breaks its contract in 2 place.*\n  status: isin\(.*\(row 0: gone\)",
    ),
    "reference": (
        with_mentions(lambda mentions: mentions.filter(pl.col("town_id") != "gn1")),
        "claims.town_id refers to 1 value.* that towns.town_id does not have, such as 'gn1'",
    ),
    "key": (
        with_checked(claims=lambda claims: pl.concat([claims, claims])),
        "table claims breaks its contract in 4 place",
    ),
    "balance": (
        with_checked(ledger=lambda ledger: ledger.with_columns(pl.col("rows_ignored") + 1)),
        r"table ledger breaks its contract in 1 place.*\n  row: balanced \(row 0: ",
    ),
    "columns": (
        with_mentions(lambda mentions: mentions.drop("kind")),
        "table located_mentions breaks its contract in 3 place",
    ),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_contract_leaves_the_release_before(out: Path, content: Inputs, message: str) -> None:
    before = every_file(out)
    with pytest.raises(ContractError, match=message):
        put(out, content)
    assert every_file(out) == before
    assert [path.name for path in (out / "releases").iterdir()] == [(out / "current").readlink().name]


def test_a_broken_contract_at_first_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ContractError):
        put(tmp_path, BROKEN["reference"][0])
    assert current_release(tmp_path) is None
    assert every_file(tmp_path) == {}


def test_what_breaks_a_contract_between_gates_is_kept_to_be_looked_at(out: Path) -> None:
    link = (out / "current").readlink()
    with pytest.raises(ContractError):
        put(out, BROKEN["reference"][0], accepted={})
    assert (out / "current").readlink() == link
    (refused,) = (out / "refused").iterdir()
    assert pl.read_parquet(refused / "claims.parquet").height == 2
    assert "gn1" not in pl.read_parquet(refused / "towns.parquet")["town_id"]


# A folder that is not as it should be


@pytest.mark.parametrize("table", ["claims", "release"])
@pytest.mark.parametrize("content", [b"PAR1", None], ids=["damaged", "missing"])
def test_a_current_release_that_cannot_be_read_is_not_taken_for_none(
    out: Path, table: str, content: bytes | None
) -> None:
    link, path = (out / "current").readlink(), out / "current" / f"{table}.parquet"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TwintownsError, match="the current release cannot be read") as error:
        put(out, OTHER)
    assert str(error.value).endswith(f"point {out}/current at a good one")
    assert (out / "current").readlink() == link


def test_a_link_that_leads_nowhere_is_not_taken_for_no_release(out: Path) -> None:
    (out / "releases").rename(out / "moved")
    link = (out / "current").readlink()
    with pytest.raises(TwintownsError) as error:
        put(out, OTHER)
    assert str(error.value) == (
        f"{out}/current: leads to {link}, which is not there; point it at one of {out}/releases, or remove the link to "
        "start again; twintowns releases lists them, and twintowns rollback RELEASE points it at one"
    )
    assert (out / "current").readlink() == link
    assert not list((out / "releases").glob("*"))


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TwintownsError, match="the previous one stays current"):
        put(tmp_path / "file", ONE)
    with pytest.raises(TwintownsError, match="cannot be written") as error, locked(tmp_path / "file"):
        pass
    assert error.value.exit_code == 1


# The bytes


def many_claims(order: random.Random | None = None) -> Inputs:
    """Return inputs of claims of several sources about the same links, in another order if one is given."""
    rows = [
        claim(
            number, f"gn{number % 7}", f"gn{10 + number % 11}", str(1950 + number % 40), source_id=f"list_{number % 3}"
        )
        for number in range(200)
    ]
    content = inputs(claims(order.sample(rows, len(rows)) if order else rows))
    if order is None:
        return content
    ledger = content.checked.ledger.sample(fraction=1, shuffle=True, seed=7)
    mentions = content.located.mentions.sample(fraction=1, shuffle=True, seed=7)
    return replace(
        content,
        sources=tuple(reversed(content.sources)),
        checked=replace(content.checked, ledger=ledger),
        located=replace(content.located, mentions=mentions),
    )


def test_equal_inputs_make_equal_bytes_wherever_in_whatever_order(tmp_path: Path) -> None:
    files = []
    for folder, content in ((tmp_path / "a", many_claims()), (tmp_path / "b" / "c", many_claims(random.Random(7)))):
        put(folder, content)
        # The database has the same content, not the same bytes.
        differing = ("twintowns.duckdb", "SHA256SUMS")
        files.append({name: raw for name, raw in every_file(folder / "current").items() if name not in differing})
    assert set(files[0]) == set(files[1])
    assert [name for name in files[0] if files[0][name] != files[1][name]] == []
    assert len([name for name in files[0] if name.endswith(".parquet")]) == len(MODELS) + len(VIEWS)


def test_claims_are_published_source_by_source(tmp_path: Path) -> None:
    stated = [claim(n, "gn1", f"gn{n}", source_id=source) for n, source in ((9, "b"), (3, "b"), (7, "a"), (2, "a"))]
    put(tmp_path, inputs(claims(stated)))
    with duckdb.connect(tmp_path / "current" / "twintowns.duckdb", read_only=True) as connection:
        stored = [claim_id for (claim_id,) in connection.sql("SELECT claim_id FROM claims ORDER BY rowid").fetchall()]
    assert stored == read(tmp_path, "claims")["claim_id"].to_list()
    assert stored == [f"c{number:016x}" for number in (2, 7, 3, 9)]


def test_the_database_keeps_texts_as_they_are_whatever_their_length(tmp_path: Path) -> None:
    texts = [None, "", "x" * 300_000, "é'\"\n", *(f"{n} " * 900 for n in range(50))]
    stated = claims([claim(n, "gn1", f"gn{n + 2}", note=text, form_text=text) for n, text in enumerate(texts)])
    put(tmp_path, inputs(stated))
    for rows in (read(tmp_path, "claims"), read_database(tmp_path, "claims")):
        assert rows.sort("claim_id").select("note", "form_text").rows() == [(text, text) for text in texts]


# The lock


def test_only_one_builds_at_a_time(tmp_path: Path) -> None:
    with locked(tmp_path / "out"):
        with pytest.raises(
            LockedError, match=r"another build is running \(process \d+, .+, at start\); try again later"
        ) as error:
            locked(tmp_path / "out").__enter__()
        assert error.value.exit_code == 5
        with locked(tmp_path / "elsewhere"):
            pass
    with locked(tmp_path / "out"):
        pass


def test_a_build_that_fails_frees_the_folder(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="failed"), locked(tmp_path):
        raise RuntimeError("failed")
    with locked(tmp_path):
        pass
