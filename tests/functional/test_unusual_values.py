"""Values that no metric should have, through bins, pieces and moments to statistics."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from conftest import Project
from synthetic import BRANCHES, NAME, Metric, made_up_project, summarise

# More than 2,000 units a branch: their values are summarised in pieces.
UNITS = 7_500
RELATION = (
    f"select range as number, ['{BRANCHES[0]}', '{BRANCHES[1]}', '{BRANCHES[2]}'][1 + range % 3] "
    f"as branch from range({UNITS})"
)
UNIFORM = "((hash(number, 1) % 1000003 + 0.5) / 1000003)"
WAITING = f"(-ln({UNIFORM}))"
BEFORE = f"{WAITING} + ((hash(number, 2) % 1000003 + 0.5) / 1000003)"
IN_CONTROL = f"branch = '{BRANCHES[0]}'"
ADJUSTED = "covariate_adjustment = { period = 'preenrollment_week', metric = 'before' }"
ALL = {
    "bootstrap_mean": "",
    "deciles": "",
    "empirical_cdf": "",
    "kernel_density_estimate": "log_space = true",
    "linear_model_mean": ADJUSTED,
    "linear_model_mean_no_clip": "",
    "per_client_dau_impact": "",
    "sum": "",
    "count": "",
}
SHAPES = {
    "ordinary": WAITING,
    # The first that deleted every statistic: few units above 0, all of them beyond the clip.
    "rare": f"case when {UNIFORM} < 0.004 then 1 + {WAITING} else 0.0 end",
    # The second: a mean that is tiny against its error.
    "tiny_reference": f"case when {IN_CONTROL} then if(number = 3, 1e-9, 0.0) else {WAITING} end",
    # The third.
    "huge": f"1e300 * {WAITING}",
    "tiny": f"1e-300 * {WAITING}",
    "huge_and_tiny": f"case when number % 2 = 0 then 1e300 else 1e-300 end * {WAITING}",
    "huge_of_both_signs": f"case when number % 2 = 0 then 1e300 else -1e300 end * {WAITING}",
    "huge_constant": "1e300",
    "constant_in_control": f"case when {IN_CONTROL} then 3.7 else {WAITING} end",
    "zero_in_control": f"case when {IN_CONTROL} then 0.0 else {WAITING} end",
    "zero_but_one": "case when number = 4 then 2.5 else 0.0 end",
    "absent_in_control": f"case when {IN_CONTROL} then null else {WAITING} end",
    "one_unit_each": f"case when number < 3 then {WAITING} end",
    "two_units_each": f"case when number < 6 then {WAITING} end",
    "nowhere": "cast(null as double)",
    "infinite": f"case when number = 3 then cast('inf' as double) else {WAITING} end",
    "negative_infinite": f"case when number = 3 then cast('-inf' as double) else {WAITING} end",
    "logs_of_zeros": f"case when number % 10 < 3 then cast('-inf' as double) else {WAITING} end",
    "not_a_number": f"case when number = 3 then cast('nan' as double) else {WAITING} end",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An experiment whose metrics have all these shapes, each with a covariate."""
    metrics = [Metric(name, value, ALL) for name, value in SHAPES.items()]
    path = tmp_path_factory.mktemp("unusual") / "project"
    project = made_up_project(
        path, metrics, RELATION, covariates={"before": BEFORE}, bases=("enrollments",)
    )
    summarise(project)
    return project


def values(project: Project, metric: str, branch: str) -> np.ndarray:
    found = project.query(
        f"select {metric} from analysis.{NAME}_overall "
        f"where branch = '{branch}' and {metric} is not null"
    )
    return np.array([value for (value,) in found], dtype=float)


def results(project: Project, metric: str, statistic: str) -> dict[tuple, tuple]:
    """The numbers of a statistic by branch, comparison and reference."""
    rows = project.query(
        "select branch, comparison, comparison_to_branch, point, lower, upper "
        f"from analysis.statistics_{NAME} where metric = '{metric}' "
        f"and statistic = '{statistic}' and analysis_period = 'overall' and problem is null"
    )
    return {row[:3]: row[3:] for row in rows}


def problems(project: Project) -> dict[tuple[str, str], str]:
    rows = project.query(
        f"select metric, statistic, problem from analysis.statistics_{NAME} "
        "where problem is not null"
    )
    return {(metric, statistic): problem for metric, statistic, problem in rows}


