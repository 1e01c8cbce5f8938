"""`twintowns dictionary`: the data dictionary as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

HELP = "print the data dictionary as Markdown"
EXAMPLES = ("twintowns dictionary > data-dictionary.md",)


def add_arguments(_: argparse.ArgumentParser) -> None:
    """Add no option."""


def run(_: argparse.Namespace) -> int:
    """Run the command and return the exit code."""
    from pipeline.report.dictionary import dictionary

    print(dictionary(), end="")
    return 0
