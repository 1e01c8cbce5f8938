"""Where everything is printed."""

from __future__ import annotations

from rich.console import Console


def open_console() -> Console:
    """Return a console that keeps lines whole where nobody's window is too narrow for them."""
    screen = Console(highlight=False)
    return screen if screen.is_terminal else Console(highlight=False, width=120)
