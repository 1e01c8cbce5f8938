"""The parser of the command line: it shows examples, and says what may have been meant."""

from __future__ import annotations

import argparse
import difflib
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

#: How like a word must be to be suggested: the ratio of `difflib.SequenceMatcher`.
_LIKE: Final = 0.6


class CommandParser(argparse.ArgumentParser):
    """A parser whose errors name the nearest command, choice or option."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        """Return a parser that prints its epilog as it is; arguments are those of `argparse.ArgumentParser`."""
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **options)

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401
        if action.choices is not None and value not in action.choices:
            choices = [str(choice) for choice in action.choices]
            is_command = isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
            kind = "command" if is_command else "choice"
            message = f"{value!r} is no {kind}{_advice(str(value), choices)}"
            raise argparse.ArgumentError(None if is_command else action, message)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and how to get help, and exit with 2."""
        self.exit(2, f"{self.prog}: {message}\n(help: {self.prog} --help)\n")


def add_examples(parser: argparse.ArgumentParser, command: ModuleType) -> None:
    """Add the examples of a command below its options."""
    examples = "\n".join(f"  {example}" for example in command.EXAMPLES)
    parser.epilog = "\n".join(part for part in (f"examples:\n{examples}\n", parser.epilog) if part)


def parse(parser: CommandParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of a command line; an unknown one is an error that names the nearest one."""
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        command: CommandParser = options.parser
        command.error(_describe_unknown(unknown, command))
    return options


def _describe_unknown(arguments: Sequence[str], parser: argparse.ArgumentParser) -> str:
    known = [option for action in parser._actions for option in action.option_strings]  # noqa: SLF001
    options = [argument.partition("=")[0] for argument in arguments if argument.startswith("-")]
    if not options:
        return f"too many arguments: {' '.join(arguments)}; put quotes around a text of several words"
    return f"there is no option {options[0]}{_advice(options[0], known)}"


def _advice(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=2, cutoff=_LIKE)
    return f"; did you mean {' or '.join(near)}?" if near else f"; there are {', '.join(known)}"
