"""What a config defines and nothing asks for has no effect, and is said once by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_jetstream.cli import main
from dbt_jetstream.cli.told import problem_lines
from dbt_jetstream.common.errors import ConfigError, WithoutEffect
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import SyncReport
from sync.locking import request_of
from workspace import OUTCOME, OWN, Workspace

METRIC = """
[metrics.{name}]
select_expression = "{sql}"
data_source = "{source}"
[metrics.{name}.statistics.sum]
"""
SEGMENT = '\n[segments.{name}]\nselect_expression = "{sql}"\ndata_source = "{source}"\n'
SOURCE = '\n[{table}.{name}]\nfrom_expression = "{sql}"\n'
SUM = "SUM(ds.search_count_all)"


def _add(workspace: Workspace, toml: str) -> Path:
    return workspace.edit(OWN, lambda text: text + toml)


def _said(workspace: Workspace, toml: str) -> dict[str, str]:
    """What a sync says of more lines in the config, by key."""
    path = _add(workspace, toml)
    report = sync(request_of(workspace))
    assert report.refused == {}
    assert {str(warning.path) for warning in report.warnings} <= {str(path)}
    return {warning.key: warning.problem for warning in report.warnings}


@pytest.mark.parametrize(
    ("toml", "key", "way_out"),
    [
        (METRIC.format(name="idle", sql=SUM, source="clients_daily"), "metrics.idle", "list it"),
        ("\n[metrics.idle]\ndepends_on = ['uri_count']\n", "metrics.idle", "list it"),
        ("\n[metrics.days_of_us.statistics.sum]\n", "metrics.days_of_us", "list it"),
        ('\n[metrics."search_x*".statistics.sum]\n', "metrics.search_x*", "correct the name"),
        (
            SEGMENT.format(name="idle", sql="TRUE", source="clients_daily_two_weeks_before"),
            "segments.idle",
            "list it there",
        ),
        (SOURCE.format(table="data_sources", name="idle", sql="a.b"), "data_sources.idle", "name"),
        (
            SOURCE.format(table="segments.data_sources", name="idle", sql="a.b"),
            "segments.data_sources.idle",
            "name it as a `data_source`",
        ),
        ('\n[parameters.idle]\nvalue = "x"\n', "parameters.idle", "name the outcome that does"),
    ],
)
def test_what_nothing_asks_for_is_said_with_the_way_out(
    workspace: Workspace, toml: str, key: str, way_out: str
) -> None:
    found = _said(workspace, toml)
    assert [*found] == [key]
    assert "so that it has no effect" in found[key]
    assert way_out in found[key]


def test_a_source_of_a_metric_that_nothing_lists_is_not_named_too(workspace: Workspace) -> None:
    toml = METRIC.format(name="idle", sql="COUNT(*)", source="own") + SOURCE.format(
        table="data_sources", name="own", sql="telemetry.clients_daily"
    )
    assert [*_said(workspace, toml)] == ["metrics.idle"]


@pytest.mark.parametrize(
    "toml",
    [
        # Of what the default lists, another statistic.
        "\n[metrics.uri_count.statistics.sum]\n",
        # A data source of the platform, from elsewhere.
        SOURCE.format(table="data_sources", name="clients_daily", sql="telemetry.clients_daily"),
        SOURCE.format(
            table="segments.data_sources",
            name="clients_daily_two_weeks_before",
            sql="telemetry.clients_daily",
        ),
        # A metric of an outcome.
        "\n[metrics.used_pip.statistics.count]\n",
    ],
)
def test_what_changes_something_that_is_computed_is_not_named(
    workspace: Workspace, toml: str
) -> None:
    assert _said(workspace, toml) == {}


@pytest.mark.parametrize(
    ("statistic", "treatments", "said"),
    [
        ("sum", ["remove_nulls", "zero_fill"], "`zero_fill` changes nothing: after `remove_nulls`"),
        ("sum", ["zero_fill", "remove_nulls"], "`remove_nulls` changes nothing: after `zero_fill`"),
        ("deciles", ["zero_fill", "log", "remove_nulls"], None),
        ("sum", ["normalize_over_analysis_period"], None),
        ("count", ["normalize_over_analysis_period"], "`count` counts units, not their values"),
        ("count", ["remove_nulls"], None),
    ],
)
def test_a_pre_treatment_that_changes_nothing_is_said(
    workspace: Workspace, statistic: str, treatments: list[str], said: str | None
) -> None:
    key = f"metrics.uri_count.statistics.{statistic}"
    found = _said(workspace, f"\n[{key}]\npre_treatments = {treatments}\n")
    assert [*found] == ([f"{key}.pre_treatments"] if said else [])
    assert said is None or said in found[f"{key}.pre_treatments"]


def test_a_part_of_a_ratio_is_asked_for_by_the_ratio(workspace: Workspace) -> None:
    workspace.edit(OWN, lambda text: text.replace("overall = [", 'overall = ["rate", '))
    part = METRIC.format(name="part", sql=SUM, source="clients_daily")
    rate = """
