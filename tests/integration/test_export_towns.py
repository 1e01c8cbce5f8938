"""One JSON file a town: read by DuckDB and by json, and compared with the tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from own_release import ask, export

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MadeOnce

COVENTRY = "gn2652221"
IN_TWO_COUNTRIES = "country_code = 'DE' AND partner_country_code = 'FR'"
FROM_EITHER_SIDE = "(country_code, partner_country_code) IN (('DE', 'FR'), ('FR', 'DE'))"


@pytest.fixture(scope="module")
def site(starter: Path, made_once: MadeOnce) -> Path:
    """Return the files of a part of the starter collection: German towns with partners in France, and these."""

    def write(folder: Path) -> None:
        site = str(folder / "site")
        assert export(starter.parents[1], "towns", "--where", IN_TWO_COUNTRIES, "--directory", site) == 0

    return made_once("town_files", write) / "site"


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_index_lists_every_town_with_its_file(site: Path, out: Path) -> None:
    expected = ask(
        out,
        "SELECT town_id, town_name, country_code, count(DISTINCT partnership_id) FROM town_partners "
        f"WHERE {FROM_EITHER_SIDE} GROUP BY ALL ORDER BY town_id",
    )
    index = duckdb.read_json(str(site / "index.json"))
    assert index.select("town_id, name, country_code, partner_count").fetchall() == expected
    assert len(expected) > 500
    files = {entry["file"] for entry in load(site / "index.json")}
    assert files == {f"towns/{path.name}" for path in (site / "towns").iterdir()}
    about = load(site / "release.json")
    assert about["town_count"] == len(files)
    assert about["release_id"] == ask(out, "SELECT release_id FROM release")[0][0]


def test_duckdb_reads_all_files_as_the_tables_have_them(site: Path, out: Path) -> None:
    types = "STRUCT(partnership_id VARCHAR, town_id VARCHAR, start_date DATE, form VARCHAR, claims JSON[])[]"
    columns = {"town": f"STRUCT({town_columns(out)})", "partners": types}
    files = duckdb.read_json(str(site / "towns" / "*.json"), columns=columns).materialize()
    towns = files.select("unnest(town)").order("town_id").fetchall()
    assert towns == ask(out, f"FROM towns WHERE town_id IN {tuple(row[0] for row in towns)} ORDER BY town_id")
    partners = files.select("town.town_id AS town, unnest(partners, recursive := true)")
    read = partners.select("partnership_id, town, town_id, start_date, form, len(claims)").order("ALL").fetchall()
    expected = f"""
        SELECT partnership_id, town_id, partner_id, start_date, form, claim_count
        FROM town_partners JOIN (SELECT partnership_id, claim_count FROM partnerships) USING (partnership_id)
        WHERE {FROM_EITHER_SIDE} ORDER BY ALL
    """
    assert read == ask(out, expected)


def town_columns(out: Path) -> str:
    return ", ".join(f"{name} {dtype}" for name, dtype, *_ in ask(out, "DESCRIBE towns"))


def test_a_file_has_what_every_table_knows_of_the_town(own: Path, tmp_path: Path) -> None:
    release = own / "out"
    assert export(release, "towns", "--directory", str(tmp_path / "site")) == 0
    coventry = load(tmp_path / "site" / "towns" / f"{COVENTRY}.json")
    assert coventry["town"]["name"] == "Coventry"
    names = {name for names in coventry["names"].values() for name in names}
    assert names == {name for (name,) in ask(release, f"SELECT name FROM town_names WHERE town_id = '{COVENTRY}'")}
    [partner] = coventry["partners"]
    assert (partner["name"], partner["start_date"], partner["start_precision"]) == ("Dresden", "1959-01-01", "year")
    claims = {claim["source_id"]: claim for claim in partner["claims"]}
    register = claims["open_register"]
    assert (register["start_text"], register["url"]) == ("1959", "https://example.org/open_register")
    gazetteers = ask(release, "SELECT source_id FROM sources WHERE is_used AND kind = 'gazetteer'")
    assert {credit["source_id"] for credit in coventry["credits"]} == {*claims, *(name for (name,) in gazetteers)}
    assert coventry["release_id"] == ask(release, "SELECT release_id FROM release")[0][0]
    assert '<b>&"Ort"\x07x' in {load(path)["town"]["name"] for path in (tmp_path / "site" / "towns").iterdir()}


def test_groups_and_awards_of_a_town_are_in_its_file(site: Path, out: Path) -> None:
    read = {path.stem: load(path) for path in (site / "towns").iterdir()}
    for table, member in (("awards", "awards"), ("group_members", "groups")):
        counts = dict(ask(out, f"SELECT town_id, count(*) FROM {table} WHERE town_id IS NOT NULL GROUP BY ALL"))
        assert {town: len(file[member]) for town, file in read.items() if file[member]} == {
            town: count for town, count in counts.items() if town in read
        }
        assert any(file[member] for file in read.values())


def test_every_file_is_as_the_schema_says(site: Path) -> None:
    schema = load(site / "town.schema.json")
    for path in sorted((site / "towns").iterdir())[::20]:
        check(load(path), schema, path.name)


TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "null": (type(None),),
    "array": (list,), "object": (dict,),
}  # fmt: skip


def check(value: Any, schema: dict[str, Any], where: str) -> None:
    """Check a value as JSON Schema does, for the keywords that the schema of a town has."""
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert any(isinstance(value, TYPES[name]) for name in names), where
    assert "enum" not in schema or value in schema["enum"], where
    if isinstance(value, list):
        for item in value:
            check(item, schema["items"], where)
    if isinstance(value, dict) and "properties" in schema:
        assert list(value) == list(schema["properties"]) == schema["required"], where
        for name, member in value.items():
            check(member, schema["properties"][name], f"{where}: {name}")
    elif isinstance(value, dict):
        for name, member in value.items():
            check(member, schema["additionalProperties"], f"{where}: {name}")


# The folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_of_an_earlier_run_is_replaced(own: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    assert export(own / "out", "towns", "--directory", str(folder)) == 0
    whole = contents(folder)
    assert export(own / "out", "towns", "--directory", str(folder), "--where", "town_name = 'Coventry'") == 0
    assert {name for name in contents(folder) if name.startswith("towns/")} == {
        f"towns/{COVENTRY}.json",
        "towns/gn2935022.json",
    }
    # What an interrupted run has left.
    (tmp_path / "site.part" / "towns").mkdir(parents=True)
    (tmp_path / "site.part" / "release.json").write_text((folder / "release.json").read_text())
    assert export(own / "out", "towns", "--directory", str(folder)) == 0
    assert contents(folder) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize(
    ("before", "message"),
    [
        ({"index.html": "<p>mine"}, "is not empty, and was not written by this command; it stays as it is"),
        ({"release.json": "{}"}, "is not empty, and was not written by this command; it stays as it is"),
        (
            {"release.json": '{"made_by": "twintowns export towns"}', "index.html": "<p>mine"},
            "would be replaced, and index.html in it with it",
        ),
        ("a file", "is a file, which stays as it is"),
    ],
)
def test_what_is_not_of_this_command_is_never_replaced(
    own: Path, tmp_path: Path, before: dict[str, str] | str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "site"
    if isinstance(before, str):
        folder.write_text(before)
    else:
        folder.mkdir()
        for name, text in before.items():
            (folder / name).write_text(text)
    files = contents(tmp_path)
    assert export(own / "out", "towns", "--directory", str(folder)) == 2
    assert message in capsys.readouterr().err
    assert contents(tmp_path) == files


def test_what_fails_leaves_the_old_folder(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "site"
    assert export(own / "out", "towns", "--directory", str(folder)) == 0
    files = contents(tmp_path)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    for broken in ("_write_text", "_replace"):
        with monkeypatch.context() as patch:
            patch.setattr(f"pipeline.export.town_files.{broken}", full)
            assert export(own / "out", "towns", "--directory", str(folder)) == 1
        assert "No space left on device" in capsys.readouterr().err
        assert contents(tmp_path) == files


def test_a_folder_must_be_named(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(own / "out", "towns") == 2
    assert "towns are many files; say which folder" in capsys.readouterr().err
