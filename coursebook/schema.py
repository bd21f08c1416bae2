"""YAML that an author writes, read against a typed schema, so that every fault has its line."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from coursebook.problems import Problem, Rule, closest, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A mapping in which an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _not_in_future(value: dt.date) -> dt.date:
    """Accept dates up to today where the day begins first, fourteen hours before UTC."""
    latest = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=14)).date()
    if value > latest:
        message = "{value} is later than today"
        raise PydanticCustomError("future-date", message, {"value": value.isoformat()})
    return value


PastDate = Annotated[dt.date, AfterValidator(_not_in_future)]
"""A day that has begun somewhere on earth."""

EXPECTED_TYPE = {
    "string_type": "words",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list in brackets, such as [a, b]",
    "dict_type": "indented lines, `key: value`",
    "model_type": "indented lines, `key: value`",
    "date_type": "a date such as 2026-01-31",
    "date_parsing": "a date such as 2026-01-31",
    "date_from_datetime_parsing": "a date such as 2026-01-31",
    "date_from_datetime_inexact": "a date such as 2026-01-31",
}
"""What an author should have written, by pydantic's name for the fault: another type."""

EXPECTED_VALUE = {
    "enum": "one of {expected}",
    "literal_error": "{expected}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "string_too_short": "some words",
    "too_long": "at most {max_length} of them, not {actual_length}",
    "too_short": "at least {min_length} of them, not {actual_length}",
}
"""The same where the type is right and the value is not."""

YAML_FAULTS = {
    "mapping values are not allowed": (
        "a value with a colon in it wants quotes around it, or the line is indented too far"
    ),
    "could not find expected ':'": "expected `key: value`",
    "found unexpected end of stream": "a quotation mark is not closed",
    "expected ',' or": (
        "a bracket is not closed, a comma is missing, or a value with a colon wants quotes"
    ),
    "expected <block end>": "a line is indented otherwise than those above it",
    "did not find expected": "a line is indented otherwise than those above it",
    r"found character '\t'": "a tab; indent with spaces",
    "cannot start any token": "a value that begins with a sign wants quotes around it",
    "found undefined alias": "a value that begins with * wants quotes around it",
    "found unknown escape": "a backslash between double quotes; use single quotes",
    "could not determine a constructor": "a value that begins with ! wants quotes around it",
}
"""Parts of PyYAML's messages, in an author's words."""


class _Loader(yaml.SafeLoader):
    """Leaves a date that no calendar has as text, so that its own key is found at fault."""

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:  # noqa: ANN401
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)


def parse_yaml(text: str) -> tuple[yaml.Node | None, Any, tuple[int, str] | None]:
    """Return YAML as nodes and as data, or else the line from 0 and the words for its fault."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
        for key, line in _repeated_keys(node):
            return node, data, (line, f"{key!r} stands here twice")
    except yaml.YAMLError as error:
        return None, None, _describe(error, text)
    except (ValueError, TypeError, RecursionError):
        return None, None, (0, "a value refers to itself, or a key is a list")
    return node, data, None


def read_yaml(
    text: str, model: type[Model], *, path: str, first_line: int = 1, context: object = None
) -> tuple[Model | None, list[Problem]]:
    """Return the YAML text as `model`, or None and every problem that stands in its way.

    `first_line` is the line of the file on which the text begins; `context` is handed to the
    validators of the model.
    """
    root, data, fault = parse_yaml(text)
    if fault:
        line, what = fault
        message = f"This is not sound YAML: {what}."
        return None, [Problem(path, first_line + line, message, Rule.FRONT_MATTER_YAML)]
    if not isinstance(root, yaml.MappingNode):
        message = "Expected facts, one `key: value` on each line."
        return None, [Problem(path, first_line, message, Rule.FRONT_MATTER_MAPPING)]
    try:
        return model.model_validate(data, context=context), []
    except ValidationError as error:
        problems = [
            _problem(detail, model, path, first_line + _line_of(root, detail["loc"]))
            for detail in _without_echoes(error.errors())
        ]
        return None, problems


def key_lines(text: str, *, first_line: int = 1) -> dict[str, int]:
    """Return the line of each key of sound YAML, nested keys and places in lists joined by dots."""
    root, _, fault = parse_yaml(text)
    return {} if fault else {name: first_line + line for name, line in _walk(root, "")}


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


def _describe(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Return the line, from 0, and what is wrong there."""
    if isinstance(error, yaml.reader.ReaderError):
        return text.count("\n", 0, error.position), "a character that no text file holds"
    if not isinstance(error, yaml.MarkedYAMLError):
        return 0, str(error)
    what = f"{error.problem or error.context}"
    opened = str(error.context).startswith(("while scanning", "while parsing a flow"))
    mark = (error.context_mark if opened else None) or error.problem_mark
    words = next((words for part, words in YAML_FAULTS.items() if part in what), what)
    return (mark.line if mark else 0), words


