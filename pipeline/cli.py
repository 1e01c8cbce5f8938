"""The command line: `commands/` has one module a command."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.commands import COMMANDS
from pipeline.errors import TwintownsError

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPILOG = """\
exit codes: 0 done or nothing changed · 1 failed · 2 wrong usage or declaration · 3 a source is missing or broken
            4 not fit to be published, a gate refused it · 5 another build is running
            6 a refresh went well, but a source is stale or missing · 130 interrupted · 143 told to stop
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an expected failure is a message, never a traceback."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except TwintownsError as error:
        print(f"twintowns: {error}", file=sys.stderr)
        return error.exit_code
    except MemoryError:
        print(
            "twintowns: out of memory; the release before stays current. Give it more, or fewer sources",
            file=sys.stderr,
        )
        return 1
    except BrokenPipeError:
        # The reader of our output has seen enough (| head).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("twintowns: interrupted; nothing was published", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="twintowns",
        description="Town twinnings of the world: partnership lists in, validated tables and a database out.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
