"""Front matter: the facts of a page, a typed schema for each form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from coursebook.grammar import ID, Form
from coursebook.schema import Strict


def _one_of(table: str) -> AfterValidator:
    """Accept only the words that course.yml declares in `table`."""

    def check(value: str, info: ValidationInfo) -> str:
        known: Mapping[str, str] = getattr(info.context, table, {})
        if value not in known:
            expected = ", ".join(known)
            message = "expected one of {expected}, not {value!r}"
            raise PydanticCustomError(
                "out-of-range", message, {"expected": expected, "value": value}
            )
        return value

    return AfterValidator(check)


def _not_in_future(value: dt.date) -> dt.date:
    """Accept dates up to today where the day begins first, fourteen hours before UTC."""
    latest = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=14)).date()
    if value > latest:
        message = "{value} is later than today"
        raise PydanticCustomError("future-date", message, {"value": value.isoformat()})
    return value


def _short(value: str) -> str:
    if len(value) > SUMMARY_LENGTH:
        message = "has {n} characters, expected at most {most}"
        raise PydanticCustomError(
            "summary-length", message, {"n": len(value), "most": SUMMARY_LENGTH}
        )
    return value


def _ordered(value: tuple[int, int]) -> tuple[int, int]:
    if value[0] > value[1]:
        message = "the least, {least}, is more than the most, {most}"
        raise PydanticCustomError("minutes-order", message, {"least": value[0], "most": value[1]})
    return value


SUMMARY_LENGTH = 160

Identifier = Annotated[str, Field(pattern=ID)]
Minutes = Annotated[StrictInt, Field(ge=1, le=600)]
Range = Annotated[tuple[Minutes, Minutes], AfterValidator(_ordered)]
Text = Annotated[StrictStr, Field(min_length=1)]


class Matter(Strict):
    """Front matter that any page has."""

    title: Text = Field(description="the page's level-one heading")
    summary: Annotated[str, AfterValidator(_short)] = Field(description="for cards and searches")
    reviewed: Annotated[dt.date, AfterValidator(_not_in_future)] = Field(
        description="the day on which somebody last read the page against its sources"
    )
    kind: StrictStr | None = Field(None, description="a kind of course.yml, if not by folder")
    minutes: Minutes | None = Field(None, description="minutes to read")
    heavy: StrictBool = Field(False, description="a topic that wants a note before it")
    leave: StrictBool = Field(False, description="draws the leave-quickly link")
    draft: StrictBool = Field(False, description="checked, but not published")
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
    who: Annotated[tuple[Annotated[str, _one_of("settings")], ...], Field(min_length=1)] = Field(
        description="for how many, words of `settings`"
    )
    how: tuple[Annotated[str, _one_of("ways")], ...] = Field((), description="words of `ways`")
    pairs: Annotated[str, _one_of("pairs")] | None = Field(
        None, description="with whom to pair up; the first of `pairs` if left out"
    )
    needs: tuple[StrictStr, ...] = Field((), description="what to have at hand")
    meets: tuple[Identifier, ...] = Field((), description="objectives of its practice")


class Item(Strict):
    """One item of a session's agenda."""

    kind: Annotated[str, _one_of("items")]
    minutes: Minutes
    title: StrictStr | None = None
    exercise: StrictStr | None = Field(None, description="file name without .md")
    id: Identifier | None = Field(None, description="facilitator blocks name it with `item`")
    goes_first: Text = Field(description="what to drop first when short of time")

    @model_validator(mode="after")
    def _named(self) -> Item:
        if self.kind == "exercise" and not self.exercise:
            raise PydanticCustomError("missing-key", "an exercise item names its exercise")
        if self.kind != "exercise" and not self.title:
            raise PydanticCustomError("missing-key", "an item has a title")
        return self


class Session(Strict):
    """One sitting of a workshop."""

    title: StrictStr
    start: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = Field(
        description='clock time in quotes, as in "18:30"'
    )
    minutes: Minutes
    agenda: Annotated[tuple[Item, ...], Field(min_length=1)]


class WorkshopMatter(Matter):
    """Front matter of a workshop."""

    audience: StrictStr
    people: Annotated[tuple[StrictInt, StrictInt], AfterValidator(_ordered)] = Field(
        description="the least and the most in the group"
    )
    sessions: Annotated[tuple[Session, ...], Field(min_length=1)]


MATTER: Mapping[Form, type[Matter]] = {
    Form.HOME: Matter,
    Form.INDEX: Matter,
    Form.PRACTICE: PracticeMatter,
    Form.EXERCISE: ExerciseMatter,
    Form.WORKSHOP: WorkshopMatter,
    Form.PAGE: Matter,
}
