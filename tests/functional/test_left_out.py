"""A metric or segment that fails while a model runs costs itself, under dbt alone too."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from built_tables import assert_equal

from conftest import SMALL, Project, copy_built
from more_metrics import small_with
from report.made_up import data_of
from tiers import exhaustive

SLUG = "pip-first-time-hint"
NAME = "pip_first_time_hint"
EARLY, LATER = "2026-03-16", "2026-03-23"
BROKEN = ("misspelt", "per_hour", "kinds", "numbers_in_text", "too_large")
# Read day by day, and directly; of two, only the values tell, of the last only those of a week.
METRICS = """
[metrics.misspelt]
data_source = "clients_daily"
select_expression = "SUM(active_hourz)"
[metrics.misspelt.statistics.sum]

[metrics.per_hour]
depends_on = ["misspelt", "active_hours"]
[metrics.per_hour.statistics.population_ratio]
numerator = "misspelt"
denominator = "active_hours"

[metrics.kinds]
data_source = "clients_daily"
select_expression = "COUNT(DISTINCT kind)"
[metrics.kinds.statistics.sum]

[metrics.numbers_in_text]
data_source = "clients_daily"
select_expression = "SUM(CAST(country AS INT64))"
[metrics.numbers_in_text.statistics.sum]

[metrics.too_large]
data_source = "clients_daily"
select_expression = "SUM(9223372036854775807)"
[metrics.too_large.statistics.sum]

[metrics.countries]
data_source = "clients_daily"
select_expression = "COUNT(DISTINCT country)"
[metrics.countries.statistics.sum]

[segments.misspelt_segment]
data_source = "clients_daily_before"
select_expression = "COALESCE(SUM(active_hourz), 0) > 10"

[segments.no_flag]
data_source = "clients_daily_before"
select_expression = "ANY_VALUE(country)"