@pytest.mark.parametrize("metric", SHAPES)
def test_every_statistic_of_every_branch_with_values_is_there(
    project: Project, metric: str
) -> None:
    peopled = {branch for branch in BRANCHES if len(values(project, metric, branch))}
    found = {branch for branch, *_ in results(project, metric, "count")}
    assert found == peopled
    for statistic in ("mean", "deciles", "sum"):
        assert {branch for branch, *_ in results(project, metric, statistic)} == peopled
    said = [text for (of, _), text in problems(project).items() if of == metric]
    assert not any("Error" in text for text in said)


@pytest.mark.parametrize("metric", ["ordinary", "rare", "huge", "tiny", "zero_but_one"])
def test_clipped_means_are_those_of_the_units(project: Project, metric: str) -> None:
    found = results(project, metric, "mean")
    for branch in BRANCHES:
        own = values(project, metric, branch)
        clipped = np.minimum(own, np.quantile(own, 0.995))
        size = max(clipped.max(), np.finfo(float).tiny)
        mean = (clipped / size).mean() * size
        point, lower, upper = found[branch, None, None]
        assert point == pytest.approx(mean, rel=1e-9, abs=0)
        # Nearly normal laws: the bootstrap's standard error is sd / sqrt(n + 1).
        half = 1.96 * (clipped / size).std() / np.sqrt(len(own) + 1) * size
        assert (upper - lower) / 2 == pytest.approx(half, rel=0.01, abs=0)


def test_linear_models_of_huge_and_tiny_values_are_those_of_ordinary_ones(
    project: Project,
) -> None:
    for statistic in ("mean_lm", "mean_lm_noclip", "per_client_dau_impact"):
        expected = results(project, "ordinary", statistic)
        for metric, size in (("huge", 1e300), ("tiny", 1e-300)):
            found = results(project, metric, statistic)
            assert found.keys() == expected.keys()
            for row, numbers in found.items():
                factor = 1.0 if row[1] == "relative_uplift" else size
                scaled = tuple(factor * number for number in expected[row])
                assert numbers == pytest.approx(scaled, rel=1e-6, abs=0)


def test_a_tiny_reference_costs_the_ends_that_are_no_number(project: Project) -> None:
    found = results(project, "tiny_reference", "mean_lm_noclip")
    point, lower, upper = found[BRANCHES[1], "relative_uplift", BRANCHES[0]]
    reference, treatment = (values(project, "tiny_reference", b).mean() for b in BRANCHES[:2])
    assert point == pytest.approx(treatment / reference - 1, rel=1e-6)
    assert (lower, upper) == (-1.0, None)
    reason = problems(project)["tiny_reference", "mean_lm_noclip"]
    assert f"{BRANCHES[1]} against {BRANCHES[0]}: the relative uplift reaches beyond" in reason


@pytest.mark.parametrize(("metric", "undefined"), [("negative_infinite", 0), ("logs_of_zeros", 3)])
def test_deciles_are_those_of_the_units_where_no_infinite_value_is_near(
    project: Project, metric: str, undefined: int
) -> None:
    rows = project.query(
        f"select branch, parameter, point from analysis.statistics_{NAME} "
        f"where metric = '{metric}' and statistic = 'deciles' and comparison is null "
        "and analysis_period = 'overall' and problem is null order by all"
    )
    for branch in BRANCHES:
        own = np.sort(values(project, metric, branch))
        points = [point for name, _, point in rows if name == branch]
        assert points[:undefined] == [None] * undefined
        for q, point in list(zip(np.arange(0.1, 1, 0.1), points, strict=True))[undefined:]:
            # The mean of the order statistics that resampling may find (see docs/statistics.md).
            masses = stats.binom(len(own) - 1, q).pmf(np.arange(len(own)))
            seen = masses > 1e-9
            assert point == pytest.approx(masses[seen] @ own[seen], rel=1e-3)
    said = problems(project).get((metric, "deciles"))
    if undefined:
        assert f"{BRANCHES[0]}: values at decile 0.1, 0.2, 0.3 are infinite" in said
    else:
        assert said is None


def test_the_logs_of_a_build_hold_no_warning_of_numpy(project: Project) -> None:
    done = project.run(
        "dbt", "run", "--select", f"statistics_{NAME}", "--full-refresh", as_of="2026-04-15"
    )
    assert done.returncode == 0
    assert "Warning" not in done.stdout + done.stderr
