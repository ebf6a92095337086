"""What metrics, statistics, segments and outcomes name of each other need not be there.

Whatever a config refers to, one experiment is refused at most, in lines that name the key.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.sync import locking as syncing
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import SyncReport
from sync.locking import FENIX, request_of
from tiers import number
from workspace import DEFINITIONS, DESKTOP, OWN, Workspace

PARTS = """
[metrics.hours]
select_expression = "COALESCE(SUM(active_hours_sum), 0)"
data_source = "clients_daily"
statistics = { sum = {} }
[metrics.rate]
depends_on = ["hours"]
"""
RATIO = '[metrics.rate.statistics.population_ratio]\nnumerator = "hours"\n'
# What is wrong, and the key that says so.
WRONG = {
    "a denominator that nobody computes": (
        f'{RATIO}denominator = "search"',
        "metrics.rate.statistics.population_ratio.denominator",
    ),
    "a statistic of a part": (
        f'{RATIO}denominator = "hours.sum"',
        "metrics.rate.statistics.population_ratio.denominator",
    ),
    "a ratio of a ratio": (
        f'{RATIO}denominator = "rate"',
        "metrics.rate.statistics.population_ratio.denominator",
    ),
    "a mean of what has only parts": (
        "[metrics.rate.statistics.bootstrap_mean]",
        "metrics.rate.statistics.bootstrap_mean",
    ),
    "deciles of what has only parts": (
        "[metrics.rate.statistics.deciles]",
        "metrics.rate.statistics.deciles",
    ),
}


def _with(workspace: Workspace, toml: str) -> SyncReport:
    path = workspace.hub / OWN
    path.write_text(f'[metrics]\noverall = ["rate"]\n{PARTS}{toml}\n')
    return sync(request_of(workspace))


def _locked(report: SyncReport) -> list[str]:
    return [experiment.slug for experiment in report.experiments]


@pytest.mark.parametrize("case", WRONG.values(), ids=list(WRONG))
def test_what_is_not_there_is_named(workspace: Workspace, case: tuple[str, str]) -> None:
    toml, key = case
    report = _with(workspace, toml)
    assert _locked(report) == [FENIX]
    assert key in [mistake.key for mistake in report.refused[DESKTOP]]


def test_a_part_that_is_misspelt_has_its_neighbour_named(workspace: Workspace) -> None:
    report = _with(workspace, f'{RATIO}denominator = "hour"')
    (mistake,) = report.refused[DESKTOP]
    assert "`hour` is no metric that overall computes for each unit" in str(mistake)
    assert "did you mean `hours`?" in str(mistake)


@pytest.mark.parametrize("brackets", ["(", "[", "ABS("])
def test_brackets_nested_two_thousand_times_cost_one_experiment(
    workspace: Workspace, brackets: str
) -> None:
    closing = "]" if brackets == "[" else ")"
    nested = f"SUM({brackets * 2000}1{closing * 2000})"
    path = workspace.hub / OWN
    path.write_text(
        f'[metrics]\noverall = ["deep"]\n[metrics.deep]\nselect_expression = "{nested}"\n'
        'data_source = "clients_daily"\nstatistics = { sum = {} }\n'
    )
    report = sync(request_of(workspace))
    assert _locked(report) == [FENIX]
    assert report.refused[DESKTOP]


def test_what_nobody_foresaw_costs_one_experiment_and_leaves_a_traceback(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = syncing.lock

    def broken(hub: Any, experiment: Any, *more: Any) -> Any:
        if experiment.normandy_slug == DESKTOP:
            return {}["nowhere"]
        return lock(hub, experiment, *more)

    monkeypatch.setattr(syncing, "lock", broken)
    report = sync(request_of(workspace))
    assert _locked(report) == [FENIX]
    (mistake,) = report.refused[DESKTOP]
    assert mistake.key == DESKTOP
    assert "KeyError: 'nowhere'" in str(mistake)
    named = re.search(r"please report it with (\S+)", str(mistake))
    assert named is not None
    kept = Path(workspace.project.path, named.group(1)).read_text()
    assert "in broken" in kept


UNTREATED = {
    "a part that comes after its ratio": (
        'daily = ["ratio", "search_count"]',
        "",
        "metrics.ratio.depends_on",
        'list `search_count` before `ratio`, as in `overall = ["search_count", "ratio"]`',
    ),
    "a part without a statistic": (
        'weekly = ["ratio"]',
        "",
        "metrics.ratio.depends_on",
        "give `urls` a statistic, and list `urls` before `ratio`",
    ),
    "a listed metric without a statistic": (
        'daily = ["bare"]',
        '[metrics.bare]\nselect_expression = "COUNT(*)"\ndata_source = "clients_daily"\n',
        "metrics.bare.statistics",
        "add one, as [metrics.bare.statistics.bootstrap_mean]",
    ),
}


@pytest.mark.parametrize("case", UNTREATED.values(), ids=list(UNTREATED))
def test_what_has_no_statistic_is_told_with_the_rule_and_the_fix(
    workspace: Workspace, case: tuple[str, str, str, str]
) -> None:
    lists, more, key, way_out = case
    part = "urls" if "urls" in way_out else "search_count"
    workspace.edit(
        DEFINITIONS,
        lambda text: (
            text
            + '\n[metrics.urls]\nselect_expression = "COUNT(*)"\ndata_source = "clients_daily"\n'
        ),
    )
    ratio = (
        f'[metrics.ratio]\ndepends_on = ["{part}", "uri_count"]\n'
        "[metrics.ratio.statistics.population_ratio]\n"
        f'numerator = "{part}"\ndenominator = "uri_count"\n'
    )
    path = workspace.hub / OWN
    path.write_text(f"[metrics]\n{lists}\n{ratio}{more}")
    report = sync(request_of(workspace))
    (mistake,) = report.refused[DESKTOP]
    assert (str(mistake.path), mistake.key) == (str(path), key)
    assert way_out in mistake.line


NAMES = ["hours", "rate", "active_hours", "nowhere", "hours.sum", "all", "heavy_users", "", "a b"]
STATISTICS = ["population_ratio", "bootstrap_mean", "linear_model_mean", "binomial", "deciles"]
names = st.sampled_from(NAMES)
listed = st.lists(names, max_size=3)


@st.composite
def configs(draw: st.DrawFn) -> str:
    """Configs whose metrics, statistics, segments and outcomes refer to whatever there is."""
    statistic = draw(st.sampled_from(STATISTICS))
    lines = [
        "[experiment]",
        f"segments = {draw(listed)}",
        "[metrics]",
        f"overall = {draw(listed)}",
        f"weekly = {draw(listed)}",
        PARTS.replace('["hours"]', str(draw(listed))).replace(
            'data_source = "clients_daily"',
            f'data_source = "{draw(names)}"',
            draw(st.integers(0, 1)),
        ),
        f"[metrics.rate.statistics.{statistic}]",
        f'numerator = "{draw(names)}"',
        f'denominator = "{draw(names)}"',
    ]
    if statistic == "linear_model_mean":
        lines[-2:] = [
            f'covariate_adjustment = {{metric = "{draw(names)}", period = "preenrollment_week"}}'
        ]
    return "\n".join(lines)


@settings(
    max_examples=number(12, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(configs())
def test_no_reference_reaches_another_experiment(workspace: Workspace, toml: str) -> None:
    (workspace.hub / OWN).write_text(toml)
    try:
        report = sync(request_of(workspace), writes=False)
    except ConfigErrors as refused:
        pytest.fail(f"all are stopped by {refused}")
    assert FENIX in _locked(report)
    for mistake in report.refused.get(DESKTOP, []):
        assert "our mistake" not in str(mistake), toml
