"""Prints anew what the examples of README.md and docs/ print: `make outputs`.

Without names of pages all are run; `python -m docs.generate.outputs docs/cookbook.md` runs one.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from docs.generate.examples import run_examples, with_outputs
from docs.generate.session import ROOT, Session
from pipeline.cli import main

PAGES: Final = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def build_starter(out: Path) -> str:
    """Build the starter collection and return what is printed, as if it were built into `curated/`."""
    sources = sorted(path.stem for path in (ROOT / "pipeline" / "sources").glob("starter_*.toml"))
    printed = io.StringIO()
    with redirect_stdout(printed):
        code = main(["build", "--raw", str(ROOT / "raw"), "--out", str(out), "--only", *sources])
    assert code == 0
    return printed.getvalue().replace(f" --release {out}", "").replace(str(out), "curated")


def print_outputs(pages: tuple[Path, ...]) -> None:
    """Write pages with what their examples print now."""
    with TemporaryDirectory() as folder:
        built = build_starter(Path(folder, "out"))
        release = Path(folder, "out", "current").resolve()
        for number, path in enumerate(pages):
            space = Path(folder, str(number))
            space.mkdir()
            page = path.read_text("utf-8")
            examples = [*run_examples(page, Session(space, release, built))]
            path.write_text(with_outputs(page, examples), "utf-8")
            print(f"{path.relative_to(ROOT)}: {sum(not each.is_current for each in examples)} of {len(examples)} anew")


if __name__ == "__main__":
    print_outputs(tuple(Path(name).resolve() for name in sys.argv[1:]) or PAGES)
