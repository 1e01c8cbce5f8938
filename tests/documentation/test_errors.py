"""Every message that the guide prints under "Errors" is printed for the small example with one thing changed."""

from __future__ import annotations

import re
from pathlib import Path

from docs.generate.blocks import blocks
from docs.generate.session import Session

GUIDE = (Path(__file__).parents[2] / "docs" / "declaring-a-source.md").read_text(encoding="utf-8")
SMALL = {block.value: block.text for block in blocks(GUIDE) if block.value.startswith("my_sources/alsace.")}
CORRECTIONS = next(block.text for block in blocks(GUIDE) if block.value == "my_sources/corrections.csv")
CHAPTER = GUIDE.partition("\n## Errors\n")[2].partition("\n## ")[0]
PRINTED = [line for block in blocks(CHAPTER) for line in block.lines]

#: What is changed: in the declaration or in the list, by what pattern, into what.
CHANGES = [
    ("toml", "^licence", "lisence"),
    ("toml", "^partner_country =", "partner_contry ="),
    ("toml", '"Depuis"', '"depuis_quand"'),
    ("csv", "Commune;Ville jumelée;Pays;Depuis", "Commune;Ville jumelée;Pays;Pays"),
    ("toml", '^start = "Depuis"', "start = 7"),
    ("toml", '^partner = "Ville jumelée"', 'partner = ["Ville jumelée", "Pays"]'),
    ("toml", r"\Z", '\n[unpivot]\nnote = "remarque_{n}"\n'),
    ("toml", r"\Z", "\n[parts]\npartner = '(?<place>.*)'\n"),
    ("toml", "^language", 'kind = "liste"\nlanguage'),
    ("toml", r"\Z", '\n[codes.form]\nJ = "twinning"\n'),
    ("toml", '^form = "partnership"', 'form = "twinning"'),
    ("toml", '^delimiter = ";"', 'delimiter = ","'),
    ("csv", r"\Z", "Colmar;Abingdon;Royaume-Uni, Angleterre;1978;x\n"),
    ("toml", r"\Z", "\n[expect]\nrows = { min = 100 }\n"),
    ("toml", r"\Z", "\n[expect]\nfilled = { town = 1.0 }\n"),
]


def messages(session: Session) -> list[str]:
    """Return all that is printed for the changes, one after the other."""
    printed: list[str] = []

    def run(command: str) -> None:
        text, code = session.run(command)
        assert code in {2, 3}, text
        printed.extend(text.splitlines())

    check = "twintowns declare --check my_sources/alsace.toml"
    session.write("my_sources/alsace.toml", SMALL["my_sources/alsace.toml"])
    run(check)
    for kind, pattern, new in CHANGES:
        for name, text in SMALL.items():
            changed = re.sub(pattern, new, text, count=1, flags=re.MULTILINE)
            session.write(name, changed if name.endswith(kind) else text)
        run(check)
    for name, text in SMALL.items():
        session.write(name, text)
    (session.folder / "my_sources/alsace.csv").write_bytes(SMALL["my_sources/alsace.csv"].encode("cp1252"))
    run(check)
    session.write("my_sources/alsace.csv", SMALL["my_sources/alsace.csv"])
    session.write("my_sources/corrections.csv", CORRECTIONS.replace(",misspelt", ","))
    run("twintowns build --sources my_sources --only alsace --out trial")
    return printed


def test_the_messages_of_the_guide_are_printed(starter: Path, tmp_path: Path) -> None:
    printed = messages(Session(tmp_path, starter, ""))
    missing = [line for line in PRINTED if line not in printed]
    assert not missing, "\n".join(["these are printed:", *printed])
