"""`twintowns report`: the page of the current release."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_release

HELP = "the address of the release's page: a map, charts, limitations"
EXAMPLES = ("twintowns report --open",)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.page import PAGE
    from pipeline.report.current import current_page

    path = current_page(options.out)
    # The link is printed, not its target: the page of the next release has the same address.
    print(options.out / "current" / PAGE)
    if options.open:
        import webbrowser

        if not webbrowser.open(path.as_uri()):
            print("No browser could be started; open that file in one.")
    return 0
