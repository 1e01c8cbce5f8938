"""The console that reports are printed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.report.control_characters import escape_controls
from pipeline.report.wording import Row, town_text

if TYPE_CHECKING:
    from rich.text import Text


class _Console(Console):
    """Shows control characters in texts from outside escaped; its own colours are not text."""

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401
        return super().render_str(escape_controls(text), **options)

    def on_broken_pipe(self) -> None:
        """Let the command line end as it does for other output whose reader is gone (| head): without an error."""
        raise BrokenPipeError

    def out(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401
        super().out(*(escape_controls(str(each)) for each in objects), **options)


def open_console() -> Console:
    """Return a console that never wraps a line of text, and leaves tables room where it is not a terminal.

    `Console.print` reads markup such as `[bold]`; texts from sources are printed with `Console.out`, which does not.
    """
    console = _Console(highlight=False, soft_wrap=True)
    return console if console.is_terminal else _Console(highlight=False, soft_wrap=True, width=120)


def plain_table() -> Table:
    """Return a table without lines."""
    return Table(box=None, pad_edge=False, header_style="bold")


def print_more(console: Console, count: int, limit: int, hint: str = "", option: str = "limit") -> None:
    """Print how many rows are not shown, and the option that shows them."""
    if count > limit:
        console.out(f"  … and {count - limit:,} more (--{option} {count}{hint})")


def town_markup(town: Row) -> str:
    """Return a town as `town_text` does, its name in bold."""
    return f"[bold]{escape(town['name'])}[/]{escape(town_text(town).removeprefix(town['name']))}"
