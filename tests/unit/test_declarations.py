"""A declaration loads, or its error names the file, the key and the nearest valid one."""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import DeclarationError
from pipeline.sources import BUILT_IN, Declaration, Limits, load_declarations, load_editions
from pipeline.sources.selection import select_sources

SAMPLES = os.environ.get("TWINTOWNS_SAMPLES")
SHIPPED = sorted(declaration.id for path in BUILT_IN.glob("*.toml") for declaration in load_editions(path))
MINIMAL = """\
title = "A list"
publisher = "Somebody"
url = "https://example.org"
licence = "CC0-1.0"
language = "de"
kind = "list"
authority = "list"
directions = "one"
as_of = 2024-06-30
files = [{ name = "a.csv" }]

[columns]
town = "Stadt"
partner = ["Partner", "Partnerstadt"]
"""


def load(folder: Path, text: str) -> Declaration:
    path = folder / "liste.toml"
    path.write_text(text, encoding="utf-8")
    [declaration] = load_editions(path)
    return declaration


def refusal(folder: Path, text: str) -> list[str]:
    """Return what is wrong, each problem without the file that all must name."""
    with pytest.raises(DeclarationError) as error:
        load(folder, text)
    assert error.value.exit_code == 2
    problems = str(error.value).split("\n")
    assert all(problem.startswith(f"{folder}/liste.toml: ") for problem in problems)
    return [problem.removeprefix(f"{folder}/liste.toml: ") for problem in problems]


def test_what_a_minimal_declaration_means(tmp_path: Path) -> None:
    declaration = load(tmp_path, MINIMAL)
    assert (declaration.id, declaration.family, declaration.attribution) == ("liste", "liste", "Somebody")
    assert (declaration.enabled, declaration.as_of, declaration.listed_means) == (True, date(2024, 6, 30), "unknown")
    [file] = declaration.files
    assert (file.holds, declaration.format_of(file).type, declaration.format_of(file).encoding) == (
        "claims",
        "csv",
        "utf-8",
    )
    assert declaration.columns_of(file) == {"town": ["Stadt"], "partner": ["Partner", "Partnerstadt"]}
    assert declaration.constants_of(file) == {}


