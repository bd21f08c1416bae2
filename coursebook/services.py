"""Help services: the numbers to call, as data, each with the day it was last checked."""

from __future__ import annotations

import re
from textwrap import indent
from typing import TYPE_CHECKING

import yaml
from pydantic import Field, StrictStr

from coursebook.problems import Problem, Rule
from coursebook.schema import PastDate, Strict, parse_yaml, read_yaml

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from coursebook.vocabulary import Stale


class Service(Strict):
    """One help service."""

    country: StrictStr
    kind: StrictStr
    service: StrictStr
    number: StrictStr | None = None
    text: StrictStr | None = None
    web: StrictStr | None = None
    hours: StrictStr | None = None
    note: StrictStr | None = None
    checked: PastDate | None = None
    source: StrictStr
    line: int = 0

    @property
    def dial(self) -> str:
        """Its number as a link dials it; the first, where two are given."""
        first = re.search(r"\+?\d[\d ()./-]*", self.number or "")
        return re.sub(r"[^\d+]", "", first[0]) if first else ""


class Services(Strict):
    """The file of help services."""

    services: tuple[Service, ...] = Field(())


def read_services(text: str, path: str) -> tuple[tuple[Service, ...], list[Problem]]:
    """Return the services of a file that is a list, and the problems in it."""
    text = text.removeprefix("\ufeff")
    root, _, fault = parse_yaml(text)
    if root is None and not fault:
        return (), []
    if not fault and not isinstance(root, yaml.SequenceNode):
        message = "Expected a list: each service on a line of its own, behind a hyphen."
        return (), [Problem(path, 1, message, Rule.FRONT_MATTER_MAPPING)]
    found, problems = read_yaml(
        "services:\n" + indent(text, " "), Services, path=path, first_line=0
    )
    if found is None or root is None:
        return (), problems
    lines = [node.start_mark.line + 1 for node in root.value]
    services = zip(found.services, lines, strict=True)
    return tuple(service.model_copy(update={"line": line}) for service, line in services), problems


def check_services(
    services: tuple[Service, ...], path: str, stale: Stale, today: dt.date
) -> Iterator[Problem]:
    """Find services that nobody has checked for too long."""
    for service in services:
        if service.checked is None:
            continue
        days = (today - service.checked).days
        message = f"{service.service}: last checked {days} days ago"
        if days > stale.problem:
            message += f", expected at most {stale.problem}."
            yield Problem(path, service.line, message, Rule.SERVICE_STALE)
        elif days > stale.notice:
            message += f"; check it again within {stale.problem - days} days."
            yield Problem(path, service.line, message, Rule.SERVICE_AGING)
