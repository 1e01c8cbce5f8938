"""A release appears whole or not at all, and the same content makes the same bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from builders import claim, claims, tables

from pipeline.errors import LockedError, TwintownsError
from pipeline.publish.folders import current_release
from pipeline.publish.lock import locked
from pipeline.publish.release import Published, publish
from schemas import TABLES, ContractError

ONE = tables(claims([claim(1, "gn1", "gn2", "1967")]))
OTHER = tables(claims([claim(1, "gn1", "gn2", "1968"), claim(2, "gn1", "gn3", "1970")]))


def put(out: Path, content: dict[str, pl.DataFrame], input_hash: str = "i") -> Published:
    return publish(content, out, input_hash=input_hash, code_version="1")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one release, to be copied and not written to."""
    out = tmp_path_factory.mktemp("first")
    put(out, ONE)
    return out


@pytest.fixture
def out(first: Path, tmp_path: Path) -> Path:
    """Return a folder of a test's own with one release."""
    return Path(shutil.copytree(first, tmp_path / "out", symlinks=True))


def read(out: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(out / "current" / f"{name}.parquet")


def everything(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_a_release_is_all_tables_and_a_database(tmp_path: Path) -> None:
    published = put(tmp_path, ONE)
    assert published.is_new
    assert published.path == tmp_path / "releases" / published.release_id
    assert current_release(tmp_path) == published.path.resolve()
    # The link leads on wherever the folder is moved to.
    assert str((tmp_path / "current").readlink()) == f"releases/{published.release_id}"
    names = {table.name for table in TABLES}
    assert {path.name for path in published.path.iterdir()} == {f"{name}.parquet" for name in names} | {
        "twintowns.duckdb", "datapackage.json", "croissant.json", "SHA256SUMS", "report",
    }  # fmt: skip
    assert read(tmp_path, "release").to_dicts() == [
        {
            "release_id": published.release_id, "previous_release_id": None, "input_hash": "i",
            "content_hash": read(tmp_path, "release")["content_hash"].item(), "code_version": "1",
            "schema_version": "1.0",
        }
    ]  # fmt: skip
    with duckdb.connect(tmp_path / "current" / "twintowns.duckdb", read_only=True) as connection:
        assert connection.execute("SELECT decade, partnerships FROM partnerships_per_decade").fetchall() == [(1960, 1)]
        for table in TABLES:
            rows = connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()
            assert rows == (read(tmp_path, table.name).height,)


def test_nothing_is_published_before_the_first_release(tmp_path: Path) -> None:
    assert current_release(tmp_path) is None


def test_the_same_content_twice_is_not_a_new_release(out: Path) -> None:
    before = everything(out)
    again = put(out, ONE)
    assert (again.is_new, again.release_id) == (False, read(out, "release")["release_id"].item())
    assert again.path.resolve() == current_release(out)
    assert everything(out) == before


def test_other_content_or_input_is_a_new_release(out: Path) -> None:
    oldest = read(out, "release")["release_id"].item()
    made = [put(out, OTHER, "i"), put(out, OTHER, "j"), put(out, ONE, "j")]
    # A return to older content is news too.
    assert all(one.is_new for one in made)
    names = [oldest, *(one.release_id for one in made)]
    assert names == sorted(set(names))
    assert current_release(out) == made[-1].path.resolve()
    assert read(out, "release")["previous_release_id"].item() == names[-2]
    assert read(out, "partnerships").height == 1
    # Who has an old one open keeps it.
    assert all((out / "releases" / name / "twintowns.duckdb").exists() for name in names)


def break_vocabulary(content: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return content | {"partnerships": content["partnerships"].with_columns(status=pl.lit("gone"))}


def break_reference(content: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return content | {"towns": content["towns"].filter(pl.col("town_id") != "gn1")}


def break_key(content: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return content | {"claims": pl.concat([content["claims"], content["claims"]])}


def break_balance(content: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return content | {"ledger": content["ledger"].with_columns(rows_ignored=pl.col("rows_ignored") + 1)}


def break_columns(content: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return content | {"towns": content["towns"].drop("name")}


def test_a_broken_contract_leaves_the_release_before(out: Path) -> None:
    before = everything(out)
    for spoil, message in (
        (break_vocabulary, "table partnerships breaks its contract in 2 place"),
        (break_reference, "refers to 1 value"),
        (break_key, "table claims breaks its contract"),
        (break_balance, "table ledger breaks its contract in 1 place"),
        (break_columns, "table towns breaks its contract in 1 place"),
    ):
        with pytest.raises(ContractError, match=message):
            put(out, spoil(OTHER))
        assert everything(out) == before
    assert not [path for path in (out / "releases").iterdir() if path.name.startswith(".")]


def test_a_broken_contract_at_first_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ContractError):
        put(tmp_path, break_vocabulary(ONE))
    assert current_release(tmp_path) is None
    assert everything(tmp_path) == {}


def test_a_current_release_that_cannot_be_read_is_not_taken_for_none(out: Path) -> None:
    link = (out / "current").readlink()
    (out / "current" / "claims.parquet").write_bytes(b"PAR1")
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
        "begin anew"
    )
    assert (out / "current").readlink() == link
    assert not (out / "releases").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TwintownsError, match="the one before stays current"):
        put(tmp_path / "file", ONE)
    with pytest.raises(TwintownsError, match="cannot be written") as error, locked(tmp_path / "file"):
        pass
    assert error.value.exit_code == 1


def test_equal_tables_make_equal_bytes_wherever(tmp_path: Path) -> None:
    contracts = {table.name: table for table in TABLES}
    shuffled = {
        # Where an order has ties, the rooms before give them in order.
        name: frame if contracts[name].ties else frame.sample(fraction=1, shuffle=True, seed=7)
        for name, frame in OTHER.items()
    }
    conformed = {name: contracts[name].conform(frame) for name, frame in shuffled.items()}
    made = []
    for folder, content in ((tmp_path / "a", OTHER), (tmp_path / "b" / "c", conformed)):
        put(folder, content)
        made.append({name: raw for name, raw in everything(folder / "current").items() if name.endswith(".parquet")})
    assert made[0] == made[1]
    assert len(made[0]) == len(TABLES)


def test_claims_are_published_as_their_sources_state_them(tmp_path: Path) -> None:
    contract = next(table for table in TABLES if table.name == "claims")
    stated = claims(
        [claim(n, "gn1", f"gn{n}", source_id=source) for n, source in ((9, "b"), (3, "b"), (7, "a"), (2, "a"))]
    )
    assert contract.conform(stated)["claim_id"].to_list() == [stated["claim_id"][row] for row in (2, 3, 0, 1)]
    put(tmp_path, tables(stated))
    with duckdb.connect(tmp_path / "current" / "twintowns.duckdb", read_only=True) as connection:
        stored = [claim_id for (claim_id,) in connection.sql("SELECT claim_id FROM claims ORDER BY rowid").fetchall()]
    assert stored == read(tmp_path, "claims")["claim_id"].to_list()
    assert stored == [stated["claim_id"][row] for row in (2, 3, 0, 1)]


def test_the_database_keeps_texts_as_they_are_whatever_their_length(tmp_path: Path) -> None:
    texts = [None, "", "x" * 300_000, "é'\"\n", *(f"{n} " * 900 for n in range(50))]
    stated = claims([claim(n, "gn1", f"gn{n + 2}", note=text, form_text=text) for n, text in enumerate(texts)])
    put(tmp_path, tables(stated))
    with duckdb.connect(tmp_path / "current" / "twintowns.duckdb", read_only=True) as connection:
        for table in TABLES:
            stored = connection.sql(f"FROM {table.name} ORDER BY rowid").pl()
            assert stored.equals(read(tmp_path, table.name))
            assert stored.columns == table.polars_schema.names()


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
