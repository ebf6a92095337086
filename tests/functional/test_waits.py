"""Tables that are empty, end or pause: only what reads them waits, and not for ever."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from built_tables import assert_equal
from small_run import run_small

from conftest import Project, copy_built
from more_metrics import VISITS, small_with
from tiers import exhaustive

SLUG = "pip-first-time-hint"
NAME = "pip_first_time_hint"
GRID = f"analysis.completeness_{NAME}"
# Units enroll until 2026-03-09: week 1 is due on the 15th, week 2 on the 22nd.
DUE, LAST_DAY_OF_WAIT, WAIT_ENDS, NEXT_WEEK = "2026-03-15", "2026-03-16", "2026-03-17", "2026-03-22"
# A source that is read day by day and one that reads the same table for each window; a ratio with
# a metric of another source.
SIGHTS = """
[metrics.toggles]
select_expression = "COUNTIF(event_method = 'toggle_shown')"
data_source = "events"
[metrics.toggles.statistics.sum]

[metrics.sights]
select_expression = "COALESCE(SUM(search_count_all), 0)"
data_source = "sights"
[metrics.sights.statistics.sum]

[metrics.toggles_per_sight]
depends_on = ["toggles", "sights"]
[metrics.toggles_per_sight.statistics.population_ratio]
numerator = "toggles"
denominator = "sights"

[data_sources.sights]
from_expression = "(SELECT * FROM mozdata.telemetry.visits WHERE search_count_all > 0)"
experiments_column_type = "none"
"""
SIGNAL = """
[experiment.exposure_signal]
name = "searched"
friendly_name = "Searched"
description = "The client searched"
data_source = "visits"
select_expression = "search_count_all > 0"
window_start = "enrollment_start"
window_end = "analysis_window_end"
"""
ADJUSTED = """
[metrics.sights]
select_expression = "COALESCE(SUM(search_count_all), 0)"
data_source = "visits"
[metrics.sights.statistics.sum]

[metrics.hours]
select_expression = "COALESCE(SUM(active_hours_sum), 0)"
data_source = "clients_daily"
[metrics.hours.statistics.linear_model_mean]
covariate_adjustment = { metric = "sights", period = "preenrollment_week" }

[data_sources.visits]
from_expression = "mozdata.telemetry.visits"
experiments_column_type = "none"
"""
OF_VISITS = {"sights", "toggles_per_sight", "visited_countries"}
OTHERS = {"identity", "active_hours", "toggles_shown"}
EMPTY = "true"


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small desktop experiment with metrics that read a table of their own, not built yet."""
    weekly = ("sights", "toggles_per_sight", "visited_countries")
    return small_with(tmp_path_factory.mktemp("waits"), SLUG, weekly, VISITS + SIGHTS, "visits")


@pytest.fixture
def without(synced: Project, tmp_path: Path) -> Callable[[str], Project]:
    """Copies of the project without some rows of the table of visits."""

    def copy(condition: str) -> Project:
        project = copy_built(synced, tmp_path / "project")
        _execute(
            project,
            f"create table telemetry.away as from telemetry.visits where {condition}",
            f"delete from telemetry.visits where {condition}",
        )
        return project

    return copy


def _execute(project: Project, *statements: str) -> None:
    with duckdb.connect(str(project.database)) as connection:
        for statement in statements:
            connection.execute(statement)


def _arrive(project: Project) -> None:
    _execute(
        project, "insert into telemetry.visits from telemetry.away", "drop table telemetry.away"
    )


def _published(project: Project, window: int, basis: str = "enrollments") -> set[str]:
    found = project.query(
        f"select distinct metric from {GRID} where analysis_period = 'weekly' and segment = 'all' "
        f"and window_index = {window} and analysis_basis = '{basis}' and state = 'published'"
    )
    return {metric for (metric,) in found}


def _reasons(project: Project, window: int, state: str) -> set[tuple[str, str]]:
    found = project.query(
        f"select distinct metric, reason from {GRID} where analysis_period = 'weekly' "
        f"and window_index = {window} and state = '{state}' and reason is not null"
    )
    return set(found)


def _logged(project: Project) -> list[tuple[Any, ...]]:
    return project.query(
        "select analysis_period, message, log_level from analysis.logs "
        "where func_name = 'late_telemetry' order by all"
    )


