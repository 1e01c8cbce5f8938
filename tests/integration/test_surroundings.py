"""Where the program runs: locales, time zones, names of folders, file modes, pipes and links that lead nowhere."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sites import SMALL, Site
from small import with_small_gazetteer

from pipeline.cli import main
from pipeline.publish.run_log import LOG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
USAGE, FAILED = 2, 1
#: A locale that knows ASCII alone, which Python would otherwise take for UTF-8; and a time zone that is none.
POOR = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "TZ": "garbage"}


@pytest.fixture
def site(once: Site) -> Site:
    return once


def run(*arguments: object, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, str(SMALL), *map(os.fsencode, map(str, arguments))],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": "1"} | dict(env or {}),
        capture_output=True,
        timeout=120,
        check=False,
    )


#: Runs the command lines behind each "++", one after the other, in one process: what is around it is the same for all.
SEVERAL = """\
import itertools, sys
sys.path.insert(0, sys.argv[1])
from small import with_small_gazetteer
from pipeline.cli import main
with_small_gazetteer().start()
codes = []
for is_between, arguments in itertools.groupby(sys.argv[2:], "++".__eq__):
    if is_between:
        continue
    sys.argv = ["twintowns", *arguments]
    try:
        codes.append(main())
    except SystemExit as ended:
        codes.append(ended.code)
