"""What is generated in docs/ is current, and says all that there is to say."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from docs.generate.commands import commands_page
from docs.generate.pages import generated_files
from pipeline.cli import main
from pipeline.commands import COMMANDS, name_of
from schemas import MODELS

ROOT = Path(__file__).parents[2]
FILES = generated_files()
COMMANDS_PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
NAMES = [name_of(command) for command in COMMANDS]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_generated_file_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path], "write it anew with: make pages"


def test_the_dictionary_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dictionary"]) == 0
    assert capsys.readouterr().out == FILES[ROOT / "docs" / "data-dictionary.md"]


@pytest.mark.parametrize("name", NAMES)
def test_a_command_is_listed_and_shown_on_a_page(name: str) -> None:
    section = re.search(rf"^## `twintowns {name}`\n(.*?)(?=^## |\Z)", COMMANDS_PAGE, re.MULTILINE | re.DOTALL)
    assert section
    assert "\nShown on: [" in section[1], f"show it in a console block of a page: $ twintowns {name} …"


@pytest.mark.parametrize("name", NAMES)
def test_each_option_of_a_command_is_listed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([name, "--help"])
    options = set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", capsys.readouterr().out, re.MULTILINE))
    section = COMMANDS_PAGE.partition(f"## `twintowns {name}`")[2].partition("\n## ")[0]
    assert [option for option in options - {"--help"} if option not in section] == []


def test_a_command_without_an_example_has_no_link() -> None:
    assert "Shown on" not in commands_page({})
    assert "Shown on: [Look](look.md)." in commands_page({"look.md": "# Look\n\n```console\n$ twintowns diff\n```\n"})


def test_the_diagram_has_every_table_key_and_reference() -> None:
    drawing = ET.fromstring(FILES[ROOT / "docs" / "images" / "tables.svg"])
    space = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in drawing.iter(f"{space}text")]
    arrows = [path for path in drawing.iter(f"{space}path") if "arrow" in path.get("class", "")]
    assert [name for name in MODELS if name not in texts] == []
    assert {column for model in MODELS.values() for column in (*model.key(), *model.references())} <= set(texts)
    pairs = [(name, target) for name, model in MODELS.items() for target, _ in model.references().values()]
    assert len(arrows) == sum(name != target for name, target in pairs)


def test_the_diagram_of_the_flow_has_every_stage() -> None:
    drawing = FILES[ROOT / "docs" / "images" / "flow.svg"]
    for stage in ("sources", "extract", "raw store", "readers", "validate", "locate", "curate", "publish"):
        assert f">{stage}<" in drawing
        assert (ROOT / "pipeline" / stage.replace(" ", "_")).is_dir()


def test_every_table_is_named_where_the_tables_are_listed() -> None:
    for page in ("curated/README.md", "docs/tables.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert [name for name in MODELS if f"`{name}" not in text] == [], page


def test_the_picture_of_the_page_is_a_small_one() -> None:
    picture = (ROOT / "docs" / "images" / "page.webp").read_bytes()
    assert (picture[:4], picture[8:16]) == (b"RIFF", b"WEBPVP8X")
    assert int.from_bytes(picture[24:27], "little") + 1 == 1280
    assert len(picture) < 300_000