def test_a_file_has_its_own_columns_and_format(tmp_path: Path) -> None:
    text = MINIMAL.replace(
        'files = [{ name = "a.csv" }]',
        'files = [{ name = "a.csv" }, { name = "b/c.tsv", format = { type = "tsv" }, as_of = 2001-01-01,'
        ' columns = { town = "T", partner = "P" }, constants = { form = "partnership" } }]',
    )
    declaration = load(tmp_path, text)
    assert [declaration.format_of(file).type for file in declaration.files] == ["csv", "tsv"]
    assert [declaration.columns_of(file)["town"] for file in declaration.files] == [["Stadt"], ["T"]]
    assert [declaration.constants_of(file) for file in declaration.files] == [{}, {"form": "partnership"}]


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        # unknown keys
        ('lisence = "MIT"', "", "unknown key 'lisence'; did you mean 'licence'?"),
        ('path = "y"', "", "unknown key 'path'; a file's place is the key 'name' under [[files]]"),
        ("", "[expekt]\nrows = {}", "unknown key 'expekt'; did you mean 'expect'?"),
        ("", "[expect]\nrowz = { min = 1 }", "unknown key 'expect.rowz'; did you mean 'rows'?"),
        ("", "[expect.rows]\nmaxx = 1", "unknown key 'expect.rows.maxx'; did you mean 'max'?"),
        ("", '[format]\ndelimeter = ";"', "unknown key 'format.delimeter'; did you mean 'delimiter'?"),
        ("", '[[suspect]]\ncolumn = "start"\nvalues = ["0"]\nreason = "r"\nvalue = "0"',
         "unknown key 'suspect.1.value'; did you mean 'values'?"),
        # columns of ours
        ("", 'twon_region = "x"', "column 'twon_region' is not known; did you mean 'town_region'?"),
        ("", '[constants]\nfrom = "partnership"', "column 'from' is not known; did you mean 'form'?"),
        ("", "[expect.filled]\nstrat = 0.9", "expect.filled 'strat' is not known; did you mean 'start'?"),
        ("", '[split]\npartners = [";"]', "split 'partners' is not known; did you mean 'partner'?"),
        ("", '[[suspect]]\ncolumn = "starts"\nvalues = ["0"]\nreason = "r"',
         "suspect 'starts' is not known; did you mean 'start'?"),
        ("", '[[ignore]]\ncolumn = "twon"\npattern = "x"\nreason = "r"',
         "ignore 'twon' is not known; did you mean 'town'?"),
        # vocabularies
        ("", '[codes.form]\np = "partnershp"', "codes.form.p 'partnershp' is not known; did you mean 'partnership'?"),
        ("", '[codes.status]\nx = "zzz"',
         "codes.status.x 'zzz' is not known; known: active, dormant, suspended, ended, unknown"),
        ("", '[codes.forms]\np = "partnership"', "codes 'forms' is not known; did you mean 'form'?"),
        # values
        ('enabled = "maybe"', "", "enabled: Input should be a valid boolean"),
        ("family = 5", "", "family: Input should be a valid string (it is 5)"),
        ('listed_means = "alive"', "", "listed_means: Input should be 'active', 'dormant', 'suspended', 'ended' or"),
        ("", "[expect]\nmax_rejected_share = 3", "expect.max_rejected_share: Input should be less than or equal to 1"),
        ("", '[expect]\nrows = { min = "few" }', "expect.rows.min: Input should be a valid integer"),
        ("", '[format]\ndelimiter = ";;"', "format.delimiter: String should "),
        ("", '[format]\ntype = "xml"', "format.type: Input should be 'csv', 'tsv', 'json', "),
        ("", '[format]\nencoding = "latin-99"', "format.encoding: no such encoding: 'latin-99' (try utf-8, cp1250"),
        ("", '[[ignore]]\ncolumn = "town"\npattern = "(a"\nreason = "r"',
         "ignore.1.pattern: not a regular expression"),
        ("", '[[suspect]]\ncolumn = "start"\nvalues = []\nreason = "r"', "suspect.1.values: List should have at least"),
        ("", '[[suspect]]\ncolumn = "start"\nvalues = ["0"]', "the key 'suspect.1.reason' is missing"),
        ('id = "Große Liste"', "", "id: String should match pattern"),
        ("", '[shape]\nx = "(?!a)"', "shape.x: not a regular expression"),
        ("", "[split]\npartner = []", "split.partner: List should have at least 1 item"),
        ("", '[constants]\nform = "friendshp"', "constants.form 'friendshp' is not known; did you mean 'friendship'?"),
        # a second file
        ("", '[lookup]\nfile = "names.tsv"', "lookup.file 'names.tsv' is not one of the files that hold names"),
        ("", '[lookup]\nfile = "a.csv"', "lookup.file 'a.csv' is not one of the files that hold names"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, first: str, last: str, problem: str) -> None:
    [message] = refusal(tmp_path, f"{first}\n{MINIMAL}{last}\n")
    assert message.startswith(problem)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('title = "A list"\n', "", "the key 'title' is missing"),
        ('files = [{ name = "a.csv" }]\n', "", "the key 'files' is missing"),
        ('[{ name = "a.csv" }]', "[]", "the key 'files' is missing"),
        ('"a.csv"', '"../a.csv"', "files.1.name: a file's name is a path below the source's own folder, without '..'"),
        ('"a.csv"', '"b/../../a.csv"', "files.1.name: a file's name is a path below the source's own folder"),
        ('"a.csv"', '"/etc/passwd"', "files.1.name: a file's name is a path below the source's own folder"),
        ('"a.csv"', '"..\\\\a.csv"', "files.1.name: a file's name is a path below the source's own folder"),
        ('"a.csv"', '""', "files.1.name: a file's name is a path below the source's own folder"),
        ('"a.csv"', '"a.csv", sha265 = "0"', "unknown key 'files.1.sha265'; did you mean 'sha256'?"),
        ('"a.csv"', '"a.csv", sha256 = "0"', "files.1.sha256: String should match pattern"),
        ('"a.csv"', '"a.csv", holds = "pairs"', "files.1.holds: Input should be 'claims', 'names', 'awards'"),
        ('town = "Stadt"', "",
         "file 'a.csv' holds claims, but no column gives town or town_wikidata_id or town_geonames_id"),
        ("files = [", 'files = [{ name = "a.csv" }, ', "files: 'a.csv' is listed 2 times"),
        ('"a.csv"', '"a.csv", holds = "awards"', "file 'a.csv' holds awards, but no column gives award"),
        ('directions = "one"', 'directions = "two"',
         "directions: Input should be 'both', 'one' or 'deduplicated' (it is 'two')"),
        ("2024-06-30", '"soon"', "as_of: Input should be a valid date"),
        ('language = "de"', 'language = "german"', "language: String should match pattern"),
    ],
)  # fmt: skip
def test_what_is_missing_or_malformed_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in MINIMAL
    [message] = refusal(tmp_path, MINIMAL.replace(old, new))
    assert message.startswith(problem)


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    text = MINIMAL.replace('title = "A list"', 'titel = "A list"').replace('"de"', '"german"')
    problems = refusal(tmp_path, text)
    assert len(problems) == 3
    assert "the key 'title' is missing" in problems
    assert "unknown key 'titel'; did you mean 'title'?" in problems


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    [message] = refusal(tmp_path, MINIMAL + "[columns\n")
    assert message.startswith("cannot be read as TOML: ")
    assert "line 15" in message
    path = tmp_path / "latin.toml"
    path.write_bytes('title = "Städte"\n'.encode("latin-1"))
    with pytest.raises(DeclarationError, match=r"latin\.toml: cannot be read as TOML: .*utf-8"):
        load_editions(path)
    with pytest.raises(DeclarationError, match=r"missing\.toml: cannot be read as TOML: .*No such file"):
        load_editions(tmp_path / "missing.toml")


