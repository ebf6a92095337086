"""The trust checks of built experiments: silent on a fair one, loud on a skewed one."""

from __future__ import annotations

import html
import json
import subprocess
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from conftest import SMALL, Project, copy_project
from dbt_jetstream.trust.finding import CHECKS
from dbt_jetstream.trust.sample_ratio import ALPHA
from tiers import exhaustive

FENIX = "fenix-toolbar-shortcut"
NAMES = ("pip_first_time_hint", "fenix_toolbar_shortcut")
TRUST = f"analysis.trust_{NAMES[1]}"
ENROLLING, LATER = "2026-03-05", "2026-03-16"
# Enrollments of some of the treatment's clients are lost: its share of all units is 48 % then.
SKEW = """
delete from fenix.events_stream
where
    event_name = 'enrollment'
    and client_id in (
        with branches as (
            select client_id, max(event_extra ->> 'branch') as branch
            from fenix.events_stream
            where event_name = 'enrollment' and event_extra ->> 'experiment' = ?
            group by client_id
            having count(distinct event_extra ->> 'branch') = 1
        )
        select client_id
        from (
            select
                client_id,
                row_number() over (order by md5(client_id)) as position
            from branches
            where branch = 'treatment'
        ) as treated
        where position > (select count(*) from branches where branch = 'control') * 48 / 52
    )
"""


class Skewed(NamedTuple):
    """A project in which enrollments of one branch were lost, and what its runs said."""

    project: Project
    enrolling: subprocess.CompletedProcess[str]
    states: list[tuple]
    later: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def skewed(tmp_path_factory: pytest.TempPathFactory) -> Skewed:
    project = copy_project(tmp_path_factory.mktemp("skewed") / "project")
    done = project.run("jetstream", "demo-data", "--clients", "10000", "--days", "20")
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(SKEW, [FENIX])
    enrolling = run(project, ENROLLING)
    states = project.query(f'select "check", state from {TRUST} where branch is null order by all')
    return Skewed(project, enrolling, states, run(project, LATER))


def run(project: Project, as_of: str) -> subprocess.CompletedProcess[str]:
    return project.run(
        "jetstream",
        "run",
        f"--experiment={FENIX}",
        f"--metric-hub={SMALL}",
        f"--experiments={SMALL / 'experiments.json'}",
        as_of=as_of,
    )


def exported(project: Project, name: str) -> list[dict]:
    path: Path = project.exports / f"trust/trust_{name}.json"
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", NAMES)
def test_the_undisturbed_demo_has_no_warning(demo: Project, name: str) -> None:
    rows = exported(demo, name)
    assert {row["check"] for row in rows} == set(CHECKS)
    assert [row["message"] for row in rows if row["state"] == "warning"] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_export_holds_the_table(demo: Project, name: str) -> None:
    columns = "analysis_basis, branch, metric, state, units, p_value, message"
    rows = demo.query(f"select {columns} from analysis.trust_{name}")
    found = [tuple(row[key] for key in columns.split(", ")) for row in exported(demo, name)]
    assert sorted(found, key=str) == sorted(rows, key=str)


@pytest.mark.parametrize("name", NAMES)
def test_counts_agree_with_the_enrollments(demo: Project, name: str) -> None:
    for basis, date in (("enrollments", "enrollment_date"), ("exposures", "exposure_date")):
        expected = demo.query(
            f"select {date}, branch, count(*) from analysis.enrollments_{name} "
            f"where {date} is not null group by all order by all"
        )
        of_days = (
            f"select day, branch, units from analysis.trust_{name} "
            f"where \"check\" = 'sample_ratio' and analysis_basis = '{basis}' "
            "and branch is not null and units > 0"
        )
        assert demo.query(f"{of_days} and day is not null order by all") == expected


def test_missing_telemetry_is_counted_by_unit(demo: Project) -> None:
    name = NAMES[0]
    for source in ("clients_daily", "events"):
        # In words of its own: no row on or after the date, whatever else the table holds.
        expected = demo.query(
            f"""
            select branch, count(*) from analysis.enrollments_{name} as e
            where not exists (
                from analysis.{name}_{source}_client_days as d
                where d.analysis_id = e.analysis_id and d.branch = e.branch
                    and d.submission_date >= e.enrollment_date
            )
            group by branch order by branch
            """
        )
        found = demo.query(
            f"select branch, units from analysis.trust_{name} "
            f"where \"check\" = 'missing_telemetry' and data_source = '{source}' "
            "and branch is not null and units > 0 order by branch"
        )
        assert found == expected