@exhaustive
def test_an_empty_table_costs_its_own_metrics_for_two_days(
    without: Callable[[str], Project],
) -> None:
    project = without(EMPTY)
    nothing = "mozdata.telemetry.visits has no rows since 2026-03-02"
    for day in (DUE, LAST_DAY_OF_WAIT):
        said = run_small(project, SLUG, day)
        assert _published(project, 1) == OTHERS
        waiting = (
            f"waiting for telemetry until {DUE}: {nothing}; "
            f"as of {WAIT_ENDS} it is computed from what there is"
        )
        assert _reasons(project, 1, "not due") == {(metric, waiting) for metric in OF_VISITS}
        assert _logged(project) == [("weekly", f"{waiting} (window 1)", "WARNING")]
        assert f"{SLUG}: weekly: {waiting} (window 1)" in said
        assert "all is well" not in said
    said = run_small(project, SLUG, WAIT_ENDS)
    short = (
        "computed from what telemetry there was: mozdata.telemetry.visits had no rows "
        "since 2026-03-02"
    )
    assert _logged(project) == [("weekly", f"{short} (window 1)", "WARNING")]
    assert f"{SLUG}: weekly: {short} (window 1)" in said
    assert "nothing failed, but not all telemetry is there: see 1 notice above" in said
    # Sums of nothing are zero, and so is their ratio's denominator.
    assert _published(project, 1) == {*OTHERS, "sights", "visited_countries"}
    assert ("sights", short) in _reasons(project, 1, "published")
    assert {metric for metric, _ in _reasons(project, 1, "undefined")} >= {"toggles_per_sight"}


@exhaustive
def test_a_table_that_ends_early_is_read_as_far_as_it_goes(
    without: Callable[[str], Project],
) -> None:
    project = without("submission_date > '2026-03-12'")
    run_small(project, SLUG, DUE)
    assert _published(project, 1) == OTHERS
    said = run_small(project, SLUG, WAIT_ENDS)
    assert "mozdata.telemetry.visits had been read until 2026-03-12 (window 1)" in said
    total = (
        f"select sum(sights) from analysis.{NAME}_weekly "
        "where analysis_basis = 'enrollments' and window_index = 1"
    )
    by_hand = (
        "select sum(v.search_count_all) from telemetry.visits as v "
        f"inner join analysis.enrollments_{NAME} as e on e.analysis_id = v.client_id "
        "where v.submission_date between e.enrollment_date and e.enrollment_date + 6"
    )
    assert project.query(total) == project.query(by_hand)
    before = project.query(f"select * from analysis.{NAME}_weekly order by all")
    run_small(project, SLUG, WAIT_ENDS)
    assert project.query(f"select * from analysis.{NAME}_weekly order by all") == before
    # The next week waits anew, and the warning of the first stays.
    said = run_small(project, SLUG, NEXT_WEEK)
    assert _published(project, 1) == {*OTHERS, *OF_VISITS}
    assert _published(project, 2) == OTHERS
    assert "had been read until 2026-03-12 (window 1)" in said
    assert f"waiting for telemetry until {NEXT_WEEK}: mozdata.telemetry.visits" in said
    page = project.run("jetstream", "results", SLUG)
    assert page.returncode == 0, page.stderr


@exhaustive
def test_what_arrives_within_the_wait_equals_a_build_in_time(
    without: Callable[[str], Project], synced: Project, tmp_path: Path
) -> None:
    undisturbed = copy_built(synced, tmp_path / "undisturbed")
    undisturbed.build(SLUG, LAST_DAY_OF_WAIT)
    project = without("submission_date > '2026-03-12'")
    first = project.build(SLUG, LAST_DAY_OF_WAIT)
    assert f"{SLUG}, weekly: windows 1 wait for visits: mozdata.telemetry.visits" in first
    project.build(SLUG, LAST_DAY_OF_WAIT)
    assert _published(project, 1) == OTHERS
    _arrive(project)
    project.build(SLUG, LAST_DAY_OF_WAIT)
    assert _logged(project) == []
    _execute(project, "create table telemetry.away as from telemetry.visits limit 0")
    assert_equal(project, undisturbed)


