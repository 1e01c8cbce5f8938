"""Bad input through the command line: one message, an exit code, and the release before, or the rest of a new one."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import duckdb
import pytest
from sites import SMALL
from small import with_small_gazetteer

from pipeline.cli import main
from pipeline.publish.lock import locked
from pipeline.sources import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).parents[2]
FAILED, USAGE, SOURCE, LOCKED, PARTIAL = 1, 2, 3, 5, 6

ROWS = (
    "Stadt;Land;Partner;Partnerland;Seit;Form",
    "Coburg;Deutschland;Oudenaarde;Belgien;1972;p",
    "Celle;Deutschland;Meudon;Frankreich;1953;p",
    "Köln;Deutschland;Lille;Frankreich;1958;p",
)
DECLARATION = """\
title = "Partner towns of three towns"
publisher = "a club"
url = "https://example.org/list"
licence = "CC0-1.0"
language = "de"
kind = "list"
authority = "list"
directions = "one"
as_of = 2024-12-31
files = [{ name = "list.csv" }]

[format]
delimiter = ";"

[columns]
town = "Stadt"
town_country = "Land"
partner = "Partner"
partner_country = "Partnerland"
start = "Seit"
form = "Form"

[codes.form]
p = "partnership"
"""
#: What is printed of a step on the way to the failure.
STEP = re.compile(r"[\w ]+: \d+\.\d\d s")


def text(*rows: str) -> bytes:
    return ("\n".join(rows) + "\n").encode()


def write_source(folder: Path, content: bytes | None, declaration: str = DECLARATION) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "club.toml").write_text(declaration, encoding="utf-8")
    if content is not None:
        (folder / "list.csv").write_bytes(content)
    return folder


def state(out: Path) -> Mapping[str, str]:
    """Return everything below a folder: a file by its checksum, a link by where it leads."""
    return {
        str(path.relative_to(out)): str(path.readlink())
        if path.is_symlink()
        else hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(out.rglob("*"))
        if not {".lock", ".work"}.intersection(path.parts)
    }


def partnerships(out: Path) -> int:
    with duckdb.connect(out / "current" / "twintowns.duckdb", read_only=True) as connection:
        row = connection.execute("SELECT count(*) FROM partnerships").fetchone()
    assert row
    return int(row[0])


def only_message(said: str) -> str:
    """Return the message on standard error, which is one and no traceback."""
    lines = [line for line in said.splitlines() if not STEP.fullmatch(line)]
    assert "Traceback" not in said
    assert [line for line in lines if line.startswith("twintowns: ")] == lines[:1], said
    return "\n".join(lines)


@pytest.fixture(autouse=True)
def small_gazetteer() -> Iterator[None]:
    """Build with a gazetteer of a few places: where the towns lie is not asked here."""
    with with_small_gazetteer():
        yield


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a release of three partnerships."""
    folder = tmp_path_factory.mktemp("published")
    sources = write_source(folder / "sources", text(*ROWS))
    where = ("--raw", folder / "raw", "--out", folder / "out", "--sources", sources)
    with with_small_gazetteer():
        assert main(["build", "--only", "club", *map(str, where)]) == 0
    assert partnerships(folder / "out") == 3
    return folder / "out"


class Refuse(Protocol):
    def __call__(self, code: int, *arguments: object) -> str: ...


@pytest.fixture
def refuse(out: Path, capsys: pytest.CaptureFixture[str]) -> Refuse:
    """Return what runs a build that must fail with a code, and returns its message."""

    def run(code: int, *arguments: object) -> str:
        before = state(out)
        capsys.readouterr()
        assert main(["build", "--out", str(out), *map(str, arguments)]) == code
        printed, said = capsys.readouterr()
        assert printed == ""
        assert state(out) == before
        assert partnerships(out) == 3
        return only_message(said)

    return run


# The raw store


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "raw", tmp_path / "raw", ignore=shutil.ignore_patterns("wiki*", "world*")))