def _repeated_keys(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Find each key that stands twice in one mapping: YAML keeps the last and says nothing."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield str(key.value), key.start_mark.line
            seen.add(key.value)
            yield from _repeated_keys(value)


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
            if step >= len(node.value):
                return line
            node = node.value[step]
            line = node.start_mark.line
    return line


def _without_echoes(errors: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Leave out what follows from another fault.

    These are each missing key that stands there misspelt, and each list that is too short only
    because pydantic does not count entries at fault.
    """
    unknown = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
    missing = [error["loc"] for error in errors if error["type"] == "missing"]
    meant = set()
    for *place, word in unknown:
        here = [str(loc[-1]) for loc in missing if list(loc[:-1]) == place]
        meant.add((*place, closest(str(word), here)))
    within = {error["loc"][:depth] for error in errors for depth in range(len(error["loc"]))}
    for error in errors:
        is_short = error["type"] == "too_short" and error["loc"] in within
        if error["loc"] not in meant and not is_short:
            yield error


def _problem(detail: ErrorDetails, model: type[BaseModel], path: str, line: int) -> Problem:
    """Turn one error of pydantic into a problem in an author's words."""
    kind, location, value = detail["type"], detail["loc"], detail["input"]
    names = [step for step in location if isinstance(step, str) and step != "[key]"]
    name = names[-1] if names else ""
    if kind in set(Rule):
        message = f"{name}: {detail['msg'].rstrip('.')}.".lstrip(": ").replace("?.", "?")
        return Problem(path, line, message, Rule(kind))
    if kind == "missing":
        return Problem(path, line, f"Key {name!r} is missing.", Rule.MISSING_KEY)
    if kind == "extra_forbidden":
        hint = nearest(name, _fields(model, location[:-1]))
        return Problem(path, line, f"Key {name!r} is not known here.{hint}", Rule.UNKNOWN_KEY)
    if expected := EXPECTED_VALUE.get(kind):
        expected = expected.format(**detail.get("ctx", {}))
        shown = "" if ", not " in expected else f", not {value!r}"
        return Problem(path, line, f"{name}: expected {expected}{shown}.", Rule.OUT_OF_RANGE)
    expected = EXPECTED_TYPE.get(kind, "another value") + _instead(kind, value)
    return Problem(path, line, f"{name}: expected {expected}.", Rule.WRONG_TYPE)


def _instead(kind: str, value: object) -> str:
    """Say what stands there instead, and whether quotes are the reason."""
    if value is None:
        return ", and there is nothing"
    if isinstance(value, dict):
        return ", not `key: value`"
    if isinstance(value, list | tuple):
        return ", not a list"
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    shown = str(value) if isinstance(value, dt.date) else shown
    if kind == "string_type":
        return f" in quotes; without them this is read as {shown}"
    if kind == "int_type" and isinstance(value, str) and value.isdecimal():
        return f", not {shown}; leave out the quotes"
    return f", not {shown}"


def _fields(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the model knows at `location`."""
    schema: dict[str, Any] = model.model_json_schema(by_alias=True)
    definitions, node = schema.get("$defs", {}), schema
    for step in location:
        node = node.get("items", node) if isinstance(step, int) else _child(node, step)
        node = _followed(node, definitions)
    return list(node.get("properties", {}))


def _child(node: dict[str, Any], step: str) -> dict[str, Any]:
    found: dict[str, Any] = node.get("properties", {}).get(step) or {}
    return found or dict(node.get("additionalProperties") or {})


def _followed(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema refers to, the first choice where it may be nothing too."""
    node = node.get("anyOf", [node])[0]
    found: dict[str, Any] = definitions.get(str(node.get("$ref", "")).rpartition("/")[2], node)
    return found
