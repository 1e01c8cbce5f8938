"""The examples of a page, and what they print: what a page shows, and what is printed now."""

from __future__ import annotations

import doctest
import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from docs.generate.blocks import RUN, Block, blocks
from docs.generate.elisions import is_printed, print_anew

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docs.generate.session import Session

_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


@dataclass(frozen=True)
class Example:
    """Something that was run, or read from a file.

    Attributes:
        source: what was run.
        start: the index of the first printed line in the page.
        printed: the lines that the page shows, without indentation; none where it shows nothing.
        actual: the lines that were printed now.
        indent: the spaces before each line in the page.
    """

    source: str
    start: int
    printed: tuple[str, ...]
    actual: tuple[str, ...]
    indent: str

    @property
    def is_current(self) -> bool:
        """Return whether the page shows what was printed; a page may leave out what a command prints."""
        return not self.printed or is_printed(self.printed, self.actual)


class ExampleError(Exception):
    """An example ends otherwise than the page says."""


def run_examples(page: str, session: Session) -> Iterator[Example]:
    """Run the examples of a page in their order, and yield each.

    Raises:
        ExampleError: a command ends with another exit code.
    """
    shown = [*blocks(page)]
    for block, following in zip_longest(shown, shown[1:]):
        if block.marker == "file":
            name, _, other = block.value.partition(", below ")
            session.write(name, _below(session.read(other), block.text) if other else block.text)
        elif block.marker == "prints":
            yield _example(block, f"the file {block.value}", 0, block.lines, session.read(block.value))
        elif block.marker != "not run" and block.language in RUN:
            yield from _run(block, following, session)


def with_outputs(page: str, examples: Sequence[Example]) -> str:
    """Return a page with what its examples print now."""
    lines = page.split("\n")
    for example in sorted(examples, key=lambda each: each.start, reverse=True):
        if not example.is_current:
            anew = print_anew(example.printed, example.actual)
            lines[example.start : example.start + len(example.printed)] = [
                f"{example.indent}{line}" if line else "" for line in anew
            ]
    return "\n".join(lines)


def commands(block: Block) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Yield each command of a console, the index of the line below it in the block, and what is printed there."""
    index, lines = 0, block.lines
    while index < len(lines):
        if not lines[index].startswith("$ "):
            raise ExampleError(f"line {block.start + index + 1}: a console begins with a command: {lines[index]!r}")
        command = lines[index][2:]
        index += 1
        while index < len(lines) and _goes_on(command):
            command += "\n" + lines[index]
            index += 1
        below = index
        while index < len(lines) and not lines[index].startswith("$ "):
            index += 1
        yield command, below, lines[below:index]


def _below(above: str, text: str) -> str:
    """Return a declaration below another one, whose keys it may give anew."""
    keys = {line.partition(" = ")[0] for line in text.splitlines()}
    kept = [line for line in above.splitlines() if line.partition(" = ")[0] not in keys]
    return "\n".join([*kept, text])


def _goes_on(command: str) -> bool:
    without_comment = _QUOTED.sub("", command).partition(" #")[0]
    return command.endswith("\\") or any(quote in without_comment for quote in "'\"")


def _run(block: Block, following: Block | None, session: Session) -> Iterator[Example]:
    if block.language == "console":
        yield from _console(block, session)
    elif block.language == "pycon":
        for example in doctest.DocTestParser().get_examples(block.text):
            below = example.lineno + example.source.count("\n")
            printed = tuple(example.want.splitlines())
            yield _example(block, example.source, below, printed, session.python(example.source, shows_values=True))
        session.close()
    elif block.language == "python":
        if block.marker == "runs in":
            actual = session.other_python(block.value, block.text)
        else:
            actual = session.python(block.text, shows_values=False)
        if actual is not None and following is not None and _is_result(block, following):
            yield _example(following, block.text, 0, following.lines, actual)
    elif following is not None and _is_result(block, following):
        yield _example(following, block.text, 0, following.lines, session.table(block.text))
    else:
        session.sql(block.text)


def _is_result(block: Block, following: Block) -> bool:
    """Return whether a block of text is right below, with one empty line between the fences."""
    below = block.start + len(block.lines) + 3
    return following.language == "text" and not following.marker and following.start == below


def _console(block: Block, session: Session) -> Iterator[Example]:
    shown = [*commands(block)]
    expected = int(block.value) if block.marker == "exit code" else 0
    for number, (command, below, printed) in enumerate(shown):
        actual, code = session.run(command)
        if code != (expected if number == len(shown) - 1 else 0):
            raise ExampleError(f"line {block.start + below}: {command}: exit code {code}: {actual}")
        yield _example(block, command, below, printed, actual)


def _example(block: Block, source: str, below: int, printed: tuple[str, ...], actual: str) -> Example:
    # An empty line between two commands belongs to nobody.
    return Example(source, block.start + below, printed, tuple(actual.splitlines()), block.indent)
