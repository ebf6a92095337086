"""The sanity check of built experiments counts who sent telemetry, and nobody else."""

from __future__ import annotations

import duckdb
import pytest

from conftest import Project, small_built, small_project
from more_metrics import VISITS, small_with
from tiers import exhaustive

SLUG, NAME = "pip-first-time-hint", "pip_first_time_hint"
# Enrollment ends on 2026-03-09: the third week is due on the 29th.
THIRD_WEEK = "2026-03-29"
SOURCE = "clients_daily"
# In words of its own, on the telemetry itself: who sent a row in the third week, and of whom a row
# does not report the experiment.
SENT = f"""
select
    e.branch,
    count(*) as units,
    count_if(sent.is_silent_on_it) as found
from analysis.enrollments_{NAME} as e
inner join (
    select
        enrolled.analysis_id,
        enrolled.branch,
        bool_or(len(list_filter(d.experiments, lambda x: x.key = '{SLUG}')) = 0) as is_silent_on_it
    from analysis.enrollments_{NAME} as enrolled
    inner join telemetry.clients_daily as d
        on d.client_id = enrolled.analysis_id
        and date_diff('day', enrolled.enrollment_date, d.submission_date) between 14 and 20
    group by all
) as sent
    on sent.analysis_id = e.analysis_id and sent.branch = e.branch
group by e.branch
order by e.branch
"""
# Every fourth client stops reporting the experiment a week after it started.
SILENCED = f"""
update telemetry.clients_daily
set experiments = list_filter(experiments, lambda x: x.key != '{SLUG}')
where submission_date > date '2026-03-16' and hash(client_id) % 4 = 0
"""


@pytest.fixture(scope="module")
def silenced(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same experiment, many of whose clients no longer report it."""
    project = small_project(tmp_path_factory.mktemp("silenced") / "project", SLUG)
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(SILENCED)
    project.build(SLUG, THIRD_WEEK)
    return project


def counted(project: Project) -> list[tuple]:
    return project.query(
        f"select branch, units, found from analysis.trust_counts_{NAME} "
        f"where counted = 'sanity' and metric = '{SOURCE}_has_non_enrolled_data' order by branch"
    )


def findings(project: Project) -> list[tuple]:
    return project.query(
        f'select state, branch, metric, units from analysis.trust_{NAME} where "check" = '
        "'sanity' order by all"
    )


def test_units_that_sent_nothing_are_not_accused() -> None:
    project = small_built(SLUG, THIRD_WEEK)
    assert counted(project) == project.query(SENT)
    # All units of the window, sent or not, as the metrics have them.
    ((units, flagged),) = project.query(
        f"select count(*), count_if({SOURCE}_has_non_enrolled_data) from analysis.{NAME}_weekly "
        "where window_index = 3 and analysis_basis = 'enrollments'"
    )
    sent = sum(row[1] for row in counted(project))
    found = sum(row[2] for row in counted(project))
    assert flagged - found == units - sent > 0.1 * units
    assert "warning" not in {state for state, *_ in findings(project)}


def test_telemetry_that_does_not_report_the_experiment_warns(silenced: Project) -> None:
    assert counted(silenced) == silenced.query(SENT)
    warned = [row[1:3] for row in findings(silenced) if row[0] == "warning"]
    column = f"{SOURCE}_has_non_enrolled_data"
    branches = sorted(branch for branch, *_ in counted(silenced))
    assert warned == [(branch, column) for branch in branches]


@exhaustive
def test_a_source_that_is_read_directly_accuses_no_silent_unit(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("direct")
    reporting = VISITS.replace('experiments_column_type = "none"', "")
    project = small_with(path, SLUG, ["visited_countries"], reporting, "visits")
    project.build(SLUG, "2026-03-15")
    counts = project.query(
        f"select metric, branch, units, found from analysis.trust_counts_{NAME} "
        "where counted = 'sanity' and data_source = 'visits' order by all"
    )
    expected = project.query(
        f"select 'visits_has_contradictory_branch', branch, count(*), "
        f"count_if(visits_has_contradictory_branch) from analysis.{NAME}_weekly "
        "where analysis_basis = 'enrollments' group by all order by all"
    )
    assert counts == expected + [
        ("visits_has_non_enrolled_data", branch, None, None) for _, branch, *_ in expected
    ]
    states = [row[0] for row in findings(project) if row[2] == "visits_has_non_enrolled_data"]
    assert states == ["undefined"]