[metrics.rate]
depends_on = ["part", "search_count"]
[metrics.rate.statistics.population_ratio]
numerator = "part"
denominator = "search_count"
"""
    assert _said(workspace, part + rate) == {}


def test_a_parameter_that_is_misspelt_has_its_neighbour_named(workspace: Workspace) -> None:
    declared = '\n[parameters.event]\nfriendly_name = "e"\ndescription = "d"\ndefault = "x"\n'
    workspace.edit(OUTCOME, lambda text: text + declared)
    found = _said(workspace, '\n[parameters.events]\nvalue = "y"\n')
    assert found["parameters.events"].endswith("so that it has no effect; did you mean `event`?")


def test_what_nothing_asks_for_may_be_wrong_and_the_experiment_is_analysed(
    workspace: Workspace,
) -> None:
    toml = METRIC.format(name="idle", sql="SUM(", source="clients_daily")
    assert [*_said(workspace, toml)] == ["metrics.idle"]
    assert workspace.lock()["name"] == "enrollments_pip_first_time_hint"


def _idle(files: int) -> SyncReport:
    found = [WithoutEffect(f"{i}.toml", key, "does nothing") for i in range(files) for key in "ab"]
    return SyncReport(warnings=[*found, ConfigError("one.toml", "x", "to know")])


def test_what_has_no_effect_in_many_files_is_counted() -> None:
    assert len(list(problem_lines(_idle(10)))) == 21
    assert list(problem_lines(_idle(11))) == [
        "warning: one.toml: x: to know",
        "warning: 22 keys and definitions in 11 files have no effect; `jetstream validate FILE` "
        "names those of a file",
    ]


def _validate(workspace: Workspace, *more: str) -> int:
    project = f"--project-dir={workspace.project.path}"
    return main(["validate", str(workspace.hub / OWN), project, *more])


def test_validate_warns_and_is_content(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    _add(workspace, METRIC.format(name="idle", sql=SUM, source="clients_daily"))
    assert _validate(workspace) == 0
    assert "- warning `metrics.idle`: is in none of the lists" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        (
            METRIC.format(name="idle", sql="SUM(x", source="clients_daily"),
            "metrics.idle.select_expression",
        ),
        (
            METRIC.format(name="idle", sql=SUM, source="clients_daily").replace(".sum]", ".sums]"),
            "metrics.idle.statistics.sums",
        ),
        (
            SEGMENT.format(
                name="idle",
                sql="ANY_VALUE(CASE WHEN x THEN TRUE ELSE FALSE)",
                source="clients_daily_two_weeks_before",
            ),
            "segments.idle.select_expression",
        ),
        (
            SOURCE.format(table="data_sources", name="idle", sql="(SELECT"),
            "data_sources.idle.from_expression",
        ),
        (
            SOURCE.format(table="segments.data_sources", name="idle", sql="(SELECT * FROM)"),
            "segments.data_sources.idle.from_expression",
        ),
    ],
)
def test_validate_refuses_what_is_wrong_though_nothing_asks_for_it(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], toml: str, key: str
) -> None:
    _add(workspace, toml)
    assert _validate(workspace) == 1
    assert f"- **error** `{key}`: " in capsys.readouterr().out


def test_what_experimenter_may_ask_for_is_not_said_of_a_made_up_experiment(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(outcomes=[]))
    _add(workspace, METRIC.format(name="used_pip", sql="COUNT(*)", source="events"))
    assert _validate(workspace) == 0
    assert "used_pip" not in capsys.readouterr().out
    assert _validate(workspace, f"--experiments={workspace.experiments}") == 0
    assert "`metrics.used_pip`: is in none of the lists" in capsys.readouterr().out
