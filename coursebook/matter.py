"""Front matter: the facts of a page, a typed schema for each form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from coursebook.grammar import ID, Form
from coursebook.problems import nearest
from coursebook.schema import PastDate, Strict

if TYPE_CHECKING:
    from collections.abc import Mapping


SUMMARY_LENGTH = 160
CLOCK = r"([01]\d|2[0-3]):[0-5]\d"


def _one_of(table: str) -> AfterValidator:
    """Accept only the words that course.yml declares in `table`."""

    def check(value: str, info: ValidationInfo) -> str:
        known: Mapping[str, str] = getattr(info.context, table, {})
        if value not in known:
            context = {"value": repr(value), "hint": nearest(value, known).rstrip(".")}
            raise PydanticCustomError("out-of-range", "{value} is not known.{hint}", context)
        return value

    return AfterValidator(check)


def _form(pattern: str, expected: str) -> AfterValidator:
    """Accept only what has this form, `expected` in an author's words."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            context = {"expected": expected, "value": repr(value)}
            raise PydanticCustomError("out-of-range", "expected {expected}, not {value}", context)
        return value

    return AfterValidator(check)


def _short(value: str) -> str:
    if len(value) > SUMMARY_LENGTH:
        message = "has {n} characters, expected at most {most}"
        raise PydanticCustomError(
            "summary-length", message, {"n": len(value), "most": SUMMARY_LENGTH}
        )
    return value


def _pair(value: object) -> object:
    """Accept two values; what they must be is said elsewhere."""
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - a pair
        message = "expected two whole numbers, the least and the most, such as [2, 20]"
        raise PydanticCustomError("wrong-type", message)
    return value


def _ordered(value: tuple[int, int]) -> tuple[int, int]:
    if value[0] > value[1]:
        message = "the least, {least}, is more than the most, {most}"
        raise PydanticCustomError("minutes-order", message, {"least": value[0], "most": value[1]})
    return value


Text = Annotated[StrictStr, Field(min_length=1)]
Setting = Annotated[StrictStr, _one_of("settings")]
Way = Annotated[StrictStr, _one_of("ways")]
Pairs = Annotated[StrictStr, _one_of("pairs")]
ItemKind = Annotated[StrictStr, _one_of("items")]
Identifier = Annotated[StrictStr, _form(ID, "small letters, digits and hyphens, a letter first")]
Minutes = Annotated[StrictInt, Field(ge=1, le=600)]
Range = Annotated[tuple[Minutes, Minutes], BeforeValidator(_pair), AfterValidator(_ordered)]
People = Annotated[
    tuple[Annotated[StrictInt, Field(ge=1)], Annotated[StrictInt, Field(ge=1)]],
    BeforeValidator(_pair),
    AfterValidator(_ordered),
]


class Matter(Strict):
    """Front matter that any page has."""

    title: Text = Field(description="the page's level-one heading")
    summary: Annotated[Text, AfterValidator(_short)] = Field(description="for cards and searches")
    reviewed: PastDate = Field(
        description="the day on which somebody last read the page against its sources"
    )
    kind: StrictStr | None = Field(None, description="a kind of course.yml, if not by folder")
    minutes: Minutes | None = Field(None, description="minutes to read")
    heavy: StrictBool = Field(default=False, description="a topic that wants a note before it")
    leave: StrictBool = Field(default=False, description="draws the leave-quickly link")
    draft: StrictBool = Field(default=False, description="checked, but not published")
    search: dict[str, Any] = Field({}, description="mkdocs-material's own")
    hide: tuple[StrictStr, ...] = Field((), description="mkdocs-material's own")
    template: StrictStr | None = Field(None, description="MkDocs's own")


class PracticeMatter(Matter):
    """Front matter of a practice."""

    objectives: Annotated[dict[Identifier, StrictStr], Field(min_length=2, max_length=4)] = Field(
        description="what a learner can practise, a sentence for each id"
    )


class ExerciseMatter(Matter):
    """Front matter of an exercise."""

    practice: StrictStr = Field(description="file name of its practice, without .md")
    minutes: Range = Field(description="the least and the most it takes")  # type: ignore[assignment]
    who: Annotated[tuple[Setting, ...], Field(min_length=1)] = Field(
        description="for how many, words of `settings`"
    )
    how: tuple[Way, ...] = Field((), description="words of `ways`")
    pairs: Pairs | None = Field(
        None, description="with whom to pair up; the first of `pairs` if left out"
    )
    needs: tuple[StrictStr, ...] = Field((), description="what to have at hand")
    meets: tuple[Identifier, ...] = Field((), description="objectives of its practice")


class Item(Strict):
    """One item of a session's agenda."""

    kind: ItemKind
    minutes: Minutes
    title: StrictStr | None = None
    exercise: StrictStr | None = Field(None, description="file name without .md")
    id: Identifier | None = Field(None, description="facilitator blocks name it with `item`")
    pairs: Pairs | None = Field(
        None, description="with whom to pair up; as its exercise says if left out"
    )
    goes_first: Text = Field(description="what to drop first when short of time")

    @model_validator(mode="after")
    def _named(self) -> Item:
        if self.kind == "exercise" and not self.exercise:
            raise PydanticCustomError(
                "missing-key", "an item of kind 'exercise' names its `exercise`"
            )
        if self.kind != "exercise" and not self.title:
            raise PydanticCustomError("missing-key", "an item that is no exercise has a `title`")
        return self


class Session(Strict):
    """One sitting of a workshop."""

    title: StrictStr
    start: Annotated[StrictStr, _form(CLOCK, 'a clock time such as "18:30"')] = Field(
        description='clock time in quotes, as in "18:30"'
    )
    minutes: Minutes
    agenda: Annotated[tuple[Item, ...], Field(min_length=1)]


class WorkshopMatter(Matter):
    """Front matter of a workshop."""

    audience: StrictStr
    people: People = Field(description="the least and the most in the group")
    sessions: Annotated[tuple[Session, ...], Field(min_length=1)]


MATTER: Mapping[Form, type[Matter]] = {
    Form.HOME: Matter,
    Form.INDEX: Matter,
    Form.PRACTICE: PracticeMatter,
    Form.EXERCISE: ExerciseMatter,
    Form.WORKSHOP: WorkshopMatter,
    Form.PAGE: Matter,
}