def test_further_folders_add_sources(tmp_path: Path) -> None:
    (tmp_path / "liste.toml").write_text(MINIMAL, encoding="utf-8")
    (tmp_path / "README.md").write_text("not a declaration", encoding="utf-8")
    assert sorted(load_declarations([tmp_path])) == sorted([*SHIPPED, "liste"])
    with pytest.raises(DeclarationError, match=r"nowhere: no such folder of declarations \(given with --sources\)"):
        load_declarations([tmp_path / "nowhere"])


def test_an_id_is_one_source(tmp_path: Path) -> None:
    for name, text in {"one": MINIMAL, "two": f'id = "one"\n{MINIMAL}'}.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError) as error:
        load_declarations([tmp_path])
    assert str(error.value) == (f"{tmp_path}/two.toml: the id 'one' is taken by {tmp_path}/one.toml; choose another")
    (tmp_path / "two.toml").unlink()
    (tmp_path / "one.toml").rename(tmp_path / f"{SHIPPED[0]}.toml")
    with pytest.raises(DeclarationError, match=f"the id '{SHIPPED[0]}' is taken by {BUILT_IN}"):
        load_declarations([tmp_path])


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_declaration_loads(name: str) -> None:
    declaration = load_declarations()[name]
    assert declaration.id == name
    # What claims are made of is pinned, so that everybody builds the same.
    assert declaration.kind == "gazetteer" or all(file.sha256 for file in declaration.files if file.url)
    assert len({file.name for file in declaration.files}) == len(declaration.files)


def editions(folder: Path, first: str, last: str = "") -> list[Declaration]:
    path = folder / "wiki.toml"
    text = MINIMAL.replace('language = "de"\n', "").replace("A list", "A list in {language}")
    path.write_text(f"{first}\n{text}{last}", encoding="utf-8")
    return load_editions(path)


