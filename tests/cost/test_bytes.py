"""Bytes: what is asked of a server that tells them, and what is made of its answers."""

from __future__ import annotations

import datetime as dt

from conftest import REPOSITORY, Project
from cost.cases import DAY, LAST_ENROLLMENT, START, TODAY, costs
from cost.dates import days_in, literal
from dbt_jetstream.review.cost.prices import Prices


def asked_days(sql: str) -> int:
    """Days of telemetry that there is: until the end of the century."""
    found = [(f, last) for f, last in literal(sql) if last < dt.date(2100, 1, 1)]
    return days_in(found)


def test_bytes_are_those_of_a_day_times_days_and_those_of_every_query(cases: Project) -> None:
    """A server that answers 70 bytes per query and 1,000 per day and range of dates."""
    found = costs(cases.path, "direct")
    prices = Prices(REPOSITORY, lambda sql: 70 + 1000 * asked_days(sql), TODAY)
    for plan in (found.here, found.original):
        expected = 70 * len(plan.scans) + 1000 * plan.source_days
        assert prices.bytes_of_plan(found.definition, plan) == expected


def test_a_week_at_the_end_is_asked_about_and_a_day_without_telemetry(cases: Project) -> None:
    asked: list[str] = []

    def bytes_of(sql: str) -> int:
        asked.append(sql)
        return 0

    found = costs(cases.path, "direct")
    today = dt.date(2026, 4, 1)
    Prices(REPOSITORY, bytes_of, today).bytes_of_plan(found.definition, found.original)
    dates = {days for sql in asked for days in literal(sql)}
    assert dates == {
        (START, LAST_ENROLLMENT),
        (today - 6 * DAY, today),
        (dt.date(9000, 1, 1), dt.date(9000, 1, 1)),
    }
    # The events; then daily, weekly in both bases and overall in one, twice each.
    assert len(asked) == 1 + 2 * 5
