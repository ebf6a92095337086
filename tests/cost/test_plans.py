"""Both plans in source-days, counted by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from conftest import Project
from cost.cases import costs, locked_in
from dbt_jetstream.cli import main
from dbt_jetstream.review.cost.plans import costs_of
from dbt_jetstream.review.cost.scans import Purpose


def test_the_original_reads_1022_source_days_where_74_exist(cases: Project) -> None:
    """One data source, all six periods, both bases; 45 days from the start to the end.

    Units enroll on 8 dates, so that a window of n days needs n + 7 dates of telemetry. The last
    enrollment date is day 7, and day 45 the last.

        daily             39 windows, due on days 7 to 45        39 * (1 + 7)    =  312
        weekly            due on days 13, 20, 27, 34, 41          5 * (7 + 7)    =   70
        28 days           due on day 34; the next on day 62       1 * (28 + 7)   =   35
        overall           45 - 8 + 1 = 38 days                         38 + 7    =   45
        7 days before                                                   7 + 7    =   14
        28 days before                                                 28 + 7    =   35
                                                                                 ------
                                                                                    511, twice

    What exists is days -28 to 45: 28 + 46 = 74, and each is read once here.
    """
    found = costs(cases.path, "forty-five-days")
    (source,) = (source for source in found.sources if source.name == "clients_daily")
    assert source.tables == ("mozdata.telemetry.clients_daily",)
    assert found.original.of(source).source_days == 1022
    assert found.here.of(source).source_days == 74
    assert found.distinct_days(source) == 74
    # Enrollment and exposure events, once each on 8 dates.
    (events,) = (source for source in found.sources if source.name == "enrollment events")
    for plan in (found.here, found.original):
        assert plan.of(events).source_days == 16
        assert plan.source_days == plan.of(source).source_days + 16


def test_an_own_enrollment_query_counts_as_its_tables_on_the_enrollment_dates(
    cases: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    found = costs(cases.path, "own-query")
    (source, *_) = found.sources
    tables = ("mozdata.telemetry.events", "mozdata.telemetry.own_enrollments")
    assert source.tables == tables
    assert found.here.of(source).source_days == 8 + 8
    assert main(["cost", "own-query", f"--project-dir={cases.path}"]) == 0
    assert "Its own enrollment query is taken to read" in capsys.readouterr().out


def test_the_original_does_nothing_for_an_experiment_that_ends_with_enrollment_but_its_first_day(
    cases: Project,
) -> None:
    """It would compute the week before on the day after the end. We compute it with enrollment."""
    found = costs(cases.path, "ends-with-enrollment")
    # Day 0, for both bases; 8 enrollment dates, twice.
    assert found.original.source_days == 2 * 8 + 16
    # Days -28 to 7, and the same events.
    assert found.here.source_days == 28 + 8 + 16


def test_an_experiment_without_an_end_is_counted_up_to_today(cases: Project) -> None:
    locked = locked_in(cases.path, "open-ended")
    found = costs_of(locked, dt.date(2026, 3, 22), None)
    (source,) = (source for source in found.sources if source.name == "clients_daily")
    # Days 0 to 20. Weeks are due on days 13 and 20, for 14 dates each: `countries` is read then.
    assert found.here.of(source, Purpose.DAYS).source_days == 21
    assert found.here.of(source, Purpose.WINDOWS).source_days == 2 * 14
    # By the original: daily windows on days 7 to 20, for 8 dates each, and those weeks; both bases.
    assert found.original.of(source).source_days == 2 * (14 * 8 + 2 * 14)
    # Overall waits for an end.
    assert [s.name for s in found.sources] == ["enrollment events", "clients_daily"]
