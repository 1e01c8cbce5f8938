"""`twintowns report`: the page of the current release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.options import add_out

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("report", help="the page of the current release: where it is, or open it")
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    add_out(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.errors import TwintownsError
    from pipeline.publish import current_release
    from pipeline.report.page import PAGE

    release = current_release(options.out)
    if release is None:
        raise TwintownsError(f"{options.out}: no release yet; make one with: twintowns build")
    if not (release / PAGE).exists():
        raise TwintownsError(f"{release}: was made by a version without a page; build anew with: twintowns build")
    page = options.out / "current" / PAGE
    print(page)
    if options.open:
        import webbrowser

        if not webbrowser.open(page.resolve().as_uri()):
            raise TwintownsError(f"{page}: no browser could be started; open the file by hand")
    return 0
