"""`twintowns explain`: where the values of a partnership come from."""

from __future__ import annotations

from pipeline.commands.options import Options, Parser, add_json, add_release, print_json, text_of

HELP = "where a partnership comes from: every claim, and which value won and why"
EXAMPLES = (
    "twintowns explain Heidelberg Cambridge",
    "twintowns explain Coventry",
    "twintowns explain paa4cb400986f9aa9 --json",
)


def add_arguments(parser: Parser) -> None:
    """Add the options."""
    parser.add_argument(
        "town", type=text_of, help="a town's name in any language, or its id; or, alone, the id of a partnership"
    )
    parser.add_argument(
        "partner", type=text_of, nargs="?", help="the name or id of its partner (without it: all partners are listed)"
    )
    add_json(parser)
    add_release(parser)


def run(options: Options) -> int:
    """Run the command and return the exit code."""
    from pipeline.report.explain import explain
    from pipeline.report.explanation import print_explanation
    from pipeline.report.pairs import is_partnership_id
    from pipeline.report.partners import print_partners, read_partners

    if options.partner is None and not is_partnership_id(options.town):
        listing = read_partners(options.out, options.town)
        if options.json:
            print_json(
                {"release_id": listing.release_id, "town": listing.town, "partners": listing.partners.to_dicts()}
            )
        else:
            print_partners(listing, options.out)
        return 0
    explanation = explain(options.out, options.town, options.partner)
    if options.json:
        print_json(explanation)
    else:
        print_explanation(explanation)
    return 0
