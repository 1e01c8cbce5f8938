"""`twintowns report`: the page of the current release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.options import add_out

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("report", help="where the page of the release is: a map, charts, what is not certain")
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    add_out(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.page import PAGE
    from pipeline.report.current import find_report

    path = find_report(options.out)
    # The link, not what it leads to: the next release has its page at the same address.
    print(options.out / "current" / PAGE)
    if options.open:
        import webbrowser

        if not webbrowser.open(path.as_uri()):
            print("No browser could be started; open that file in one.")
    return 0
