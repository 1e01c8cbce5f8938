"""`twintowns explain`: where the record of two towns comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.options import add_out

if TYPE_CHECKING:
    import argparse

    from pipeline.commands.options import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "explain", help="where a partnership comes from: every statement, and which won and why"
    )
    parser.add_argument("town", help="a town's name in any language, its id, or alone the id of a partnership")
    parser.add_argument("partner", nargs="?", help="its partner's name or id")
    parser.add_argument("--json", action="store_true", help="print it as one JSON object")
    add_out(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it and return the exit code."""
    from pipeline.report.explain import explain

    explained = explain(options.out, options.town, options.partner)
    if options.json:
        import json

        print(json.dumps(explained, ensure_ascii=False, indent=2, default=str))
        return 0
    from pipeline.report.explained import print_explained

    print_explained(explained)
    return 0