@exhaustive
def test_a_table_that_pauses_for_a_week_is_waited_for_until_it_resumes(
    without: Callable[[str], Project],
) -> None:
    project = without("submission_date between '2026-03-10' and '2026-03-16'")
    later = "submission_date > '2026-03-16'"
    _execute(
        project,
        f"create table telemetry.later as from telemetry.visits where {later}",
        f"delete from telemetry.visits where {later}",
    )
    said = run_small(project, SLUG, LAST_DAY_OF_WAIT)
    assert "mozdata.telemetry.visits has been read until 2026-03-09" in said
    assert _published(project, 1) == OTHERS
    _execute(project, "insert into telemetry.visits from telemetry.later")
    # Its next rows say that those days are over.
    assert "all is well" in run_small(project, SLUG, WAIT_ENDS)
    assert _published(project, 1) == {*OTHERS, *OF_VISITS}


@exhaustive
def test_what_is_first_built_after_its_waits_does_not_wait(
    without: Callable[[str], Project],
) -> None:
    project = without("submission_date > '2026-03-12'")
    output = project.build(SLUG, "2026-03-24")
    assert "wait for" not in output
    assert _published(project, 1) == _published(project, 2) == {*OTHERS, *OF_VISITS}
    (logged,) = _logged(project)
    assert logged[1].endswith("had been read until 2026-03-12 (windows 1 to 2)")


@exhaustive
def test_the_project_says_how_long_windows_wait(without: Callable[[str], Project]) -> None:
    project = without(EMPTY)
    _wait(project, days=0)
    project.build(SLUG, DUE)
    assert _published(project, 1) >= {*OTHERS, "sights", "visited_countries"}


@exhaustive
def test_an_exposure_signal_costs_the_exposures_basis(tmp_path: Path) -> None:
    project = small_with(tmp_path, SLUG, ("visited_countries",), VISITS + SIGNAL, "visits")
    _execute(project, "delete from telemetry.visits where submission_date > '2026-03-12'")
    said = project.build(SLUG, DUE)
    # Signal and metric read one table: they wait for the same.
    line = "mozdata.telemetry.visits has been read until 2026-03-12"
    assert f"{SLUG}, weekly: windows 1 wait for the exposure signal: {line}" in said
    assert f"{SLUG}, weekly: windows 1 wait for visits: {line}" in said
    assert _published(project, 1) == OTHERS
    assert _published(project, 1, "exposures") == set()
    reasons = {reason for _, reason in _reasons(project, 1, "not due")}
    assert {reason.partition("; as of")[0] for reason in reasons} == {
        f"waiting for telemetry until {DUE}: {line}"
    }
    project.build(SLUG, WAIT_ENDS)
    assert _published(project, 1, "exposures") == {*OTHERS, "visited_countries"}
    exposed = (
        f"select max(exposure_date)::text from analysis.{NAME}_weekly "
        "where analysis_basis = 'exposures'"
    )
    assert project.query(exposed) == [("2026-03-12",)]


@exhaustive
def test_enrollments_wait_no_longer_than_windows(tmp_path: Path, synced: Project) -> None:
    project = copy_built(synced, tmp_path / "project")
    _execute(project, "delete from telemetry.events where submission_date > '2026-03-08'")
    said = run_small(project, SLUG, "2026-03-10")
    waiting = (
        "enrollments: waiting for telemetry until 2026-03-09: mozdata.telemetry.events has been "
        "read until 2026-03-08; as of 2026-03-11 it is computed from what there is"
    )
    assert f"{SLUG}: {waiting}" in said
    assert _logged(project) == [(None, waiting, "WARNING")]
    said = run_small(project, SLUG, "2026-03-11")
    short = (
        "enrollments: computed from what telemetry there was: mozdata.telemetry.events had been "
        "read until 2026-03-08"
    )
    assert f"{SLUG}: {short}" in said
    last = f"select max(enrollment_date)::text from analysis.enrollments_{NAME}"
    assert project.query(last) == [("2026-03-08",)]
    # Enrollments are kept, and so is the warning.
    assert f"{SLUG}: {short}" in run_small(project, SLUG, "2026-03-12")