@pytest.fixture
def leave_out(raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Return what builds from a broken source and a whole one, and returns what is said of the broken one."""

    def run(source: str) -> str:
        other = "starter_towns" if source == "starter_germany" else "starter_germany"
        arguments = ("--raw", raw, "--out", tmp_path / "out", "--only", source, other)
        assert main(["build", *map(str, arguments)]) == PARTIAL
        printed, said = capsys.readouterr()
        assert "Traceback" not in said
        with duckdb.connect(tmp_path / "out" / "current" / "twintowns.duckdb", read_only=True) as connection:
            read = connection.execute("SELECT DISTINCT source_id FROM claims").fetchall()
        assert read == [(other,)]
        [line] = [line for line in printed.splitlines() if line.startswith("missing ")]
        return line.removeprefix(f"missing {source}: ")

    return run


def test_a_file_that_the_manifest_lists_is_missing(raw: Path, leave_out: Callable[[str], str]) -> None:
    path = raw / "starter_towns" / "statements.csv"
    path.unlink()
    message = leave_out("starter_towns")
    assert f"{path}: the manifest lists it, but it cannot be read (No such file or directory)" in message
    assert "restore it" in message


def test_a_truncated_file_says_how_much_of_it_is_there(raw: Path, leave_out: Callable[[str], str]) -> None:
    path = raw / "starter_wikidata" / "statements.csv"
    content = path.read_bytes()
    path.write_bytes(content[:50_000])
    assert f"{path}: truncated: 50000 of {len(content)} bytes are there" in leave_out("starter_wikidata")


def test_an_altered_file_says_which_checksums_differ(raw: Path, leave_out: Callable[[str], str]) -> None:
    path = raw / "starter_germany" / "statements.csv"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"1967", b"1976", 1))
    message = leave_out("starter_germany")
    assert f"{path}: altered since it was received" in message
    for one in (content, path.read_bytes()):
        assert hashlib.sha256(one).hexdigest()[:12] in message


def test_half_a_last_line_of_a_manifest_is_named_and_nothing_else_happens(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = raw / "starter_groups" / "manifest.jsonl"
    path.write_text(path.read_text() + '{"source_id": "starter_groups", "na')
    line = len(path.read_text().splitlines())
    arguments = ("--raw", raw, "--out", tmp_path / "out", "--only", "starter_groups", "starter_towns")
    assert main(["build", *map(str, arguments)]) == 0
    assert f"{path}, line {line}: not a manifest entry" in capsys.readouterr().out


def test_a_source_that_is_off_may_be_damaged(raw: Path, tmp_path: Path) -> None:
    (raw / "starter_wikidata" / "statements.csv").unlink()
    arguments = ("--raw", raw, "--out", tmp_path / "out", "--only", "starter_towns")
    assert main(["build", *map(str, arguments)]) == 0


@pytest.mark.long
@pytest.mark.parametrize("option", ["--enable", "--only"])
def test_a_service_that_is_named_but_was_never_fetched_is_noted(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    for name in ("geonames", "starter_towns", "wikidata_dump", "wikipedia"):
        shutil.copy(BUILT_IN / f"{name}.toml", shipped)
    monkeypatch.setattr("pipeline.sources.load.BUILT_IN", shipped)  # so that little else is on
    named = ("wikidata_dump", "starter_towns") if option == "--only" else ("wikidata_dump",)
    assert main(["build", "--raw", str(raw), "--out", str(tmp_path / "out"), option, *named]) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("not read:")]
    assert "not read: wikidata_dump: never fetched; fetch it with: twintowns fetch wikidata_dump" in notes
    assert not [note for note in notes if note.startswith("not read: wikipedia_")]


def test_nothing_was_ever_fetched(tmp_path: Path, refuse: Refuse) -> None:
    message = refuse(SOURCE, "--raw", tmp_path / "raw", "--only", "wikidata_2016")
    assert "ever fetched" in message
    assert "twintowns fetch" in message


# A user's list


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "\n".join(ROWS).encode("cp1252"),
            ("list.csv@", "line 4", "byte 0xf6 is not utf-8", "encoding ="),
            id="wrong encoding",
        ),
        pytest.param(text(*ROWS).decode().encode("utf-16"), ("list.csv@", "line 1", "not utf-8"), id="UTF-16"),
        pytest.param(
            text(*ROWS).replace(b"Partnerland", b"PartnerLand_"),
            ("list.csv@", "no column 'Partnerland'", "did you mean 'PartnerLand_'", "columns.partner_country"),
            id="a column renamed",
        ),
        pytest.param(
            text(*(row.rsplit(";", 2)[0] for row in ROWS)),
            ("list.csv@", "no column 'Seit'", "columns.start"),
            id="columns gone",
        ),
        pytest.param(
            text(*ROWS).replace(b";", b","),
            ("list.csv@", "no column 'Stadt'", "the header is one field", "is the delimiter another?"),
            id="another delimiter",
        ),
        pytest.param(
            text(*ROWS, "Hof;Deutschland;Villeneuve;la-Garenne;Frankreich;1980;p"),
            ("list.csv@", "line 5", "7 fields where the header has 6", "Villeneuve", "max_shifted_rows = 1"),
            id="a field too many",
        ),
        pytest.param(
            text(*ROWS[:2], "Hof;Deutschland", *ROWS[2:]),
            ("list.csv@", "line 3", "2 fields where the header has 6"),
            id="a cut line",
        ),
        pytest.param(
            text(*ROWS, "Hof;Deutschland;Villeneuve;la Garenne;Frankreich;1980"),
            ("list.csv@", "line 5", "several cells hold what belongs in other columns", "la Garenne"),
            id="a row moved that has as many fields",
        ),
        pytest.param(
            text(*ROWS, '"Hof;Deutschland;Villeneuve;Frankreich;1980;p'),
            ("list.csv@", "quotation mark is opened but never closed", "Hof"),
            id="an open quotation mark",
        ),
        pytest.param(
            text(*ROWS).replace(b"Form", b"Seit"),
            ("list.csv@", "line 1", "'Seit' more than once"),
            id="a column twice",
        ),
        pytest.param(text(*ROWS) + b"\0\0\0", ("list.csv@", "line 5", "NUL"), id="NUL characters"),
        pytest.param(b"", ("list.csv@", "the file is empty"), id="an empty file"),
        pytest.param(b"\n \n\n", ("list.csv@", "the file is empty"), id="blank lines"),
        pytest.param(text(ROWS[0]), ("list.csv@", "a header, but no rows"), id="a header alone"),
        pytest.param(
            text(*ROWS[:1], *[";;;;;"] * 3),
            ("club:", "3 rows, none of which names anybody", "club.toml"),
            id="empty rows alone",
        ),
        pytest.param(None, ("list.csv", "beside", "club.toml"), id="no file"),
    ],
)
def test_a_list_that_is_not_as_declared(
    tmp_path: Path, refuse: Refuse, content: bytes | None, expected: tuple[str, ...]
) -> None:
    sources = write_source(tmp_path / "sources", content)
    message = refuse(SOURCE, "--raw", tmp_path / "raw", "--sources", sources, "--only", "club")
    for part in expected:
        assert part in message


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ("rows = { min = 4 }", "3 rows, at least 4 expected"),
        ("rows = { max = 2 }", "3 rows, at most 2 expected"),
        ("filled = { start = 1.0 }", "column 'start' is filled in 66.7% of rows, at least 100.0% expected"),
    ],
)
def test_a_list_outside_its_bounds(tmp_path: Path, refuse: Refuse, bounds: str, expected: str) -> None:
    content = text(*ROWS).replace(b"1953", b"")
    sources = write_source(tmp_path / "sources", content, f"{DECLARATION}\n[expect]\n{bounds}\n")
    message = refuse(SOURCE, "--raw", tmp_path / "raw", "--sources", sources, "--only", "club")
    assert f"club: {expected}" in message
    assert str(sources / "club.toml") in message


def test_a_shape_of_a_column_that_is_not_there(tmp_path: Path, refuse: Refuse) -> None:
    sources = write_source(tmp_path / "sources", text(*ROWS), DECLARATION + '[shape]\nSiet = "[0-9]{4}"\n')
    message = refuse(SOURCE, "--raw", tmp_path / "raw", "--sources", sources, "--only", "club")
    assert "club/list.csv@" in message
    assert f"no column 'Siet'; did you mean 'Seit'? (declared in {sources / 'club.toml'} under [shape])" in message


def test_a_folder_where_the_list_should_be(tmp_path: Path, refuse: Refuse) -> None:
    sources = write_source(tmp_path / "sources", None)
    (sources / "list.csv").mkdir()
    message = refuse(SOURCE, "--raw", tmp_path / "raw", "--sources", sources, "--only", "club")
    assert f"{sources / 'list.csv'}: cannot be read (Is a directory)" in message


def test_a_list_that_breaks_is_taken_from_its_last_good_snapshot(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--raw", raw, "--out", tmp_path / "out", "--sources", tmp_path / "sources", "--only", "club", "good")
    good = write_source(tmp_path / "sources", text(*ROWS))
    (good / "good.toml").write_text(DECLARATION.replace("list.csv", "good.csv"), encoding="utf-8")
    (good / "good.csv").write_bytes(text(*ROWS[:3]))
    assert main(["build", *map(str, where)]) == 0
    (good / "list.csv").write_bytes(text(ROWS[0], '"Hof;Deutschland;Villeneuve;Frankreich;1980;p'))
    (good / "good.csv").write_bytes(text(*ROWS[:3], "Paderborn;Deutschland;Le Mans;Frankreich;1967;p"))
    for _ in range(2):
        capsys.readouterr()
        assert main(["build", *map(str, where)]) == PARTIAL
        assert partnerships(tmp_path / "out") == 4
        [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("stale ")]
        assert line.startswith("stale club: club/list.csv@")
        assert "quotation mark is opened but never closed" in line


def test_a_pinned_file_that_is_another(tmp_path: Path, refuse: Refuse) -> None:
    pinned = DECLARATION.replace('"list.csv"', f'"list.csv", sha256 = "{"0" * 64}"')
    sources = write_source(tmp_path / "sources", text(*ROWS), pinned)
    message = refuse(SOURCE, "--raw", tmp_path / "raw", "--sources", sources, "--only", "club")
    assert f"{sources / 'list.csv'}: sha256 is {hashlib.sha256(text(*ROWS)).hexdigest()}" in message


# A declaration


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("licence", "license", ("the key 'licence' is missing", "unknown key 'license'; did you mean 'licence'?")),
        ("delimiter", "delimeter", ("unknown key 'format.delimeter'; did you mean 'delimiter'?",)),
        ("partner_country =", "partner_contry =", ("column 'partner_contry' is not known", "'partner_country'")),
        ('"partnership"', '"partnershp"', ("codes.form.p 'partnershp' is not known; did you mean 'partnership'?",)),
        (
            'form = "Form"\n',
            '[constants]\nform = "partnershp"\n',
            ("constants.form 'partnershp' is not known; did you mean 'partnership'?",),
        ),
        ("codes.form", "codes.from", ("codes 'from' is not known; did you mean 'form'?",)),
        ('kind = "list"', 'kind = "lst"', ("kind:", "'list'", "it is 'lst'")),
        ("2024-12-31", '"last year"', ("as_of:", "it is 'last year'")),
        ("files = [{", "files = [{ holds = 'claim',", ("files.1.holds", "'claims'")),
        ('delimiter = ";"', 'encoding = "cp-1250-x"', ("format.encoding", "no such encoding: 'cp-1250-x'")),
        ("files = [", 'files = [{ name = "list.csv" }, ', ("files: 'list.csv' is listed 2 times",)),
        ('"list.csv"', '"../list.csv"', ("files.1.name", "'..'")),
        ("[columns]", "[columns", ("cannot be read as TOML", "line 15")),
        ('town = "Stadt"\n', "", ("file 'list.csv' holds claims, but no column gives town",)),
        (
            "[codes.form]",
            '[split]\npartner = [","]\npartner_country = [","]\n\n[codes.form]',
            ("split: partner, partner_country: which of one belongs to which of the other is not known",),
        ),
    ],
)
def test_a_declaration_with_a_slip(
    tmp_path: Path, refuse: Refuse, good: str, bad: str, expected: tuple[str, ...]
) -> None:
    assert good in DECLARATION
    sources = write_source(tmp_path / "sources", text(*ROWS), DECLARATION.replace(good, bad))
    message = refuse(USAGE, "--raw", tmp_path / "raw", "--sources", sources, "--only", "club")
    assert str(sources / "club.toml") in message
    for part in expected:
        assert part in message


def test_an_id_that_is_taken(tmp_path: Path, refuse: Refuse) -> None:
    sources = write_source(tmp_path / "sources", text(*ROWS), 'id = "starter_towns"\n' + DECLARATION)
    message = refuse(USAGE, "--sources", sources)
    assert f"{sources / 'club.toml'}: the id 'starter_towns' is taken" in message


def test_a_folder_of_declarations_that_is_not_there(tmp_path: Path, refuse: Refuse) -> None:
    assert f"{tmp_path / 'nowhere'}: no such folder" in refuse(USAGE, "--sources", tmp_path / "nowhere")


@pytest.mark.parametrize("option", ["--enable", "--only"])
@pytest.mark.parametrize(
    ("name", "hint"), [("german_register", "did you mean 'german_register_2014'?"), ("zzz", "twintowns sources")]
)
def test_a_source_that_is_not_declared(refuse: Refuse, option: str, name: str, hint: str) -> None:
    message = refuse(USAGE, option, name)
    assert f"no source '{name}' is declared" in message
    assert hint in message


def test_wrong_usage_has_its_own_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["build", "--onyl", "starter_towns"])
    assert ended.value.code == USAGE
    assert "there is no option --onyl; did you mean --only" in capsys.readouterr().err


# The folder that is fetched into


@pytest.mark.parametrize("below", ["", "deep/raw"])
def test_a_raw_store_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str], below: str) -> None:
    file, url = tmp_path / "file", "https://example.org/list.csv"
    file.write_text("precious")
    declaration = DECLARATION.replace('"list.csv"', f'"list.csv", url = "{url}"')
    sources = write_source(tmp_path / "sources", None, declaration)
    mirror = write_source(tmp_path / "mirror", text(*ROWS))
    (mirror / "index.csv").write_text(f"url,path\n{url},list.csv\n")
    where = ("--raw", file / below, "--sources", sources, "--mirror", mirror)
    assert main(["fetch", "club", *map(str, where)]) == SOURCE
    printed, said = capsys.readouterr()
    assert said == ""
    assert printed.splitlines() == [
        f"failed    club/list.csv  {file / below / 'club'}: cannot be written (Not a directory)",
        f"0 file(s) in {file / below}, 1 failed",
    ]
    assert file.read_text() == "precious"


# The folder that is built into


@pytest.mark.parametrize("below", ["", "out", "deep/out"])
def test_a_folder_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str], below: str) -> None:
    file = tmp_path / "file"
    file.write_text("precious")
    sources = write_source(tmp_path / "sources", text(*ROWS))
    where = ("--raw", tmp_path / "raw", "--out", file / below, "--sources", sources)
    assert main(["build", "--only", "club", *map(str, where)]) == FAILED
    message = only_message(capsys.readouterr().err)
    assert f"{file / below}: cannot be written" in message
    assert "nothing was built" in message
    assert file.read_text() == "precious"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sources = write_source(tmp_path / "sources", text(*ROWS))
    locked_up = tmp_path / "out"
    locked_up.mkdir(mode=0o555)
    where = ("--raw", tmp_path / "raw", "--out", locked_up, "--sources", sources)
    assert main(["build", "--only", "club", *map(str, where)]) == FAILED
    assert f"{locked_up}: cannot be written (Permission denied)" in only_message(capsys.readouterr().err)


def test_no_room_to_put_releases_keeps_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sources = write_source(tmp_path / "sources", text(*ROWS))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "releases").write_text("in the way")
    where = ("--raw", tmp_path / "raw", "--out", tmp_path / "out", "--sources", sources)
    assert main(["build", "--only", "club", *map(str, where)]) == FAILED
    assert "could not be written" in only_message(capsys.readouterr().err)
    assert state(tmp_path / "out").keys() == {"releases"}


def test_a_current_link_that_leads_nowhere(tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sources = write_source(tmp_path / "sources", text(*ROWS[:3]))
    moved = Path(shutil.copytree(out, tmp_path / "out", symlinks=True))
    (moved / "releases").rename(moved / "elsewhere")
    before = state(moved)
    where = ("--raw", tmp_path / "raw", "--out", moved, "--sources", sources)
    assert main(["build", "--only", "club", *map(str, where)]) == FAILED
    message = only_message(capsys.readouterr().err)
    assert f"{moved / 'current'}: leads to {(moved / 'current').readlink()}, which is not there" in message
    assert f"point it at one of {moved / 'releases'}, or remove the link" in message
    assert state(moved) == before


# As a scheduler runs it

#: A process that can write no file larger than its second argument says, as if the disk were full then.
LIMITED = """\
import resource, sys
sys.path.insert(0, sys.argv[1])
from small import with_small_gazetteer
from pipeline.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
with with_small_gazetteer():
    sys.exit(main(sys.argv[3:]))
"""


def run_build(*arguments: object, largest_file: int | None = None) -> subprocess.CompletedProcess[str]:
    run = (str(SMALL),) if largest_file is None else ("-c", LIMITED, str(SMALL.parent), str(largest_file))
    command = [sys.executable, *run, "build", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.long
@pytest.mark.parametrize(
    "largest_file", [pytest.param(1_000, id="at the tables"), pytest.param(300_000, id="at the database")]
)
def test_a_full_disk_keeps_the_release_before(tmp_path: Path, out: Path, largest_file: int) -> None:
    sources = write_source(tmp_path / "sources", text(*ROWS[:3]))
    before = state(out)
    arguments = ("--raw", tmp_path / "raw", "--out", out, "--sources", sources, "--only", "club")
    failed = run_build(*arguments, largest_file=largest_file)
    assert failed.returncode == FAILED
    assert failed.stdout == ""
    message = only_message(failed.stderr)
    assert f"{out}: the release could not be written (" in message
    assert message.endswith("the previous one stays current. Is the disk full?")
    assert state(out) == before
    assert partnerships(out) == 3


def test_a_second_build_says_who_holds_the_lock(tmp_path: Path, out: Path) -> None:
    sources = write_source(tmp_path / "sources", text(*ROWS[:3]))
    arguments = ("--raw", tmp_path / "raw", "--out", out, "--sources", sources, "--only", "club")
    before = state(out)
    with locked(out):
        second = run_build(*arguments)
    assert second.returncode == LOCKED
    assert second.stdout == ""
    message = only_message(second.stderr)
    assert f"{out}: another build is running (process {os.getpid()}, twintowns build since " in message
    assert "try again later" in message
    assert state(out) == before
    assert partnerships(out) == 3


def test_a_process_fails_with_the_code_and_the_message(tmp_path: Path, out: Path) -> None:
    sources = write_source(tmp_path / "sources", text(*ROWS, "Hof;Deutschland;Ogden;Utah;USA;1954"))
    before = state(out)
    failed = run_build("--raw", tmp_path / "raw", "--out", out, "--sources", sources, "--only", "club")
    assert failed.returncode == SOURCE
    assert failed.stdout == ""
    assert "line 5" in only_message(failed.stderr)
    assert state(out) == before
    with duckdb.connect(out / "current" / "twintowns.duckdb", read_only=True) as connection:
        names = connection.execute("SELECT partner_name FROM partners_of('Coburg')").fetchall()
    assert names == [("Oudenaarde",)]
