"""The command line; `commands/` has one module a command."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.commands import COMMANDS, name_of
from pipeline.commands.parser import CommandParser, add_examples, parse
from pipeline.errors import TwintownsError
from pipeline.report.control_characters import escape_controls, escape_unencodable

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPILOG = """\
examples:
  twintowns build                                     # raw/ into curated/current
  twintowns partners Coventry
  twintowns query "FROM partnerships_per_decade"
  twintowns COMMAND --help                            # the options of a command, with examples

exit codes: 0 done or nothing changed · 1 failed · 2 wrong usage or declaration · 3 a source is missing or broken
            4 not published, a gate refused it · 5 another build is running
            6 refreshed, but a source is stale or missing · 130 interrupted · 143 terminated
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an expected error is printed as a message, without a traceback."""
    # Pandera imports hypothesis if it is installed; the plugins of hypothesis are for tests, and slow to load.
    os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")
    # A command makes many short-lived objects and few circles: looking for these less often is quicker.
    gc.set_threshold(50_000)
    escape_unencodable(sys.stdout, sys.stderr)
    options = parse(_parser(), arguments)
    try:
        return int(options.run(options))
    except TwintownsError as error:
        print(escape_controls(f"twintowns: {error}"), file=sys.stderr)
        return error.exit_code
    except MemoryError:
        hint = "the previous release stays current. Give it more memory, or fewer sources"
        print(f"twintowns: out of memory; {hint}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of the output has closed it (| head).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(escape_controls(f"twintowns: {where}{error.strerror or error}"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("twintowns: interrupted; nothing was published", file=sys.stderr)
        return 130


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="twintowns",
        description="Town twinnings of the world: partnership lists in, validated tables and a database out.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        subparser = commands.add_parser(name_of(command), help=command.HELP, description=command.HELP)
        command.add_arguments(subparser)
        add_examples(subparser, command)
        subparser.set_defaults(run=command.run, parser=subparser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