def test_sanity_is_that_of_the_overall_window(demo: Project) -> None:
    name = NAMES[0]
    for column in ("has_contradictory_branch", "has_non_enrolled_data"):
        # Overall lasts 37 days from enrollment on: 0 to 36.
        expected = demo.query(
            f"""
            select branch, count_if(clients_daily_{column}) from analysis.{name}_overall as m
            where analysis_basis = 'enrollments' and exists (
                from analysis.{name}_clients_daily_client_days as d
                where d.analysis_id = m.analysis_id and d.branch = m.branch
                    and d.submission_date between m.enrollment_date and m.enrollment_date + 36
            )
            group by branch order by branch
            """
        )
        found = demo.query(
            f"select branch, units from analysis.trust_{name} where analysis_period = 'overall' "
            f"and metric = 'clients_daily_{column}' and branch is not null order by branch"
        )
        assert found == expected


@exhaustive
def test_while_units_enroll_nothing_is_said(skewed: Skewed) -> None:
    assert skewed.enrolling.returncode == 0, skewed.enrolling.stdout + skewed.enrolling.stderr
    assert {check for check, _ in skewed.states} == set(CHECKS)
    assert {state for _, state in skewed.states} == {"undefined"}
    assert "warning:" not in skewed.enrolling.stdout


def test_a_skewed_split_warns_in_the_table_and_the_export(skewed: Skewed) -> None:
    units = skewed.project.query(
        f"select branch, units, expected from {TRUST} where \"check\" = 'sample_ratio' "
        "and analysis_basis = 'enrollments' and day is null and branch is not null order by branch"
    )
    total = sum(row[1] for row in units)
    assert 0.518 < units[0][1] / total < 0.522
    assert [row[2] for row in units] == [total / 2, total / 2]
    (row,) = [
        row
        for row in exported(skewed.project, NAMES[1])
        if row["check"] == "sample_ratio"
        and (row["analysis_basis"], row["day"], row["branch"]) == ("enrollments", None, None)
    ]
    assert row["state"] == "warning"
    assert row["p_value"] < ALPHA
    assert row["message"].startswith(
        f"Sample ratio mismatch: control {units[0][1]:,} of {total:,} units where "
    )


def test_a_run_says_so_and_is_well_all_the_same(skewed: Skewed) -> None:
    assert skewed.later.returncode == 0, skewed.later.stdout + skewed.later.stderr
    lines = skewed.later.stdout.splitlines()
    messages = [
        row["message"] for row in exported(skewed.project, NAMES[1]) if row["state"] == "warning"
    ]
    said = [line for line in lines if line.startswith("warning: ")]
    assert sorted(said) == sorted(f"warning: {FENIX}: {message}" for message in messages)
    assert said[0].startswith(f"warning: {FENIX}: Sample ratio mismatch: control ")
    ending = f"all is well; see {len(said)} warning{'' if len(said) == 1 else 's'} above"
    assert lines[-1] == ending


def test_dbt_warns_and_names_the_check(skewed: Skewed) -> None:
    done = skewed.project.run("dbt", "test", "--select", f"trust_{NAMES[1]}", as_of=LATER)
    assert done.returncode == 0, done.stdout
    assert f"WARN 1 dbt_jetstream_no_trust_warnings_trust_{NAMES[1]}_" in done.stdout


def test_the_table_and_the_page_say_so(skewed: Skewed, tmp_path: Path) -> None:
    project = skewed.project
    (message,) = (
        row["message"]
        for row in exported(project, NAMES[1])
        if row["state"] == "warning"
        and (row["check"], row["analysis_basis"], row["day"])
        == ("sample_ratio", "enrollments", None)
    )
    shown = project.run("jetstream", "results", FENIX)
    assert shown.returncode == 0, shown.stderr
    assert f"warning: {message}" in shown.stdout
    done = project.run("jetstream", "report", FENIX, "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert f"warning: {FENIX}: {message}" in done.stderr
    page = html.unescape((tmp_path / f"{FENIX}.html").read_text())
    verdict = page[page.index('id="verdict"') : page.index('id="results"')]
    assert "Warning: Sample ratio mismatch." in verdict
    assert message.removeprefix("Sample ratio mismatch: ") in verdict
    assert "Do not trust these numbers: the split is wrong." in verdict
    assert (
        "<strong>Warning:</strong> Sample ratio mismatch" in (tmp_path / "index.html").read_text()
    )


def test_the_errors_file_says_so(skewed: Skewed) -> None:
    path = skewed.project.exports / f"errors/errors_{NAMES[1]}.json"
    rows = [r for r in json.loads(path.read_text()) if r["exception_type"] == "TrustWarning"]
    warned = [r["message"] for r in exported(skewed.project, NAMES[1]) if r["state"] == "warning"]
    assert sorted(row["message"] for row in rows) == sorted(warned) != []
    assert "no_trust_warnings" not in path.read_text()
