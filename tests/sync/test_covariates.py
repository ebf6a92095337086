"""A statistic that is to be adjusted by what nobody computes is computed without, and says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from conftest import SMALL, Project, copy_built, small_project
from dbt_jetstream.sync.locking import sync
from sync.locking import models, request_of
from tiers import exhaustive
from workspace import OWN, Workspace

LINEAR = "metrics.searches_per_day.statistics.linear_model_mean"
SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
AS_OF = "2026-04-12"


def _adjusted(workspace: Workspace, adjustment: str, more: str = "") -> list[str]:
    """Sync with another covariate; returns the warnings, without the file that they name."""
    path = workspace.edit(
        OWN,
        lambda text: (
            text.replace("[metrics]\n", f"[metrics]\n{more}\n", 1)
            + f"\n[{LINEAR}]\ncovariate_adjustment = {{ {adjustment} }}\n"
        ),
    )
    report = sync(request_of(workspace))
    assert report.refused == {}
    return [str(warning).removeprefix(f"{path}: ") for warning in report.warnings]


def _locked(workspace: Workspace) -> dict:
    parts = models(workspace)["statistics_pip_first_time_hint"]["statistics"]
    (found,) = [
        p for p in parts if (p["metric"], p["statistic"]) == ("searches_per_day", "mean_lm")
    ]
    return found


def test_a_misspelt_covariate_is_named_with_its_neighbour(workspace: Workspace) -> None:
    said = _adjusted(workspace, 'metric = "active_hour", period = "preenrollment_week"')
    assert said == [
        f"{LINEAR}.covariate_adjustment.metric: means are not adjusted, since `active_hour` is not "
        "computed in preenrollment_week; did you mean `active_hours`?"
    ]
    found = _locked(workspace)
    assert found["covariate"] is None
    assert found["unadjusted"] == (
        "means are not adjusted, since `active_hour` is not computed in preenrollment_week"
    )


def test_a_metric_that_is_not_listed_before_enrollment_is_to_be_listed(
    workspace: Workspace,
) -> None:
    said = _adjusted(workspace, 'period = "preenrollment_week"')
    assert said == [
        f"{LINEAR}.covariate_adjustment.period: means are not adjusted, since `searches_per_day` "
        "is not computed in preenrollment_week; list it in `preenrollment_weekly`"
    ]


def test_the_other_period_is_named_where_it_has_the_covariate(workspace: Workspace) -> None:
    said = _adjusted(workspace, 'metric = "active_hours", period = "preenrollment_days28"')
    assert [line.rpartition("; ")[2] for line in said] == [
        "preenrollment_week computes it: name that period"
    ]


def test_a_covariate_that_is_computed_is_used_without_a_word(workspace: Workspace) -> None:
    assert _adjusted(workspace, 'metric = "active_hours", period = "preenrollment_week"') == []
    assert "unadjusted" not in _locked(workspace)
    assert _locked(workspace)["covariate"]["metric"] == "active_hours"


def test_what_is_only_observed_before_enrollment_needs_no_covariate(workspace: Workspace) -> None:
    workspace.edit(
        OWN,
        lambda text: text.replace('weekly = ["searches_per_day", ', "weekly = [").replace(
            "overall =", "preenrollment_weekly ="
        ),
    )
    assert _adjusted(workspace, 'metric = "nothing", period = "preenrollment_days28"') == []


@pytest.mark.parametrize(("key", "hint"), [("metrics", "metric"), ("periods", "period")])
def test_a_misspelt_key_of_the_adjustment_has_no_effect(
    workspace: Workspace, key: str, hint: str
) -> None:
    said = _adjusted(workspace, f'{key} = "active_hours", period = "preenrollment_week"')
    where = f"{LINEAR}.covariate_adjustment.{key}"
    assert f"{where}: has no effect here; did you mean `{hint}`?" in said


@pytest.fixture
def unadjusted(tmp_path: Path) -> Project:
    """The small Glean experiment, with means that are to be adjusted by what is not computed."""
    project = small_project(tmp_path / "project", SLUG)
    hub = shutil.copytree(SMALL, tmp_path / "hub")
    with (hub / f"jetstream/{SLUG}.toml").open("a") as config:
        config.write(
            "\n[metrics.active_hours.statistics.linear_model_mean]\n"
            'covariate_adjustment = { period = "preenrollment_days28" }\n'
        )
    done = project.run(
        *("jetstream", "rerun", SLUG, "--lock-only", f"--metric-hub={hub}"),
        f"--experiments={SMALL / 'experiments.json'}",
    )
    assert done.returncode == 0, done.stderr
    return project


@exhaustive
def test_a_run_leaves_a_warning_until_the_config_is_mended(
    unadjusted: Project, tmp_path: Path
) -> None:
    unadjusted.build(SLUG, AS_OF)
    warnings = json.loads((unadjusted.exports / f"errors/errors_{NAME}.json").read_text())
    assert {warning.pop("analysis_basis") for warning in warnings} == {"enrollments", "exposures"}
    for warning in warnings:
        assert {k: warning[k] for k in ("metric", "statistic", "log_level", "exception_type")} == {
            "metric": "active_hours",
            "statistic": "mean_lm",
            "log_level": "WARNING",
            "exception_type": None,
        }
        assert warning["message"] == (
            "means are not adjusted, since `active_hours` is not computed in preenrollment_days28"
        )
    means = f"select count(*) from analysis.statistics_{NAME} where statistic = 'mean_lm'"
    assert unadjusted.query(f"{means} and point is not null") != [(0,)]
    mended = copy_built(unadjusted, tmp_path / "mended")
    done = mended.run(
        *("jetstream", "rerun", SLUG, f"--metric-hub={SMALL}", f"--date={AS_OF}"),
        f"--experiments={SMALL / 'experiments.json'}",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (mended.exports / f"errors/errors_{NAME}.json").read_text() == "[]"