@exhaustive
def test_tables_of_an_earlier_version_are_added_to(
    without: Callable[[str], Project],
) -> None:
    project = without("submission_date > '2026-03-20'")
    project.build(SLUG, LAST_DAY_OF_WAIT)
    for table in (f"{NAME}_weekly", f"enrollments_{NAME}"):
        _execute(project, f"alter table analysis.{table} drop column late_telemetry")
    # Nothing is new, then a week is.
    project.build(SLUG, LAST_DAY_OF_WAIT)
    project.build(SLUG, NEXT_WEEK)
    assert _published(project, 1) == {*OTHERS, *OF_VISITS}
    assert _published(project, 2) == OTHERS
    ((_, message, _),) = _logged(project)
    assert message.startswith(f"waiting for telemetry until {NEXT_WEEK}: mozdata.telemetry.visits")


@pytest.fixture(scope="module")
def adjusted(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An experiment whose means are adjusted by what another table has of the week before."""
    path = tmp_path_factory.mktemp("adjusted")
    return small_with(path, SLUG, ("hours",), ADJUSTED, "visits", before=("sights",))


def _without_last_days_before(project: Project, path: Path) -> Project:
    """A copy that lacks the end of the week before the last enrollment."""
    copy = copy_built(project, path)
    missing = "submission_date > '2026-03-05'"
    _execute(
        copy,
        f"create table telemetry.away as from telemetry.visits where {missing}",
        f"delete from telemetry.visits where {missing}",
    )
    return copy


@exhaustive
def test_means_are_adjusted_once_a_late_covariate_is_there(
    adjusted: Project, tmp_path: Path
) -> None:
    undisturbed = copy_built(adjusted, tmp_path / "undisturbed")
    project = _without_last_days_before(adjusted, tmp_path / "project")
    for each in (project, undisturbed):
        # The week before enrollment is due when that ends; so long that it waits beyond week 1.
        _wait(each, days=7)
        each.build(SLUG, DUE)
    told = ("hours", "no unit has a covariate: means are not adjusted")
    assert _reasons(project, 1, "published") == {told}
    assert _reasons(undisturbed, 1, "published") == set()
    _arrive(project)
    project.build(SLUG, DUE)
    assert _reasons(project, 1, "published") == set()
    _execute(project, "create table telemetry.away as from telemetry.visits limit 0")
    assert_equal(project, undisturbed)


@exhaustive
def test_a_covariate_of_what_there_was_is_told(adjusted: Project, tmp_path: Path) -> None:
    project = _without_last_days_before(adjusted, tmp_path / "project")
    said = run_small(project, SLUG, DUE)
    short = (
        "computed from what telemetry there was: mozdata.telemetry.visits had been read until "
        "2026-03-05 (window 1)"
    )
    assert _logged(project) == [("preenrollment_weekly", short, "WARNING")]
    assert f"{SLUG}: preenrollment_weekly: {short}" in said
    assert said.splitlines()[-1].startswith("nothing failed, but ")
    assert "hours" in _published(project, 1)


def test_dbt_knows_how_fresh_tables_are(synced: Project, tmp_path: Path) -> None:
    project = copy_built(synced, tmp_path / "project")
    yesterday = "current_date - 1 as submission_date"
    _execute(
        project,
        f"insert into telemetry.visits by name select {yesterday}",
        f"insert into telemetry.events by name select {yesterday}",
        # Longer than a window waits.
        "insert into telemetry.clients_daily by name select current_date - 4 as submission_date",
    )
    assert _freshness(project) == {"PASS": ["events", "visits"], "ERROR STALE": ["clients_daily"]}
    _wait(project, days=3)
    assert _freshness(project) == {"PASS": ["events", "visits"], "WARN": ["clients_daily"]}


def _freshness(project: Project) -> dict[str, list[str]]:
    """Tables by what dbt says of them."""
    said = project.run("dbt", "source", "freshness").stdout
    found: dict[str, list[str]] = {}
    for state, table in sorted(
        re.findall(r"(PASS|WARN|ERROR STALE) freshness of telemetry\.(\w+)", said)
    ):
        found.setdefault(state, []).append(table)
    return found


def _wait(project: Project, days: int) -> None:
    settings = project.path / "dbt_project.yml"
    text = settings.read_text()
    settings.write_text(text.replace("jetstream_wait_days: 2", f"jetstream_wait_days: {days}"))