sys.stderr.write(f"codes {codes}\\n")
"""


def run_all(commands: Iterable[Iterable[object]], env: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    """Run `twintowns` with each of several arguments, and assert that every exit code is 0."""
    listed: list[list[str | bytes]] = [
        ["++", *(os.fsencode(str(argument)) for argument in arguments)] for arguments in commands
    ]
    done = subprocess.run(
        [sys.executable, "-c", SEVERAL, str(SMALL.parent), *itertools.chain(*listed)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": "1"} | dict(env),
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done
    assert done.stderr.splitlines()[-1] == f"codes {[0] * len(listed)}".encode(), done
    return done


def commands(site: Site) -> list[list[object]]:
    """Return commands that print, with the exit code 0."""
    return [
        ["query", "SELECT 'Köln' AS ü", "--release", site.out],
        ["query", "FROM towns", "--format", "json", "--release", site.out],
        ["export", "geojson", "--release", site.out],
        ["explain", "Köln", "Lille", "--json", "--release", site.out],
        ["rejects", "--release", site.out],
        ["status", "--out", site.out],
        ["verify", site.out],
        ["report", "--release", site.out],
        ["sources", "--sources", site.folder / "sources", "--raw", site.raw, "--release", site.out],
        ["dictionary"],
        [*site.arguments()],
        ["build", "--only", "club", "--sources", site.folder / "sources", "--raw", site.raw, "--out", site.out],
    ]


@pytest.mark.long
def test_a_terminal_that_knows_ascii_alone(site: Site) -> None:
    done = run_all(commands(site), POOR | {"PYTHONIOENCODING": "ascii"})
    assert b"Traceback" not in done.stderr, done
    assert (done.stdout + done.stderr).isascii()


def test_a_query_on_a_terminal_that_knows_ascii_alone(site: Site) -> None:
    done = run("query", "SELECT 'ü' AS a", "--release", site.out, env={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("ascii").splitlines()[3].strip("| ") == r"\xfc"
    done = run("query", "FROM ü", "--release", site.out, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == USAGE
    assert rb"Table with name \xfc does not exist" in done.stderr


@pytest.mark.long
def test_files_are_utf_8_in_any_locale(site: Site, tmp_path: Path) -> None:
    """Text in, release, log and exports are the same bytes; a wrong time zone changes nothing either."""
    query = ["query", "SELECT 'Łódź' AS ü, town_name FROM town_partners ORDER BY ALL", "--format", "csv"]
    written = []
    for name, env in (("rich", {"PYTHONUTF8": "1"}), ("poor", POOR)):
        own = Site(tmp_path / name)
        for part in ("sources", "mirror"):
            shutil.copytree(site.folder / part, own.folder / part)
        lines: list[list[object]] = [
            [*own.arguments()],
            [*query, "--output", own.folder / "q.csv", "--release", own.out],
            ["query", "FROM towns", "--output", own.folder / "q.txt", "--release", own.out],
            ["export", "csv", "--output", own.folder / "tables", "--release", own.out],
            ["export", "geojson", "--output", own.folder / "p.geojson", "--release", own.out],
        ]
        run_all(lines, env)
        names = {path.relative_to(own.folder).as_posix(): path for path in own.folder.rglob("*") if path.is_file()}
        # Times, and the database, whose bytes are no promise.
        different = (".jsonl", ".duckdb", "SHA256SUMS", "current", ".checked", ".lock")
        written.append({name: path.read_bytes() for name, path in names.items() if not name.endswith(different)})
        assert "out/releases" in "".join(written[-1])
        (own.out / LOG).read_text("utf-8")
    assert written[0].keys() == written[1].keys()
    assert [name for name in written[0] if written[0][name] != written[1][name]] == []
    assert "Łódź,Köln" in written[1]["q.csv"].decode()
    assert "│ gn2886242 ┆ Köln" in written[1]["q.txt"].decode()


# Names of folders


def test_a_folder_whose_name_is_not_utf_8(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/odd\xff"))
    try:
        shutil.copytree(site.folder, odd, symlinks=True)
    except OSError:
        pytest.skip("the file system takes no such name")
    link = tmp_path / "link"
    link.symlink_to(odd)
    before = sorted(odd.rglob("*"))
    for arguments, folder in (
        (["query", "FROM towns", "--release", odd / "out"], ROOT),
        (["build", "--out", odd / "out"], ROOT),
        (["build", "--raw", odd / "raw", "--out", tmp_path / "out"], ROOT),
        (["refresh", "--offline", "--raw", odd / "raw", "--out", tmp_path / "out"], ROOT),
        (["refresh", "--mirror", odd / "mirror", "--out", tmp_path / "out"], ROOT),
        (["sources", "--sources", odd / "sources"], ROOT),
        (["status", "--out", odd / "out"], ROOT),
        (["verify", odd / "out"], ROOT),
        (["verify", link / "out"], ROOT),
        # The folder above counts too.
        (["query", "FROM towns", "--release", "out"], odd),
        (["query", "FROM towns"], odd),
    ):
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments)])
        assert ended.value.code == USAGE
        assert "is not UTF-8, so the database cannot open it; rename it" in capsys.readouterr().err
    assert sorted(odd.rglob("*")) == before
    assert not (tmp_path / "out").exists()


def test_a_process_is_given_names_that_are_not_utf_8(site: Site) -> None:
    done = run("verify", Path(os.fsdecode(os.fsencode(site.folder) + b"/\xff")))
    assert done.returncode == USAGE
    assert rb"\udcff: the name of this folder" in done.stderr
    assert b"Traceback" not in done.stderr
    done = run("explain", os.fsdecode(b"\xff"), "--release", site.out)
    assert done.returncode == USAGE
    assert rb"argument town: \udcff: not UTF-8" in done.stderr


def test_a_result_is_written_under_any_name(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path
    for form in ("table", "csv", "json", "parquet"):
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff." + form.encode()))
        assert main(["query", "FROM towns", "--format", form, "--output", str(path), "--release", str(site.out)]) == 0
        assert path.stat().st_size > 0
    assert main(["export", "geojson", "--output", str(path), "--release", str(site.out)]) == 0
    assert r"\udcff.parquet: " in capsys.readouterr().out


# File modes


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Take rights from the files that this process writes."""
    before = os.umask(mask)
    try:
        with with_small_gazetteer():
            yield
    finally:
        os.umask(before)


def modes(paths: Iterable[Path]) -> set[str]:
    return {f"{'folder' if path.is_dir() else 'file'} {stat.S_IMODE(path.lstat().st_mode):o}" for path in paths}


