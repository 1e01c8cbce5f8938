"""The data dictionary that is published says what the schemas say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli import main

if TYPE_CHECKING:
    import pytest

PUBLISHED = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_published_dictionary_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dictionary"]) == 0
    printed = capsys.readouterr().out
    assert printed == PUBLISHED.read_text(encoding="utf-8"), "write it anew with: make pages"
