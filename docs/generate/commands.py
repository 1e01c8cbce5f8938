"""The page of all commands, from what the command line says of itself: docs/commands.md."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from docs.generate.blocks import blocks
from pipeline.cli import _parser
from pipeline.commands import COMMANDS, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD: Final = """\
# Commands

Look up a command and its options. This page is written by `make pages` from what `twintowns COMMAND --help` says.

`twintowns` is in `.venv/bin`; `. .venv/bin/activate` puts it on your path. [Operating](operating.md#exit-codes) has
the exit codes.
"""
#: What argparse adds to each command by itself, and its own groups of options.
_HELP: Final = "help"
_GROUPS: Final = ("positional arguments", "options", None)


def commands_page(pages: Mapping[str, str]) -> str:
    """Return the page as Markdown.

    Args:
        pages: the text of each page by its file's name, to refer to those that show a command.
    """
    shown_on = _shown_on(pages)
    commands = {name: (parser, text) for name, parser, text in _commands(_parser())}
    examples = {name_of(command): command.EXAMPLES for command in COMMANDS}
    parts = [_HEAD, "| command | what it does |\n| --- | --- |"]
    for name, (_, text) in commands.items():
        parts.append(f"| [`{name}`](#twintowns-{name}) | {_cell(text)} |")
    for name, (parser, text) in commands.items():
        parts.append(f"\n## `twintowns {name}`\n\n{text[0].upper()}{text[1:]}.\n\n```text\n{_usage(name, parser)}\n```")
        rows = [*_rows(parser)]
        if rows:
            parts.append("\n| option | what it does |\n| --- | --- |\n" + "\n".join(rows))
        if notes := _notes(parser):
            parts.append(f"\n```text\n{notes}\n```")
        parts.append(
            f"\n<!-- not run: the tests only check that the command line takes them -->\n{_examples(examples[name])}"
        )
        if shown_on.get(name):
            links = ", ".join(f"[{title}]({file})" for file, title in shown_on[name].items())
            parts.append(f"\nShown on: {links}.")
    return "\n".join(parts) + "\n"


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    for action in parser._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            texts = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001
            for name, command in action.choices.items():
                yield name, command, texts[name]


def _shown_on(pages: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return for each command the pages with an example of it, and their titles."""
    pages_by_command: dict[str, dict[str, str]] = {}
    for file, page in pages.items():
        for block in blocks(page):
            for line in block.lines if block.language == "console" else ():
                name = line.removeprefix("$ twintowns ").partition(" ")[0]
                if line.startswith("$ twintowns ") and not name.startswith("-"):
                    pages_by_command.setdefault(name, {}).setdefault(file, page.partition("\n")[0].removeprefix("# "))
    return pages_by_command


def _notes(parser: argparse.ArgumentParser) -> str:
    """Return what stands below the options beside the examples."""
    paragraphs = (parser.epilog or "").strip("\n").split("\n\n")
    return "\n\n".join(paragraph for paragraph in paragraphs if not paragraph.startswith("examples:"))


def _examples(commands: tuple[str, ...]) -> str:
    return "\n".join(["```console", *(f"$ {command}" for command in commands), "```"])


def _usage(name: str, parser: argparse.ArgumentParser) -> str:
    """Return the positional arguments and the required options; how argparse prints the rest depends on Python."""
    words = [f"twintowns {name}"]
    for action in parser._actions:  # noqa: SLF001
        if not action.option_strings:
            words.append(_argument(action))
        elif action.required:
            words.append(_name(action))
    return " ".join([*words, "[options]"])


def _rows(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield a row for each option; one of a group with a title of its own says so."""
    for group in parser._action_groups:  # noqa: SLF001 (argparse has no other way)
        about = "" if group.title in _GROUPS else f"{group.title}: "
        for action in group._group_actions:  # noqa: SLF001
            if row := _row(action, about):
                yield row


def _row(action: argparse.Action, about: str) -> str:
    if action.dest == _HELP or action.help == argparse.SUPPRESS:
        return ""
    name = _name(action) if action.option_strings else _argument(action).strip("[]")
    return f"| `{name}` | {_cell(about + str(action.help) % _values(action))} |"


def _name(action: argparse.Action) -> str:
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {_argument(action)}"


def _argument(action: argparse.Action) -> str:
    word = action.metavar or ("{" + ",".join(map(str, action.choices)) + "}" if action.choices else "")
    word = word or (action.dest.upper() if action.option_strings else action.dest)
    if isinstance(word, tuple):
        return " ".join(word)
    many = {"?": f"[{word}]", "*": f"[{word} ...]", "+": f"{word} [{word} ...]"}
    if isinstance(action.nargs, int):
        return " ".join([word] * action.nargs) if action.nargs else word
    return many.get(str(action.nargs), word)


def _values(action: argparse.Action) -> dict[str, object]:
    return {"default": action.default, "prog": "twintowns", "choices": action.choices, "dest": action.dest}


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[")