def test_one_file_declares_a_source_in_several_languages(tmp_path: Path) -> None:
    last = '[live]\nservice = "mediawiki"\nendpoint = "https://{language}.example.org/api.php"\n'
    loaded = editions(tmp_path, 'languages = ["it", "pl"]', last)
    assert [(edition.id, edition.language, edition.title, edition.family) for edition in loaded] == [
        ("wiki_it", "it", "A list in it", "wiki_it"),
        ("wiki_pl", "pl", "A list in pl", "wiki_pl"),
    ]
    assert [edition.live.endpoint for edition in loaded if edition.live] == [
        "https://it.example.org/api.php",
        "https://pl.example.org/api.php",
    ]
    # The file's name means all of them.
    declared = {edition.id: edition for edition in [*loaded, load(tmp_path, MINIMAL)]}
    on = select_sources(declared, only=frozenset({"wiki"}))
    assert {name for name, edition in on.items() if edition.enabled} == {"wiki_it", "wiki_pl"}


@pytest.mark.parametrize(
    ("first", "problem"),
    [
        ("languages = []", "languages: name at least one language (it is [])"),
        ('languages = "de"', "languages: name at least one language (it is 'de')"),
        ('languages = ["de"]\nid = "wiki"', "'id' and 'language' follow from 'languages'; remove one or the other"),
        ('languages = ["Deutsch"]', "id: "),
    ],
)
def test_what_is_wrong_with_languages(tmp_path: Path, first: str, problem: str) -> None:
    with pytest.raises(DeclarationError) as error:
        editions(tmp_path, first)
    assert str(error.value).startswith(f"{tmp_path}/wiki.toml: {problem}")


def test_wikipedia_is_one_source_a_language_with_a_profile() -> None:
    profiles = {path.stem for path in (BUILT_IN.parent / "readers" / "wikitext" / "languages").glob("*.toml")}
    wikipedias = [edition for edition in load_declarations().values() if edition.edition_of == "wikipedia"]
    assert {edition.language for edition in wikipedias} == profiles
    assert {edition.family for edition in wikipedias} == {"wikipedia"}
    assert all(
        edition.live and edition.live.endpoint == f"https://{edition.language}.wikipedia.org/w/api.php"
        for edition in wikipedias
    )


@pytest.mark.skipif(SAMPLES is None, reason="TWINTOWNS_SAMPLES does not name the folder of the real lists")
def test_pins_are_those_of_the_samples() -> None:
    with (Path(SAMPLES or "") / "index.csv").open(encoding="utf-8", newline="") as stream:
        known = {row["url"]: row["sha256"] for row in csv.DictReader(stream)}
    pinned = {
        file.url: file.sha256 for declaration in load_declarations().values() for file in declaration.files if file.url
    }
    shared = pinned.keys() & known.keys()
    assert shared
    assert {url: pinned[url] for url in shared} == {url: known[url] for url in shared}


# What a declaration may be at all


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://example..org/x.csv", "no valid address ('example..org' is no host name"),
        (f"https://{'a' * 64}.org/x.csv", "is no host name"),
        ("https://example.org:99999/x", "no valid address (Port out of range 0-65535)"),
        ("https://example.org:abc/x", "no valid address (Port could not be cast"),
        ("http://[::1/", "no valid address (Invalid IPv6 URL)"),
        ("https://example.org/a b", "it contains U+0020; remove it, or write %20 for it"),
        ("https://example.org/a\\u0000b", "it contains U+0000"),
        ("https://example.org/a\\u2028b", "it contains U+2028"),
        ("https://anna:geheim@example.org/", "a user name or password in an address"),
        ("ftp://example.org/", "no address that begins with http:// or https:// and a host"),
        ("", "no address that begins with http:// or https:// and a host"),
    ],
)
def test_an_address_that_cannot_be_requested(tmp_path: Path, url: str, problem: str) -> None:
    [message] = refusal(tmp_path, MINIMAL.replace('name = "a.csv"', f'name = "a.csv", url = "{url}"'))
    assert message.startswith("files.1.url: ")
    assert problem in message
    live = f'[live]\nservice = "mediawiki"\nendpoint = "{url}"\n'
    [message] = refusal(tmp_path, MINIMAL + live)
    assert message.startswith("live.endpoint: ")


