"""What a command loads before it answers: those that only look are asked often, by people and by monitors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("polars", "duckdb", "pandera", "pyarrow", "babel")


def loaded_by(*arguments: str) -> str:
    code = (
        "import sys\n"
        "from pipeline.cli import main\n"
        "try:\n"
        f"    code = main({list(arguments)!r})\n"
        "except SystemExit as ended:\n"
        "    code = ended.code\n"
        f"print(code, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["build", "--help"]])
def test_help_loads_no_engine(arguments: list[str]) -> None:
    assert loaded_by(*arguments) == "0 []"


def test_status_loads_no_engine(starter: Path) -> None:
    assert loaded_by("status", "--out", str(starter.parents[1])) == "0 []"
