"""Pre-treatments against pandas, models of two values against statsmodels, and repeatability."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from conftest import Project
from synthetic import BRANCHES, NAME, Metric, made_up_project, summarise
from tiers import exhaustive

UNITS = 12_000
LENGTH = 37
NORMAL = (
    "(sqrt(-2 * ln((hash(number, 1) % 1000003 + 0.5) / 1000003)) "
    "* cos(2 * pi() * ((hash(number, 2) % 1000003 + 0.5) / 1000003)))"
)
NOISE = "((hash(number, 3) % 1000003 + 0.5) / 1000003)"
# With nulls, values that are not numbers, infinities, zeros and negative values.
MESSY = (
    "case when number % 97 = 0 then null when number % 89 = 1 then cast('nan' as double) "
    "when number % 1000 = 2 then cast('inf' as double) when number % 7 = 3 then 0 "
    f"else {NORMAL} end"
)
POSITIVE = f"exp(1.2 * {NORMAL})"
Chain = list[dict[str, float | str]]
CHAINS: dict[str, tuple[str, Chain]] = {
    "no_nulls": (MESSY, [{"name": "remove_nulls"}]),
    "finite": (MESSY, [{"name": "remove_indefinites"}]),
    "filled": (MESSY, [{"name": "zero_fill"}, {"name": "remove_indefinites"}]),
    "highest": (POSITIVE, [{"name": "censor_highest_values", "fraction": 0.97}]),
    "highest_by_default": (POSITIVE, [{"name": "censor_highest_values"}]),
    "lowest": (POSITIVE, [{"name": "censor_lowest_values", "fraction": 0.05}]),
    "in_between": (
        POSITIVE,
        [
            {"name": "censor_values_below_threshold", "threshold": 0.2},
            {"name": "censor_values_above_threshold", "threshold": 4.0},
            {"name": "normalize_over_analysis_period"},
            {"name": "log", "base": 2.0},
            {"name": "censor_lowest_values", "fraction": 0.1},
        ],
    ),
}
BEFORE = f"case when number % 11 != 0 then {POSITIVE} * (0.5 + {NOISE}) end"
ADJUSTED = 'covariate_adjustment = { metric = "before", period = "preenrollment_week" }'


def _metrics() -> list[Metric]:
    metrics = []
    for name, (expression, chain) in CHAINS.items():
        inline = [
            "{" + ", ".join(f"{k} = {v!r}".replace("'", '"') for k, v in step.items()) + "}"
            for step in chain
        ]
        pre_treatments = f"pre_treatments = [{', '.join(inline)}]"
        metrics.append(Metric(name, expression, {"sum": pre_treatments, "count": pre_treatments}))
    ratio = 'numerator = "hours"\ndenominator = "visits"'
    return [
        *metrics,
        Metric("hours", POSITIVE, {"linear_model_mean": ADJUSTED, "deciles": "", "sum": ""}),
        Metric("unadjusted", POSITIVE, {"linear_model_mean": ADJUSTED.replace("before", "never")}),
        Metric("visits", f"cast(1 + floor(9 * {NOISE}) as int)", {"count": ""}),
        Metric("share", "", {"population_ratio": ratio}, 'depends_on = ["hours", "visits"]'),
    ]


def _project(path: Path, order: str) -> Project:
    relation = (
        f"select range as number, ['{BRANCHES[0]}', '{BRANCHES[1]}', '{BRANCHES[2]}']"
        f"[1 + cast(hash(range) % 3 as int)] as branch from range({UNITS}) order by {order}"
    )
    before = {"before": BEFORE, "never": "cast(null as double)"}
    project = made_up_project(path, _metrics(), relation, covariates=before)
    summarise(project)
    return project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return _project(tmp_path_factory.mktemp("treatments") / "project", "range")


@pytest.fixture(scope="module")
def frame(project: Project) -> pd.DataFrame:
    """The metrics of all units, with their covariate."""
    names = [*CHAINS, "hours", "visits"]
    rows = project.query(
        f"select o.branch, before, {', '.join(names)} from analysis.{NAME}_overall as o "
        f"left join analysis.{NAME}_preenrollment_weekly as p "
        "on o.analysis_id = p.analysis_id and p.analysis_basis = 'enrollments' "
        "where o.analysis_basis = 'enrollments'"
    )
    return pd.DataFrame(rows, columns=["branch", "before", *names])


def _results(project: Project, metric: str, statistic: str) -> list[tuple]:
    return project.query(
        "select branch, comparison, comparison_to_branch, point, lower, upper "
        f"from analysis.statistics_{NAME} where metric = '{metric}' and problem is null "
        f"and statistic = '{statistic}' and analysis_basis = 'enrollments' order by all"
    )


def _treated(values: pd.Series, step: dict) -> pd.Series:
    """Apply a pre-treatment to the values of all branches, as the reference describes it."""
    quantile = values.quantile(step.get("fraction", 1 - 1e-5))
    threshold = step.get("threshold", math.nan)
    return {
        "remove_nulls": values.dropna(),
        "remove_indefinites": values[values != math.inf].dropna(),
        "zero_fill": values.fillna(0),
        "normalize_over_analysis_period": values / LENGTH,
        "log": np.log(values.where(values > 0)) / np.log(step.get("base", 10.0)),
        "censor_highest_values": values[values < quantile],
        "censor_lowest_values": values[values > quantile],
        "censor_values_below_threshold": values[values > threshold],
        "censor_values_above_threshold": values[values < threshold],
    }[step["name"]]


@pytest.mark.parametrize("metric", CHAINS)
def test_pre_treatments_leave_what_pandas_leaves(
    project: Project, frame: pd.DataFrame, metric: str
) -> None:
    # The warehouse drops a metric's nulls before anything else.
    treated = frame[frame[metric].notna() | _is_nan(project, metric)].copy()
    values = treated[metric].astype(float)
    for step in CHAINS[metric][1]:
        values = _treated(values, step)
    by_branch = values.groupby(frame.loc[values.index, "branch"])
    for statistic, expected in (("count", by_branch.size()), ("sum", by_branch.sum())):
        found = {row[0]: row[3] for row in _results(project, metric, statistic)}
        assert set(found) == set(BRANCHES)
        for branch, value in expected.items():
            if math.isfinite(value):
                assert found[branch] == pytest.approx(value, rel=1e-9)
            else:
                assert found[branch] is None


def _is_nan(project: Project, metric: str) -> np.ndarray:
    """Which units' values are not a number, which pandas cannot tell from null."""
    rows = project.query(
        f"select coalesce(isnan(o.{metric}), false) from analysis.{NAME}_overall as o "
        f"left join analysis.{NAME}_preenrollment_weekly as p "
        "on o.analysis_id = p.analysis_id and p.analysis_basis = 'enrollments' "
        "where o.analysis_basis = 'enrollments'"
    )
    return np.array([is_nan for (is_nan,) in rows])