@pytest.mark.parametrize(
    "url",
    [
        "https://städte.example/Liste_(1).csv?q=K%C3%B6ln#x",
        "http://127.0.0.1:8000/a",
        "http://[::1]:8000/a",
        "https://example.org./ü",
        "https://a_b.example.org/[x]",
    ],
)
def test_an_address_that_can_be_requested(tmp_path: Path, url: str) -> None:
    [file] = load(tmp_path, MINIMAL.replace('name = "a.csv"', f'name = "a.csv", url = "{url}"')).files
    assert file.url == url


@pytest.mark.parametrize("name", [".", "a\\u0000.csv", "a\\nb.csv", "x" * 201, "ü" * 101, "a/../b", "/a", ""])
def test_a_name_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    [message] = refusal(tmp_path, MINIMAL.replace('"a.csv"', f'"{name}"'))
    assert message.startswith("files.1.name: a file's name ")


def test_limits_have_defaults_and_are_positive(tmp_path: Path) -> None:
    assert load(tmp_path, MINIMAL).limits == Limits(seconds=900, memory_mib=8192)
    chosen = load(tmp_path, MINIMAL + "[limits]\nseconds = 0.5\nmemory_mib = 512\n").limits
    assert (chosen.seconds, chosen.memory_mib) == (0.5, 512)
    for line in ("seconds = 0", "seconds = -1", "seconds = nan", "seconds = inf", "memory_mib = 0", "memory_mib = 1.5"):
        [message] = refusal(tmp_path, f"{MINIMAL}[limits]\n{line}\n")
        assert message.startswith(f"limits.{line.partition(' ')[0]}: ")
    [message] = refusal(tmp_path, MINIMAL + "[limits]\nsecond = 3\n")
    assert message == "unknown key 'limits.second'; did you mean 'seconds'?"


def test_a_live_source_of_wikidata_has_two_files(tmp_path: Path) -> None:
    live = '[live]\nservice = "wikidata"\nendpoint = "https://example.org/sparql"\n'
    [message] = refusal(tmp_path, MINIMAL + live)
    assert message.startswith("a live source of Wikidata has two files")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff\xfe\x00", "cannot be read as TOML: 'utf-8' codec"),
        (b"[" * 10_000_000, "has more than 256 KiB"),
        (b"[" * 4000, "cannot be read as TOML: "),
        (b"a = " + b"[\n" * 4000, "nested too deeply"),
        (b"a = " + b"9" * 4050, "the key 'title' is missing"),
        (b"a = " + b"9\\\n" * 2, "cannot be read as TOML: "),
        (b"a" + b".a" * 3000 + b" = 1", "has a line of more than 4 KiB"),
        (b"\0" * 1000, "cannot be read as TOML: "),
        (b'a = "\\ud800"', "cannot be read as TOML: "),
        (b"".join(b"k%d = 1\n" % number for number in range(5000)), "more problems"),
        (b"", "the key 'title' is missing"),
    ],
    ids=range(11),
)
def test_a_damaged_declaration_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "x.toml").write_bytes(content)
    with pytest.raises(DeclarationError) as error:
        load_declarations([tmp_path])
    assert str(error.value).startswith(f"{tmp_path}/x.toml: ")
    assert problem in str(error.value)
    assert len(str(error.value)) < 10_000


def test_what_is_named_like_a_declaration_and_is_no_file(tmp_path: Path) -> None:
    for kind in ("folder", "pipe", "loop", "dangling"):
        folder = tmp_path / kind
        folder.mkdir()
        path = folder / "x.toml"
        if kind == "folder":
            path.mkdir()
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to("x.toml" if kind == "loop" else "missing")
        with pytest.raises(DeclarationError, match=rf"^{folder}/x\.toml: cannot be read as TOML: "):
            load_declarations([folder])
