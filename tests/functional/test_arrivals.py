"""Telemetry that has not arrived: windows wait for it, and miss nothing once it is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from built_tables import assert_equal, tables, windows

from conftest import Project, copy_built, end_sources, small_built, small_project
from more_metrics import VISITS, small_with
from tiers import ALL, exhaustive, sample

SLUG = "pip-first-time-hint"
NAME = "pip_first_time_hint"
# Units enroll until 2026-03-09: week 1 ends on the 15th, week 2 on the 22nd, week 3 on the 29th.
AS_OF = "2026-03-29"
ALL_WEEKS = [1, 2, 3]
RESULTS = (f"bins_{NAME}", f"pieces_{NAME}", f"moments_{NAME}", f"statistics_{NAME}")
# A signal on a table of its own; `VISITS` is a metric that is read directly from another.
MORE = """
[experiment.exposure_signal]
name = "searched"
friendly_name = "Searched"
description = "The client searched"
data_source = "signals"
select_expression = "search_count_all > 0"
window_start = "enrollment_start"
window_end = "analysis_window_end"

[data_sources.signals]
from_expression = "mozdata.telemetry.signals"
experiments_column_type = "none"
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The small desktop experiment, not built yet."""
    return small_project(tmp_path / "project", SLUG)


@pytest.fixture(scope="module")
def undisturbed() -> Project:
    return small_built(SLUG, AS_OF)


@contextmanager
def _late(project: Project, table: str, last_day: str) -> Iterator[None]:
    """Take what a telemetry table holds after a day out of it, for as long as the context lasts."""
    after = f"from telemetry.{table} where submission_date > '{last_day}'"
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(f"create schema late; create table late.{table} as select * {after}")
        connection.execute(f"delete {after}")
    yield
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(f"insert into telemetry.{table} by name from late.{table}")
        connection.execute("drop schema late cascade")


def _assert_holds(project: Project, weeks: list[int]) -> None:
    """Look for weeks in all tables, and in the export."""
    assert windows(project, f"analysis.{NAME}_weekly") == weeks
    for table in RESULTS:
        found = windows(project, f"analysis.{table}", "analysis_period = 'weekly'")
        assert found == weeks, table
    path = project.exports / f"statistics/statistics_{NAME}_weekly.json"
    exported = {int(row["window_index"]) for row in json.loads(path.read_text())}
    assert sorted(exported) == weeks


def _lines(output: str, text: str) -> list[str]:
    return [line for line in output.splitlines() if text in line]


@exhaustive
def test_windows_wait_for_late_telemetry_and_then_equal_those_of_a_build_in_time(
    project: Project, undisturbed: Project
) -> None:
    _assert_holds(undisturbed, ALL_WEEKS)
    with _late(project, "clients_daily", "2026-03-27"):
        output = project.build(SLUG, AS_OF)
    (line,) = _lines(output, "wait for")
    expected = (
        f"{SLUG}, weekly: windows 3 wait for clients_daily: "
        "mozdata.telemetry.clients_daily has been read until 2026-03-27"
    )
    assert expected in line
    # What reads other tables is there.
    _assert_holds(project, ALL_WEEKS)
    hours = f"select distinct window_index from analysis.statistics_{NAME} where metric = '{{}}'"
    weekly = f"{hours} and analysis_period = 'weekly' order by 1"
    assert project.query(weekly.format("active_hours")) == [(1,), (2,)]
    assert project.query(weekly.format("toggles_shown")) == [(1,), (2,), (3,)]
    output = project.build(SLUG, AS_OF)
    assert not _lines(output, "wait for")
    assert_equal(project, undisturbed)


@exhaustive
def test_a_later_date_does_not_pass_over_days_that_were_late(
    project: Project, undisturbed: Project
) -> None:
    with _late(project, "events", "2026-03-18"):
        output = project.build(SLUG, "2026-03-22")
    assert _lines(output, "windows 2 wait for events")
    project.build(SLUG, AS_OF)
    assert_equal(project, undisturbed)


@exhaustive
def test_a_source_that_no_enrolled_unit_sent_to_has_arrived(project: Project) -> None:
    last_days = "submission_date between '2026-03-27' and '2026-03-29'"
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(
            "create temp table stranger as select * replace ('stranger' as client_id) "
            f"from telemetry.clients_daily where {last_days}"
        )
        connection.execute(f"delete from telemetry.clients_daily where {last_days}")
        connection.execute("insert into telemetry.clients_daily from stranger")
    output = project.build(SLUG, AS_OF)
    assert not _lines(output, "wait for")
    _assert_holds(project, ALL_WEEKS)
    days = f"analysis.{NAME}_clients_daily_client_days"
    sent = project.query(f"select max(submission_date)::text from {days} where branch is not null")
    assert sent == [("2026-03-26",)]
    assert project.query(f"select max(submission_date)::text from {days}") == [(AS_OF,)]
    # Those who enrolled on the 9th have week 3 until the 29th.
    hours = (
        "select sum(active_hours) from analysis.pip_first_time_hint_weekly "
        "where enrollment_date = '2026-03-09' and analysis_basis = 'enrollments' "
        "and window_index = 3"
    )
    by_hand = (
        "select sum(active_hours_sum) from telemetry.clients_daily where client_id in "
        f"(select analysis_id from analysis.enrollments_{NAME} "
        "where enrollment_date = '2026-03-09') "
        f"and submission_date between '2026-03-23' and '{AS_OF}'"
    )
    ((found,),), ((expected,),) = project.query(hours), project.query(by_hand)
    assert found == pytest.approx(expected)
    assert found > 0


@pytest.mark.parametrize(
    ("table", "last_day", "source"),
    [
        pytest.param("events", "2026-03-08", "telemetry.events", marks=exhaustive),
        # Segments look at the days before enrollment: the last of them is the 8th.
        ("clients_daily", "2026-03-07", "telemetry.clients_daily"),
    ],
)
def test_enrollments_are_not_written_before_their_telemetry_is_there(
    project: Project, undisturbed: Project, table: str, last_day: str, source: str
) -> None:
    with _late(project, table, last_day):
        output = project.build(SLUG, "2026-03-10")
    for name in tables(project):
        # The trust checks say of every check that there is nothing to look at yet.
        counted = "coalesce(sum(units), 0)" if name.startswith("trust_") else "count(*)"
        assert project.query(f"select {counted} from analysis.{name}") == [(0,)], name
    line = f"{SLUG}: enrollments are late: mozdata.{source} has been read until {last_day}"
    assert len(_lines(output, line)) == 1
    project.build(SLUG, AS_OF)
    assert_equal(project, undisturbed)


@exhaustive
@pytest.mark.parametrize("name", ["events", "mozdata.telemetry.events"])
def test_a_source_that_has_ended_is_not_missed_once_the_project_says_so(
    project: Project, name: str
) -> None:
    with _late(project, "events", "2026-03-16"):
        output = project.build(SLUG, AS_OF)
        assert _lines(output, "mozdata.telemetry.events has been read until 2026-03-16")
        end_sources(project, name)
        output = project.build(SLUG, AS_OF)
    _assert_holds(project, ALL_WEEKS)
    assert not _lines(output, "wait for")


def test_a_date_in_the_past_leaves_later_windows_as_they_are(
    undisturbed: Project, tmp_path: Path
) -> None:
    project = copy_built(undisturbed, tmp_path / "past")
    output = project.build(SLUG, "2026-03-15")
    assert not _lines(output, "wait for")
    _assert_holds(project, ALL_WEEKS)


@pytest.fixture(scope="module")
def with_more(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """Copies of a project with a metric that is read directly, and an exposure signal."""
    path = tmp_path_factory.mktemp("more")
    project = small_with(path, SLUG, ("visited_countries",), MORE + VISITS, "visits", "signals")
    return lambda name: copy_built(project, path / name)


@pytest.mark.parametrize(
    ("table", "source"), sample([("visits", "visits"), ("signals", "the exposure signal")], 2)
)
def test_windows_wait_for_what_they_read_directly_and_for_the_exposure_signal(
    with_more: Callable[[str], Project], table: str, source: str
) -> None:
    project = with_more(table)
    with _late(project, table, "2026-03-28"):
        output = project.build(SLUG, AS_OF)
    (line,) = _lines(output, "wait for")
    expected = f"mozdata.telemetry.{table} has been read until 2026-03-28"
    assert line.endswith(f"windows 3 wait for {source}: {expected}")
    _assert_holds(project, ALL_WEEKS)
    if ALL:
        project.build(SLUG, AS_OF)
        in_time = with_more(f"{table}_in_time")
        in_time.build(SLUG, AS_OF)
        assert_equal(project, in_time)