def test_a_covariate_adjusts_as_in_statsmodels(project: Project, frame: pd.DataFrame) -> None:
    frame = frame.astype({"before": float})
    y = frame["hours"].clip(upper=frame["hours"].quantile(0.995))
    x = frame["before"].clip(upper=frame["before"].quantile(0.995))
    has_both = x.notna()
    found = {row[:3]: row[3:] for row in _results(project, "hours", "mean_lm")}
    for reference in BRANCHES:
        dummies = pd.get_dummies(frame["branch"]).drop(columns=reference).astype(float)
        design = sm.add_constant(dummies.assign(before=x))[has_both]
        fitted = sm.OLS(y[has_both], design).fit()
        for branch in set(BRANCHES) - {reference}:
            lower, upper = fitted.conf_int().loc[branch]
            expected = (fitted.params[branch], lower, upper)
            width = upper - lower
            difference = found[branch, "difference", reference]
            assert difference == pytest.approx(expected, abs=1e-6 * width)


def test_a_covariate_that_no_unit_has_leaves_means_unadjusted_and_says_so(
    project: Project, frame: pd.DataFrame
) -> None:
    found = {row[:3]: row[3:] for row in _results(project, "unadjusted", "mean_lm")}
    y = frame["hours"].clip(upper=frame["hours"].quantile(0.995))
    means = y.groupby(frame["branch"]).mean()
    point, *_ = found["hint", "difference", "control"]
    assert point == pytest.approx(means["hint"] - means["control"], rel=1e-9)
    problems = project.query(
        f"select distinct problem from analysis.statistics_{NAME} "
        "where metric = 'unadjusted' and problem is not null"
    )
    assert problems == [("no unit has a covariate: means are not adjusted",)]


