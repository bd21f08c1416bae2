"""YAML that an author writes, read against a typed schema, so that every fault has its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from coursebook.problems import Problem, Rule, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A mapping in which an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


RANGE_ERRORS = ("greater_than", "less_than", "literal_error", "enum", "pattern", "too_")
"""Parts of pydantic's error types that mean: the right type, but not an allowed value."""


def read_yaml(
    text: str, model: type[Model], *, path: str, first_line: int = 1, context: object = None
) -> tuple[Model | None, list[Problem]]:
    """Return the YAML text as `model`, or None and every problem that stands in its way.

    `first_line` is the line of the file on which the text begins; `context` is handed to the
    validators of the model.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        line, what = _describe(error)
        message = f"This is not sound YAML: {what}."
        return None, [Problem(path, first_line + line, message, Rule.FRONT_MATTER_YAML)]
    if not isinstance(root, yaml.MappingNode):
        message = "Expected a list of `key: value` lines."
        return None, [Problem(path, first_line, message, Rule.FRONT_MATTER_MAPPING)]
    problems = [
        Problem(path, first_line + line, f"Key {key!r} stands here twice.", Rule.UNKNOWN_KEY)
        for key, line in _repeated_keys(root)
    ]
    try:
        return model.model_validate(data, context=context), problems
    except ValidationError as error:
        for detail in error.errors():
            line = first_line + _line_of(root, detail["loc"])
            problems.append(_problem(detail, model, path, line))
        return None, problems


def key_lines(text: str, *, first_line: int = 1) -> dict[str, int]:
    """Return the line of each key of sound YAML, nested keys and places in lists joined by dots."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return {}
    return {name: first_line + line for name, line in _walk(root, "")}


def _walk(node: yaml.Node | None, prefix: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        pairs = [(str(key.value), key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        pairs = [(str(number), item, item) for number, item in enumerate(node.value)]
    else:
        return
    for name, marked, value in pairs:
        yield prefix + name, marked.start_mark.line
        yield from _walk(value, f"{prefix}{name}.")


def _describe(error: Exception) -> tuple[int, str]:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return error.problem_mark.line, str(error.problem or error.context)
    return 0, str(error).splitlines()[0]


def _repeated_keys(node: yaml.Node) -> list[tuple[str, int]]:
    """Return each key that stands twice in one mapping: YAML keeps the last and says nothing."""
    if isinstance(node, yaml.SequenceNode):
        return [found for item in node.value for found in _repeated_keys(item)]
    if not isinstance(node, yaml.MappingNode):
        return []
    seen: set[str] = set()
    found = []
    for key, value in node.value:
        if key.value in seen:
            found.append((str(key.value), key.start_mark.line))
        seen.add(key.value)
        found += _repeated_keys(value)
    return found


def _line_of(node: yaml.Node, location: tuple[int | str, ...]) -> int:
    """Return the line, counted from 0, of the deepest part of `location` that exists."""
    line = node.start_mark.line
    for step in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line
    return line


def _problem(detail: ErrorDetails, model: type[BaseModel], path: str, line: int) -> Problem:
    """Turn one error of pydantic into a problem in an author's words."""
    kind, steps = detail["type"], [str(step) for step in detail["loc"]]
    name = ".".join(steps)
    message = detail["msg"][:1].lower() + detail["msg"][1:]
    if kind in set(Rule):
        return Problem(path, line, f"{name}: {message}.", Rule(kind))
    if kind == "missing":
        return Problem(path, line, f"Key {name!r} is missing.", Rule.MISSING_KEY)
    if kind == "extra_forbidden":
        hint = nearest(steps[-1], _fields(model, detail["loc"][:-1]))
        return Problem(path, line, f"Key {name!r} is not known here.{hint}", Rule.UNKNOWN_KEY)
    rule = Rule.OUT_OF_RANGE if any(part in kind for part in RANGE_ERRORS) else Rule.WRONG_TYPE
    if kind.endswith("_type") or kind.endswith("_parsing"):
        rule = Rule.WRONG_TYPE
    return Problem(path, line, f"{name}: {message}, not {detail['input']!r}.", rule)


def _fields(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the model knows at `location`."""
    schema: dict[str, Any] = model.model_json_schema(by_alias=True)
    definitions, node = schema.get("$defs", {}), schema
    for step in location:
        node = node.get("items", node) if isinstance(step, int) else _child(node, step)
        node = definitions.get(str(node.get("$ref", "")).rpartition("/")[2], node)
        if isinstance(node.get("anyOf"), list):
            node = node["anyOf"][0]
            node = definitions.get(str(node.get("$ref", "")).rpartition("/")[2], node)
    return list(node.get("properties", {}))


def _child(node: dict[str, Any], step: str) -> dict[str, Any]:
    found: dict[str, Any] = node.get("properties", {}).get(step) or {}
    return found or dict(node.get("additionalProperties") or {})
