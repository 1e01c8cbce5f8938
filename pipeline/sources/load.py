"""Declarations from their TOML files, and what is wrong with one in words."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from pipeline.errors import DeclarationError
from pipeline.sources.keys import nearest
from pipeline.sources.model import Declaration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: What pydantic adds to a place where one of several types is allowed.
_TYPES = ("str", "list[str]", "bool", "int", "constrained-str")
BUILT_IN = Path(__file__).parent
#: A folder of declarations may hold reviewed decisions about mentions under this name.
CORRECTIONS = "corrections.csv"


def load_declarations(folders: Iterable[Path] = ()) -> dict[str, Declaration]:
    """Read every declaration that the project ships and those of the given folders, by id.

    Raises:
        DeclarationError: a folder or file is unreadable, a key is unknown or wrong, or two sources share an id.
    """
    declarations: dict[str, Declaration] = {}
    for folder in (BUILT_IN, *folders):
        if not folder.is_dir():
            raise DeclarationError(f"{folder}: no such folder of declarations (given with --sources)")
        for path in sorted(folder.glob("*.toml")):
            for declaration in load_editions(path):
                if declaration.id in declarations:
                    taken = declarations[declaration.id].path
                    raise DeclarationError(f"{path}: the id {declaration.id!r} is taken by {taken}; choose another")
                declarations[declaration.id] = declaration
    return declarations


def load_declaration(path: Path) -> Declaration:
    """Read one declaration; its id is the file's name unless it gives one.

    Raises:
        DeclarationError: naming the file, the key and the nearest valid one.
    """
    return _declaration(_toml(path), path)


def load_editions(path: Path) -> list[Declaration]:
    """Read a declaration, or one a language where it has `languages`: `{language}` in its texts stands for each.

    The id of an edition is the file's with the language behind it, such as `wikipedia_de`.

    Raises:
        DeclarationError: naming the file, the key and the nearest valid one.
    """
    content = _toml(path)
    if "languages" not in content:
        return [_declaration(content, path)]
    languages = content.pop("languages")
    if not isinstance(languages, list) or not languages or not all(isinstance(one, str) for one in languages):
        raise DeclarationError(f"{path}: languages: name at least one language (it is {languages!r})")
    if {"id", "language", "edition_of"} & content.keys():
        raise DeclarationError(f"{path}: 'id' and 'language' follow from 'languages'; remove one or the other")
    return [
        _declaration(
            _with_language(content, language)
            | {"id": f"{path.stem}_{language}", "language": language, "edition_of": path.stem},
            path,
        )
        for language in languages
    ]


def _with_language(value: Any, language: str) -> Any:  # noqa: ANN401 - as TOML has it
    if isinstance(value, str):
        return value.replace("{language}", language)
    if isinstance(value, list):
        return [_with_language(one, language) for one in value]
    if isinstance(value, dict):
        return {key: _with_language(one, language) for key, one in value.items()}
    return value


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(f"{path}: cannot be read as TOML: {error}") from error


def _declaration(content: dict[str, Any], path: Path) -> Declaration:
    if "path" in content:
        raise DeclarationError(f"{path}: unknown key 'path'; a file's place is the key 'name' under [[files]]")
    content.setdefault("id", path.stem)
    content.setdefault("family", content["id"])
    content.setdefault("attribution", content.get("publisher", ""))
    try:
        return Declaration(**content, path=path)
    except ValidationError as error:
        # A value that may be of several types fails once for each of them.
        problems = dict.fromkeys(_explain(problem) for problem in error.errors())
        raise DeclarationError("\n".join(f"{path}: {problem}" for problem in problems)) from error


def _explain(problem: Mapping[str, Any]) -> str:
    steps = [part for part in problem["loc"] if not (isinstance(part, str) and part in _TYPES)]
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in steps)
    if len(steps) < len(problem["loc"]):
        return f"{place}: neither a text nor a list of texts (it is {problem['input']!r})"
    if problem["type"] == "extra_forbidden":
        return f"unknown key {place!r}{nearest(str(problem['loc'][-1]), _keys_beside(problem['loc']))}"
    if problem["type"] == "missing":
        return f"the key {place!r} is missing"
    message = problem["msg"].removeprefix("Value error, ")
    shown = f" (it is {problem['input']!r})" if place and not isinstance(problem["input"], dict | list) else ""
    return f"{place}: {message}{shown}" if place else message


def _keys_beside(loc: tuple[str | int, ...]) -> list[str]:
    model: type[BaseModel] = Declaration
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        inner = _model_within(model.model_fields[part].annotation)
        if inner is None:
            return []
        model = inner
    return [name for name in model.model_fields if name != "path"]


def _model_within(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_within(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)
