"""Telemetry that has not arrived: windows wait for it, and miss nothing once it is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from built_tables import assert_equal, copy_built, tables, windows
from more_metrics import VISITS, demo_with

from conftest import Project, demo_project, end_sources

SLUG = "pip-first-time-hint"
NAME = "pip_first_time_hint"
# Units enroll until 2026-03-09: window n of a day ends n - 1 days later, week 1 on the 15th.
AS_OF = "2026-03-21"
DUE = {"daily": list(range(1, 14)), "weekly": [1]}
RESULTS = (f"bins_{NAME}", f"summaries_{NAME}", f"statistics_{NAME}")
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


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The desktop demo on little telemetry, not built yet."""
    return demo_project(tmp_path_factory.mktemp("arrivals") / "project", SLUG)


@pytest.fixture(scope="module")
def undisturbed(synced: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_built(synced, tmp_path_factory.mktemp("undisturbed") / "project")
    project.build(SLUG, AS_OF)
    return project


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


def _assert_holds(project: Project, expected: dict[str, list[int]]) -> None:
    """Look for a period's windows in all tables, and in the export."""
    for period, found in expected.items():
        assert windows(project, f"analysis.{NAME}_{period}") == found
        for table in RESULTS:
            here = windows(project, f"analysis.{table}", f"analysis_period = '{period}'")
            assert here == found, (table, period)
        path = project.exports / f"statistics/statistics_{NAME}_{period}.json"
        exported = {int(row["window_index"]) for row in json.loads(path.read_text())}
        assert sorted(exported) == found, period


def _lines(output: str, text: str) -> list[str]:
    return [line for line in output.splitlines() if text in line]


def test_windows_wait_for_late_telemetry_and_then_equal_those_of_a_build_in_time(
    synced: Project, undisturbed: Project, tmp_path: Path
) -> None:
    project = copy_built(synced, tmp_path / "late")
    _assert_holds(undisturbed, DUE)
    with _late(project, "clients_daily", "2026-03-19"):
        output = project.build(SLUG, AS_OF)
    # Window 11 ends on the 19th.
    _assert_holds(project, DUE | {"daily": list(range(1, 12))})
    (line,) = _lines(output, "held back")
    expected = (
        f"{SLUG}, daily: windows 12, 13 held back, waiting for clients_daily, "
        "which has arrived until 2026-03-19"
    )
    assert expected in line
    output = project.build(SLUG, AS_OF)
    assert not _lines(output, "held back")
    assert_equal(project, undisturbed)


def test_a_later_date_does_not_pass_over_days_that_were_late(
    synced: Project, tmp_path: Path
) -> None:
    in_time, late = (copy_built(synced, tmp_path / name) for name in ("in_time", "late"))
    in_time.build(SLUG, "2026-03-22")
    with _late(late, "events", "2026-03-18"):
        late.build(SLUG, AS_OF)
    _assert_holds(late, {"daily": list(range(1, 11))})
    late.build(SLUG, "2026-03-22")
    assert_equal(late, in_time)


def test_a_source_that_no_enrolled_unit_sent_to_has_arrived(
    synced: Project, tmp_path: Path
) -> None:
    project = copy_built(synced, tmp_path / "silent")
    last_days = "submission_date between '2026-03-20' and '2026-03-21'"
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(
            "create temp table stranger as select * replace ('stranger' as client_id) "
            f"from telemetry.clients_daily where {last_days}"
        )
        connection.execute(f"delete from telemetry.clients_daily where {last_days}")
        connection.execute("insert into telemetry.clients_daily from stranger")
    output = project.build(SLUG, AS_OF)
    assert not _lines(output, "held back")
    _assert_holds(project, DUE)
    # Those who enrolled on the 9th have window 12 on the 20th, when none of them sent anything.
    retained = project.query(
        f"select window_index, bool_or(retained) from analysis.{NAME}_daily "
        "where enrollment_date = '2026-03-09' and analysis_basis = 'enrollments' "
        "and window_index >= 11 group by 1 order by 1"
    )
    assert retained == [(11, True), (12, False), (13, False)]
    days = f"analysis.{NAME}_clients_daily_client_days"
    sent = project.query(f"select max(submission_date)::text from {days} where branch is not null")
    assert sent == [("2026-03-19",)]
    assert project.query(f"select max(submission_date)::text from {days}") == [(AS_OF,)]


@pytest.mark.parametrize(
    ("table", "last_day", "source"),
    [
        ("events", "2026-03-08", "telemetry.events"),
        # Segments look at the days before enrollment: the last of them is the 8th.
        ("clients_daily", "2026-03-07", "clients_daily_two_weeks_before"),
    ],
)
def test_enrollments_are_not_written_before_their_telemetry_is_there(
    synced: Project, undisturbed: Project, tmp_path: Path, table: str, last_day: str, source: str
) -> None:
    project = copy_built(synced, tmp_path / "late")
    with _late(project, table, last_day):
        output = project.build(SLUG, "2026-03-20")
    for name in tables(project):
        # The trust checks say of every check that there is nothing to look at yet.
        counted = "coalesce(sum(units), 0)" if name.startswith("trust_") else "count(*)"
        assert project.query(f"select {counted} from analysis.{name}") == [(0,)], name
    line = (
        f"{SLUG}: enrollments held back, waiting for {source}, which has arrived until {last_day}"
    )
    assert len(_lines(output, line)) == 1
    project.build(SLUG, AS_OF)
    assert_equal(project, undisturbed)


def test_a_source_that_has_ended_holds_nothing_back_once_the_project_says_so(
    synced: Project, tmp_path: Path
) -> None:
    project = copy_built(synced, tmp_path / "ended")
    with _late(project, "events", "2026-03-10"):
        output = project.build(SLUG, "2026-03-24")
        _assert_holds(project, {"daily": [1, 2], "weekly": []})
        assert _lines(output, "waiting for events, which has arrived until 2026-03-10")
        end_sources(project, "events")
        output = project.build(SLUG, "2026-03-24")
    _assert_holds(project, {"daily": list(range(1, 17)), "weekly": [1, 2]})
    assert not _lines(output, "held back")


def test_a_date_in_the_past_leaves_later_windows_as_they_are(
    undisturbed: Project, tmp_path: Path
) -> None:
    project = copy_built(undisturbed, tmp_path / "past")
    output = project.build(SLUG, "2026-03-15")
    assert not _lines(output, "held back")
    for period, due in DUE.items():
        assert windows(project, f"analysis.{NAME}_{period}") == due


@pytest.fixture(scope="module")
def with_more(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """Projects of the demo with a metric that is read directly, and an exposure signal."""
    path = tmp_path_factory.mktemp("more")
    weekly = ("visited_countries",)
    project = demo_with(path, SLUG, weekly, MORE + VISITS, "visits", "signals")
    return lambda name: copy_built(project, path / name)


def test_windows_wait_for_what_they_read_directly(with_more: Callable[[str], Project]) -> None:
    project = with_more("direct")
    with _late(project, "visits", "2026-03-14"):
        output = project.build(SLUG, AS_OF)
    # Only weeks have the metric, and week 1 lasts until the 15th.
    _assert_holds(project, DUE | {"weekly": []})
    (line,) = _lines(output, "held back")
    assert "weekly: windows 1 held back, waiting for visits" in line
    assert line.endswith("which has arrived until 2026-03-14")
    project.build(SLUG, AS_OF)
    in_time = with_more("direct_in_time")
    in_time.build(SLUG, AS_OF)
    assert_equal(project, in_time)


def test_windows_wait_for_the_exposure_signal(with_more: Callable[[str], Project]) -> None:
    project = with_more("signal")
    with _late(project, "signals", "2026-03-17"):
        output = project.build(SLUG, AS_OF)
    # Exposures of window 9 count until its last day, the 17th.
    _assert_holds(project, DUE | {"daily": list(range(1, 10))})
    (line,) = _lines(output, "held back")
    assert "daily: windows 10, 11, 12, 13 held back, waiting for the exposure signal" in line
    project.build(SLUG, AS_OF)
    in_time = with_more("signal_in_time")
    in_time.build(SLUG, AS_OF)
    assert_equal(project, in_time)
