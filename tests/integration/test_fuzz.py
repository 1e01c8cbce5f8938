"""Damaged files for every reader, for some seconds; `make fuzz` does it at length."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_damaged_files_end_in_an_error_of_the_project() -> None:
    seed = os.environ.get("TWINTOWNS_SEED", "1")
    command = (sys.executable, "tests/fuzz/fuzz.py", "--seconds", "8", "--seed", seed)
    ran = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "no failure" in ran.stdout