@pytest.mark.parametrize("command", ["refresh", "build"])
def test_a_release_is_readable_whatever_the_umask(site: Site, tmp_path: Path, command: str) -> None:
    out = tmp_path / "new"
    arguments = [command if each == "refresh" else each for each in site.arguments()]
    arguments[arguments.index(str(site.out))] = str(out)
    if command == "build":
        arguments = arguments[: arguments.index("--mirror")]
    with umask(0o077):
        assert main(arguments) == 0
    release = (out / "current").resolve()
    found = [path for path in release.rglob("*") if not path.is_symlink()]
    assert modes([release, release.parent]) == {"folder 755"}
    assert modes(found) == {"folder 755", "file 644"}
    names = {path.relative_to(release).as_posix() for path in found}
    assert {"twintowns.duckdb", "towns.parquet", "report/index.html", "datapackage.json", "SHA256SUMS"} <= names
    # Who may enter the folder above is for the operator to say.
    assert modes([out]) == {"folder 700"}


def test_more_rights_than_that_are_kept(site: Site, tmp_path: Path) -> None:
    arguments = site.arguments()
    arguments[arguments.index(str(site.out))] = str(tmp_path / "new")
    with umask(0o002):
        assert main(arguments) == 0
    release = (tmp_path / "new" / "current").resolve()
    assert modes([release, release / "towns.parquet"]) == {"folder 775", "file 664"}


# What is no file


def test_a_pipe_in_place_of_the_log(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    (site.out / LOG).unlink()
    os.mkfifo(site.out / LOG)
    done = run("status", "--out", site.out)
    assert done.returncode == 0, done
    assert f"{LOG}: cannot be read (not a regular file); move it away" in done.stdout.decode()
    done = run(*site.arguments())
    assert done.returncode == 0, done
    assert b"the log cannot be written (not a regular file)" in done.stdout
    assert run("rollback", site.current, "--out", site.out).returncode == FAILED
    assert main(["status", "--out", str(site.out), "--json"]) == 0
    assert "not a regular file" in json.loads(capsys.readouterr().out)["notes"][0]


def test_a_pipe_in_place_of_the_database(site: Site) -> None:
    database = site.out / "current" / "twintowns.duckdb"
    database.unlink()
    os.mkfifo(database)
    done = run("query", "FROM towns", "--release", site.out)
    assert done.returncode == FAILED
    assert f"{database}: ".encode() in done.stderr


@pytest.mark.parametrize("links", [{"current": "current"}, {"current": "other", "other": "current"}])
def test_a_link_that_leads_to_itself(site: Site, capsys: pytest.CaptureFixture[str], links: dict[str, str]) -> None:
    release = site.current
    (site.out / "current").unlink()
    for name, target in links.items():
        (site.out / name).symlink_to(target)
    target = links["current"]
    expected = f"{site.out / 'current'}: leads to {target}, and cannot be followed ("
    out = str(site.out)
    for arguments in (
        ["build", "--only", "club", "--sources", str(site.folder / "sources"), "--raw", str(site.raw), "--out", out],
        ["status", "--out", out],
        ["query", "FROM towns", "--release", out],
        ["export", "geojson", "--release", out],
        ["explain", "Köln", "--release", out],
        ["rejects", "--release", out],
        ["report", "--release", out],
        ["diff", "--out", out],
        ["verify", out],
        ["rollback", "--out", out],
        ["releases", "--out", out],
    ):
        assert main(arguments) == FAILED, arguments
        printed, message = capsys.readouterr()
        assert expected in printed + message
        assert "twintowns rollback RELEASE points it at one" in printed + message
        assert "Traceback" not in message
        if arguments[0] == "releases":
            assert release in printed
    assert (site.out / "current").readlink() == Path(target)
    # As the message says.
    assert main(["rollback", release, "--out", out]) == 0
    assert main(["verify", out]) == 0


def test_a_release_that_is_no_release_is_named_without_markup(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """A name with what rich takes for markup, or with what steers a terminal."""
    (site.out / "current").unlink()
    odd = site.out / "releases" / "[b]\x1b[2J"
    odd.mkdir()
    (site.out / "current").symlink_to(odd)
    assert main(["status", "--out", str(site.out)]) == FAILED
    printed = capsys.readouterr().out
    assert r"current release: [b]\u001b[2J" in printed
    assert "\x1b" not in printed
