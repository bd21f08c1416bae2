"""Help services: how a number is dialled, and when it wants to be checked again."""

from __future__ import annotations

import datetime as dt

import pytest

from coursebook.problems import Rule
from coursebook.services import Service, check_services, read_services
from coursebook.vocabulary import Stale

TODAY = dt.date(2026, 7, 1)


def service(number: str | None = None, checked: dt.date | None = None) -> Service:
    """Return a service with this number, checked on this day."""
    return Service(
        country="Here",
        kind="any",
        service="Line",
        number=number,
        checked=checked,
        source="line.org",
    )


@pytest.mark.parametrize(
    ("number", "dial"),
    [
        ("116 123", "116123"),
        ("1-800-799-7233", "18007997233"),
        ("+44 20 7946 0000", "+442079460000"),
        ("(030) 123.456", "030123456"),
        ("112 or 999", "112"),
        ("112 oder 110", "112"),
        ("999, and then 55", "999"),
        ("call 988", "988"),
        ("on the website", ""),
        (None, ""),
    ],
)
def test_dial(number: str | None, dial: str) -> None:
    """A number is dialled without spaces and words; of two, the first, in any language."""
    assert service(number).dial == dial


class TestRead:
    """The file of services."""

    def test_lines(self) -> None:
        """Each service knows the line it begins on; comments and empty lines count."""
        text = (
            "# Numbers\n\n- {country: A, kind: k, service: One, source: s}\n\n"
            "- country: B\n  kind: k\n  service: Two\n  source: s\n"
        )

        services, problems = read_services(text, "help.yml")

        assert problems == []
        assert [(found.service, found.line) for found in services] == [("One", 3), ("Two", 5)]

    @pytest.mark.parametrize(
        "text", ["", "# None yet.\n", "[]\n"], ids=["empty", "comment", "list"]
    )
    def test_a_course_may_have_none(self, text: str) -> None:
        """An empty file holds no services, and no problem."""
        assert read_services(text, "help.yml") == ((), [])

    @pytest.mark.parametrize(
        ("text", "line", "rule"),
        [
            ("- {country: A, kind: k, service: One}\n", 1, Rule.MISSING_KEY),
            ("\n- {country: A, kind: k, service: One, source: s, fax: x}\n", 2, Rule.UNKNOWN_KEY),
            ("- {country: A, kind: k, service: One, source: s, number: 112}\n", 1, Rule.WRONG_TYPE),
            (
                "- {country: A, kind: k, service: One, source: s, checked: soon}\n",
                1,
                Rule.WRONG_TYPE,
            ),
            ("one: two\n", 1, Rule.FRONT_MATTER_MAPPING),
            ("- [\n", 2, Rule.FRONT_MATTER_YAML),
        ],
        ids=["missing", "unknown", "number", "date", "mapping", "yaml"],
    )
    def test_faults(self, text: str, line: int, rule: Rule) -> None:
        """A fault is one problem at its line, and then there are no services."""
        services, (problem,) = read_services(text, "help.yml")

        assert services == ()
        assert (problem.path, problem.line, problem.rule) == ("help.yml", line, rule)


class TestStale:
    """How long ago a service was checked."""

    @pytest.mark.parametrize(
        ("days", "rule"),
        [
            (0, None),
            (180, None),
            (181, Rule.SERVICE_AGING),
            (365, Rule.SERVICE_AGING),
            (366, Rule.SERVICE_STALE),
        ],
    )
    def test_days(self, days: int, rule: Rule | None) -> None:
        """After 180 days it is a notice, after 365 a problem."""
        checked = service(checked=TODAY - dt.timedelta(days=days))

        found = list(check_services((checked,), "help.yml", Stale(), TODAY))

        assert [problem.rule for problem in found] == ([rule] if rule else [])

    def test_never_checked(self) -> None:
        """A service that nobody has checked is marked on its page, and is no problem."""
        assert list(check_services((service(),), "help.yml", Stale(), TODAY)) == []

    def test_other_days(self) -> None:
        """A course may set other numbers of days."""
        checked = service(checked=TODAY - dt.timedelta(days=31))

        (found,) = check_services((checked,), "help.yml", Stale(notice=10, problem=30), TODAY)

        assert found.rule is Rule.SERVICE_STALE
        assert "31 days" in found.message