[segments.data_sources.clients_daily_before]
from_expression = "mozdata.telemetry.clients_daily"
window_start = -7
window_end = -1
"""


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Project:
    path = tmp_path_factory.mktemp("left-out")
    weekly = ("active_hours", *BROKEN, "countries")
    return small_with(path, SLUG, weekly, METRICS, segments=("misspelt_segment", "no_flag"))


@pytest.fixture(scope="module")
def early(synced: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    project = copy_built(synced, tmp_path_factory.mktemp("early") / "project")
    return project, project.build(SLUG, EARLY)


def _points(project: Project) -> dict[str, int]:
    rows = project.query(
        f"select metric, count(point) from analysis.statistics_{NAME} group by metric"
    )
    return {metric: number for metric, number in rows if number}


def test_all_others_are_published(early: tuple[Project, str]) -> None:
    project, _ = early
    found = _points(project)
    assert not found.keys() & set(BROKEN)
    assert {"active_hours", "toggles_shown", "countries"} <= found.keys()


def test_the_logs_name_each_with_its_cause(early: tuple[Project, str]) -> None:
    project, said = early
    rows = project.query(
        "select coalesce(metric, segment), message from analysis.logs "
        "where func_name similar to '(metric|segment) .*' order by 1"
    )
    found = dict(rows)
    assert found.keys() == {*BROKEN, "misspelt_segment", "no_flag"}
    assert 'column "active_hourz" not found' in found["misspelt"]
    assert found["per_hour"] == found["misspelt"]
    assert 'column "kind" not found' in found["kinds"]
    assert "US" in found["numbers_in_text"]
    assert "out of range for the destination type INT64" in found["too_large"]
    assert 'column "active_hourz" not found' in found["misspelt_segment"]
    assert "BOOL" in found["no_flag"]
    for metric in ("misspelt", "kinds", "numbers_in_text"):
        assert f"metric `{metric}` is left out, for it fails" in said
    exported = json.loads((project.exports / f"errors/errors_{NAME}.json").read_text())
    assert {row["metric"] for row in exported} >= set(BROKEN)


def test_the_grid_says_why_there_is_no_result(early: tuple[Project, str]) -> None:
    project, _ = early
    rows = project.query(
        f"select distinct metric, state, reason from analysis.completeness_{NAME} "
        "where analysis_period = 'weekly' and window_index = 1 and segment = 'all' "
        "and analysis_basis = 'enrollments'"
    )
    states = {metric: (state, reason) for metric, state, reason in rows}
    for metric in BROKEN:
        state, reason = states[metric]
        assert state == "failed"
        assert "is left out, for it fails" in reason
    assert states["active_hours"][0] == states["countries"][0] == "published"


def test_the_grid_says_why_a_segment_has_no_results(early: tuple[Project, str]) -> None:
    project, _ = early
    rows = project.query(
        f"select distinct segment, state, reason from analysis.completeness_{NAME} "
        "where analysis_period = 'weekly' and window_index = 1 and metric = 'active_hours' "
        "and analysis_basis = 'enrollments' and segment != 'all'"
    )
    found = {segment: (state, reason) for segment, state, reason in rows}
    for segment in ("misspelt_segment", "no_flag"):
        state, reason = found[segment]
        assert state == "failed"
        assert f"segment `{segment}` is left out, for it fails: " in reason
    assert found["heavy_users"][0] == "published"


def test_the_page_says_what_was_left_out(early: tuple[Project, str]) -> None:
    project, _ = early
    done = project.run("jetstream", "report", SLUG, "--out", "site")
    assert done.returncode == 0, done.stdout + done.stderr
    page = data_of((project.path / f"site/{SLUG}.html").read_text())
    missing = page["missing"]["weekly|1|enrollments|no_flag"]
    assert missing
    for *_, state, reason in missing:
        assert state == "failed"
        assert "segment `no_flag` is left out, for it fails: " in reason


@exhaustive
def test_what_breaks_later_keeps_what_was_published(
    early: tuple[Project, str], tmp_path: Path
) -> None:
    project = copy_built(early[0], tmp_path / "project")
    of_week = (
        f"select point from analysis.statistics_{NAME} where analysis_period = 'weekly' "
        "and metric = 'countries' and point is not null and window_index = {} order by all"
    )
    before = project.query(of_week.format(1))
    assert before
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("alter table telemetry.clients_daily rename country to land")
    said = project.build(SLUG, LATER)
    assert "metric `countries` is left out, for it fails" in said
    assert project.query(of_week.format(1)) == before
    assert not project.query(of_week.format(2))
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("alter table telemetry.clients_daily rename land to country")
    project.build(SLUG, LATER)
    assert project.query(of_week.format(1)) == before
    assert project.query(of_week.format(2))


@exhaustive
def test_the_next_day_goes_on_without_reading_days_again(
    early: tuple[Project, str], tmp_path: Path
) -> None:
    first, _ = early
    project = copy_built(first, tmp_path / "project")
    # After enrollment, so that no segment reads them.
    read = "submission_date between '2026-03-10' and '2026-03-16'"
    days = f"select * from analysis.{NAME}_clients_daily_client_days where {read} order by all"
    before = project.query(days)
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(f"delete from telemetry.clients_daily where {read}")
    project.build(SLUG, LATER)
    assert project.query(days) == before
    assert _points(project)["active_hours"] > _points(first)["active_hours"]


@exhaustive
def test_a_column_that_becomes_text_costs_its_metric_alone(
    early: tuple[Project, str], tmp_path: Path
) -> None:
    first, _ = early
    project = copy_built(first, tmp_path / "project")
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("alter table telemetry.clients_daily alter active_hours_sum type text")
        connection.execute("update telemetry.clients_daily set active_hours_sum = 'many'")
    said = project.build(SLUG, LATER)
    assert "metric `active_hours` is left out, for it fails" in said
    assert "segment `heavy_users` is left out, for it fails" in said
    windows = f"select max(window_index) from analysis.statistics_{NAME} where point is not null"
    assert project.query(f"{windows} and metric = 'toggles_shown'") == [(2,)]
    # What was published before stays.
    assert project.query(f"{windows} and metric = 'active_hours'") == [(1,)]


@exhaustive
def test_what_works_again_is_as_if_it_had_always_worked(
    synced: Project, early: tuple[Project, str], tmp_path: Path
) -> None:
    first, _ = early
    healed, undisturbed = (copy_built(p, tmp_path / p.path.parent.name) for p in (first, synced))
    for project in (healed, undisturbed):
        with duckdb.connect(str(project.database)) as connection:
            for name, value in (("active_hourz", "active_hours_sum"), ("kind", "country")):
                connection.execute(f"alter table telemetry.clients_daily add column {name} text")
                connection.execute(f"update telemetry.clients_daily set {name} = {value}")
            connection.execute("alter table telemetry.clients_daily alter active_hourz type double")
        project.build(SLUG, LATER)
    assert_equal(healed, undisturbed)
    assert _points(healed)["misspelt"]


@exhaustive
def test_a_run_says_what_it_left_out_and_does_not_end_well(
    synced: Project, early: tuple[Project, str], tmp_path: Path
) -> None:
    project = copy_built(early[0], tmp_path / "project")
    hub, experiments = synced.path.parent / "hub", SMALL / "experiments.json"
    inputs = (f"--metric-hub={hub}", f"--experiments={experiments}")
    done = project.run("jetstream", "run", f"--experiment={SLUG}", *inputs, "--date", EARLY)
    assert done.returncode == 1
    assert f"left out: {SLUG}: metric `kinds`, which fails: Binder Error: " in done.stdout
    assert f"left out: {SLUG}: segment `no_flag`, which fails: " in done.stdout
    assert "part `" not in done.stdout
    assert "not all is well" in done.stdout
