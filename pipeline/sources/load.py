"""Declarations from their TOML files, and plain messages about what is wrong with one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from pipeline.errors import DeclarationError
from pipeline.sources.keys import did_you_mean
from pipeline.sources.model import Declaration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: What pydantic adds to the location of a value that may have one of several types.
_TYPES = ("str", "list[str]", "bool", "int", "constrained-str")
#: Bytes of a declaration, and of one line: the time to parse a key grows with the square of its parts.
_SIZE_CAP, _LINE_CAP = 1 << 18, 1 << 12
#: Letters of a wrong key or value in a message, and problems of one declaration that are told.
_SHOWN, _PROBLEMS = 200, 20
BUILT_IN = Path(__file__).parent
#: The name of a file of reviewed decisions about mentions that a folder of declarations may have.
CORRECTIONS = "corrections.csv"


def load_declarations(folders: Iterable[Path] = ()) -> dict[str, Declaration]:
    """Return the shipped declarations and those of the given folders, by id.

    Raises:
        DeclarationError: a folder or file is unreadable, a key is unknown or wrong, or two sources share an id.
    """
    declarations: dict[str, Declaration] = {}
    for folder in (BUILT_IN, *folders):
        for path in _toml_files(folder):
            for declaration in load_editions(path):
                if declaration.id in declarations:
                    taken = declarations[declaration.id].path
                    raise DeclarationError(f"{path}: the id {declaration.id!r} is taken by {taken}; choose another")
                declarations[declaration.id] = declaration
    return declarations


def _toml_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DeclarationError(f"{folder}: no such folder of declarations (given with --sources)")
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(".toml"))
    except OSError as error:
        raise DeclarationError(f"{folder}: cannot be read ({error.strerror}), given with --sources") from error


def load_editions(path: Path) -> list[Declaration]:
    """Return the declaration of a file, or one for each of its `languages`, with the code instead of `{language}`.

    The id of an edition is that of the file followed by the language, such as `wikipedia_de`.

    Raises:
        DeclarationError: naming the file, the key and the nearest valid one.
    """
    content = _parse(path)
    if "languages" not in content:
        return [_declaration(content, path)]
    languages = content["languages"]
    if not isinstance(languages, list) or not languages or not all(isinstance(code, str) for code in languages):
        raise DeclarationError(f"{path}: languages: name at least one language (it is {languages!r})")
    if {"id", "language", "edition_of"} & content.keys():
        raise DeclarationError(f"{path}: 'id' and 'language' follow from 'languages'; remove one or the other")
    editions = []
    for language in languages:
        content = _parse(path, language)
        del content["languages"]
        content |= {"id": f"{path.stem}_{language}", "language": language, "edition_of": path.stem}
        editions.append(_declaration(content, path))
    return editions


def _parse(path: Path, language: str = "{language}") -> dict[str, Any]:
    try:
        # A pipe would be waited for, perhaps for ever.
        if path.exists() and not path.is_file():
            raise DeclarationError(f"{path}: cannot be read as TOML: it is not a file")
        with path.open("rb") as stream:
            content = stream.read(_SIZE_CAP + 1)
        if len(content) > _SIZE_CAP:
            raise DeclarationError(f"{path}: has more than {_SIZE_CAP >> 10} KiB; a declaration is far smaller")
        if any(len(line) > _LINE_CAP for line in content.split(b"\n")):
            raise DeclarationError(f"{path}: has a line of more than {_LINE_CAP >> 10} KiB; break it")
        return tomllib.loads(content.decode().replace("{language}", language))
    except OSError as error:
        raise DeclarationError(f"{path}: cannot be read as TOML: {error.strerror}") from error
    except ValueError as error:
        raise DeclarationError(f"{path}: cannot be read as TOML: {error}") from error
    except RecursionError as error:
        raise DeclarationError(f"{path}: cannot be read as TOML: its values are nested too deeply") from error


def _declaration(content: dict[str, Any], path: Path) -> Declaration:
    if "path" in content:
        raise DeclarationError(f"{path}: unknown key 'path'; a file's place is the key 'name' under [[files]]")
    content.setdefault("id", path.stem)
    content.setdefault("family", content["id"])
    content.setdefault("attribution", content.get("publisher", ""))
    try:
        return Declaration(**content, path=path)
    except ValidationError as error:
        # A value that may have several types fails once for each of them.
        problems = dict.fromkeys(_explain(problem) for problem in error.errors())
        shown = [*problems][:_PROBLEMS]
        if more := len(problems) - len(shown):
            shown.append(f"and {more} more problems")
        raise DeclarationError("\n".join(f"{path}: {problem}" for problem in shown)) from error


def _explain(problem: Mapping[str, Any]) -> str:
    steps = [step for step in problem["loc"] if step not in _TYPES]
    key = ".".join(str(step + 1) if isinstance(step, int) else step for step in steps)
    if len(steps) < len(problem["loc"]):
        return f"{key}: neither a text nor a list of texts (it is {_show(problem['input'])})"
    if problem["type"] == "extra_forbidden":
        return f"unknown key {_show(key)}{did_you_mean(str(steps[-1])[:_SHOWN], _valid_keys(steps[:-1]))}"
    if problem["type"] == "missing":
        return f"the key {key!r} is missing"
    message = problem["msg"].removeprefix("Value error, ")
    value = f" (it is {_show(problem['input'])})" if key and not isinstance(problem["input"], dict | list) else ""
    return f"{key}: {message}{value}" if key else message


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _valid_keys(steps: Iterable[str | int]) -> list[str]:
    """Return the keys of the section that the steps lead to."""
    model: type[BaseModel] | None = Declaration
    for step in steps:
        if model and isinstance(step, str):
            model = _section_of(model.model_fields[step].annotation)
    return [name for name in model.model_fields if name != "path"] if model else []


def _section_of(annotation: object) -> type[BaseModel] | None:
    """Return the model in a type such as `list[Suspect]` or `Lookup | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    sections = (_section_of(argument) for argument in get_args(annotation))
    return next((section for section in sections if section), None)
