"""The console that reports are printed on."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table


def open_console() -> Console:
    """Return a console that never wraps a line of text, and leaves tables room where it is not a terminal.

    `Console.print` reads markup such as `[bold]`; texts from sources are printed with `Console.out`, which does not.
    """
    console = Console(highlight=False, soft_wrap=True)
    return console if console.is_terminal else Console(highlight=False, soft_wrap=True, width=120)


def plain_table() -> Table:
    """Return a table without lines."""
    return Table(box=None, pad_edge=False, header_style="bold")


def print_more(console: Console, count: int, limit: int, hint: str = "") -> None:
    """Print how many rows are not shown, and the option that shows them."""
    if count > limit:
        console.out(f"  … and {count - limit:,} more (--limit {count}{hint})")
