"""Writes the generated pages and diagrams: `make pages`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docs.generate.commands import commands_page
from docs.generate.diagrams import flow_diagram, tables_diagram
from docs.generate.session import ROOT
from pipeline.report.dictionary import dictionary

if TYPE_CHECKING:
    from pathlib import Path


def generated_files() -> dict[Path, str]:
    """Return each generated file with what it holds."""
    docs = ROOT / "docs"
    commands = docs / "commands.md"
    pages = {path.name: path.read_text("utf-8") for path in sorted(docs.glob("*.md")) if path != commands}
    return {
        commands: commands_page(pages),
        docs / "data-dictionary.md": dictionary(),
        docs / "images" / "tables.svg": tables_diagram(),
        docs / "images" / "flow.svg": flow_diagram(),
    }


if __name__ == "__main__":
    for path, text in generated_files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        print(path.relative_to(ROOT))