def test_a_ratio_is_that_of_the_clipped_means(project: Project, frame: pd.DataFrame) -> None:
    found = {row[:3]: row[3:] for row in _results(project, "share", "population_ratio")}
    rng = np.random.default_rng(1)
    for branch in BRANCHES:
        own = frame[frame["branch"] == branch][["hours", "visits"]].astype(float).to_numpy()
        own = np.minimum(own, np.quantile(own, 0.995, axis=0))
        drawn = [own[rng.integers(0, len(own), len(own))].mean(axis=0) for _ in range(4000)]
        ratios = np.array(drawn)[:, 0] / np.array(drawn)[:, 1]
        point, lower, upper = found[branch, None, None]
        width = upper - lower
        assert point == pytest.approx(ratios.mean(), abs=0.03 * width)
        expected = np.quantile(ratios, [0.025, 0.975])
        # Four thousand draws scatter by 1.1 % of the width (one standard deviation).
        assert (lower, upper) == pytest.approx(tuple(expected), abs=0.04 * width)


@exhaustive
def test_the_order_of_the_units_changes_no_byte(project: Project, tmp_path: Path) -> None:
    other = _project(tmp_path / "project", "hash(range, 9)")
    query = f"select * exclude (definition_hash) from analysis.statistics_{NAME} order by all"
    assert other.query(query) == project.query(query)


FEW = {
    "one unit a branch": "select * from (values (0, 'control'), (1, 'hint')) as t (number, branch)",
    "one branch": "select range as number, 'control' as branch from range(50)",
    "no unit": "select range as number, 'control' as branch from range(0)",
}


@pytest.mark.parametrize("name", FEW)
def test_few_units_give_what_there_is_to_know(name: str, tmp_path: Path) -> None:
    statistics = {
        "bootstrap_mean": "",
        "deciles": "",
        "linear_model_mean": ADJUSTED,
        "kernel_density_estimate": "",
        "empirical_cdf": "",
        "sum": "",
    }
    ratio = 'numerator = "hours"\ndenominator = "visits"'
    metrics = [
        Metric("hours", "1.5 + number", statistics),
        Metric("visits", "2", {"count": "", "binomial": ""}),
        Metric("share", "", {"population_ratio": ratio}, 'depends_on = ["hours", "visits"]'),
    ]
    covariates = {"before": "1.0 * number"}
    project = made_up_project(tmp_path / "project", metrics, FEW[name], covariates=covariates)
    summarise(project)
    units = {row[0]: row[3] for row in _results(project, "identity", "count")}
    expected = {"one unit a branch": (1.0, 1.0), "one branch": (50.0, 0.0), "no unit": ()}[name]
    assert tuple(units[branch] for branch in BRANCHES[:2] if units) == expected
    sums = {row[0]: row[3] for row in _results(project, "hours", "sum")}
    assert sums.get("control", 0.0) == {"one unit a branch": 1.5, "one branch": 1300.0}.get(name, 0)
    problems = project.query(
        f"select distinct statistic from analysis.statistics_{NAME} where problem is not null"
    )
    # A binomial of values other than 0 and 1 is refused, and nothing else.
    assert problems == ([] if name == "no unit" else [("binomial",)])
