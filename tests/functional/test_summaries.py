"""What summaries lose of the units' values: nothing that a result shows.

Results from summaries are compared with those from all values at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import duckdb
import numpy as np
import pytest
from scipy import stats

from conftest import Project
from dbt_jetstream.statistics.bootstrap_mean import bootstrap_mean_law
from dbt_jetstream.statistics.deciles import quantile_atoms
from dbt_jetstream.statistics.histogram import Histogram
from synthetic import BRANCHES, NAME, Metric, made_up_project, summarise
from tiers import exhaustive, sample

UNITS = 90_000
# Enough for every branch to be summarised in pieces, where it has many distinct values.
RELATION = (
    f"select range as number, ['{BRANCHES[0]}', '{BRANCHES[1]}', '{BRANCHES[2]}'][1 + range % 3] "
    f"as branch from range({UNITS})"
)
ALL = {
    "bootstrap_mean": "",
    "deciles": "",
    "empirical_cdf": "",
    "kernel_density_estimate": "",
    "linear_model_mean": "",
    "sum": "",
}
UNCLIPPED = {**ALL, "bootstrap_mean": "drop_highest = 0.0"}


def _uniform(k: int) -> str:
    return f"((hash(number, {k}) % 1000003 + 0.5) / 1000003)"


NORMAL = f"(sqrt(-2 * ln({_uniform(1)})) * cos(2 * pi() * {_uniform(2)}))"
COUNTS = f"cast(case when {_uniform(3)} < 0.4 then 0 else floor(-9 * ln({_uniform(4)})) end as int)"
LOG_NORMAL = f"case when {_uniform(3)} < 0.35 then 0 else exp(1.5 * {NORMAL}) end"
SHAPES = {
    "counts": COUNTS,
    "wide_counts": f"cast(floor(exp(5 + 1.5 * {NORMAL})) as bigint)",
    "log_normal": LOG_NORMAL,
    "uniform": _uniform(5),
    "two_point": f"case when {_uniform(5)} < 0.2 then 7.3 else 0.1 end",
    "outlier": f"case when number = 4 then 1e7 else {_uniform(5)} end",
    "normal": NORMAL,
    "far_from_zero": f"1e8 + {NORMAL}",
    "skewed_far_from_zero": f"1e6 - ln({_uniform(5)})",
    "tiny": f"1e-9 * exp({NORMAL})",
    "huge_integers": f"cast(9007199254740993 as bigint) * (1 + cast(4 * {_uniform(5)} as bigint))",
    "flag": f"{_uniform(5)} < 0.3",
    "constant": "3.7",
    "zero": "0",
    "rare": f"case when {_uniform(5)} < 0.0005 then 1 + {_uniform(6)} else 0 end",
}
HOW = {name: UNCLIPPED if name in ("outlier", "rare") else ALL for name in SHAPES}
DROPPED = {name: 0.0 if how is UNCLIPPED else 0.005 for name, how in HOW.items()}
INFINITE = {
    "infinities": f"case when number % 1000 < 3 then cast('inf' as double) else {NORMAL} end",
    "many_infinities": f"case when number % 100 < 3 then cast('inf' as double) else {NORMAL} end",
    "not_numbers": f"case when number = 3 then cast('nan' as double) else {NORMAL} end",
}
LOG_SPACE = {
    "empirical_cdf": "log_space = true\ngrid_size = 100",
    "kernel_density_estimate": "log_space = true\ngrid_size = 100",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An experiment whose metrics have many shapes."""
    metrics = [Metric(name, value, HOW[name]) for name, value in SHAPES.items()]
    metrics += [Metric(name, value, ALL) for name, value in INFINITE.items()]
    metrics.append(Metric("on_log_grid", LOG_NORMAL, LOG_SPACE))
    path = tmp_path_factory.mktemp("summaries") / "project"
    project = made_up_project(path, metrics, RELATION)
    summarise(project)
    return project


@pytest.fixture(scope="module")
def values(project: Project) -> Callable[[str, str], np.ndarray]:
    """The values of a metric and branch, sorted."""

    def read(metric: str, branch: str = BRANCHES[0]) -> np.ndarray:
        found = project.query(
            f"select cast({metric} as double) from analysis.{NAME}_overall "
            f"where branch = '{branch}' and analysis_basis = 'enrollments'"
        )
        return np.sort(np.array([value for (value,) in found]))

    return read


def _results(project: Project, metric: str, statistic: str) -> dict[tuple, tuple]:
    """Results for the first branch by parameter."""
    rows = project.query(
        "select cast(parameter as double), point, lower, upper "
        f"from analysis.statistics_{NAME} where metric = '{metric}' and statistic = '{statistic}' "
        f"and branch = '{BRANCHES[0]}' and comparison is null and analysis_basis = 'enrollments' "
        "order by 1"
    )
    return {row[0]: row[1:] for row in rows}


def _histogram(values: np.ndarray) -> Histogram:
    return Histogram.of(*np.unique(values, return_counts=True))


def _clip(values: np.ndarray, dropped: float) -> np.ndarray:
    return np.minimum(values, np.quantile(values, 1 - dropped))


@pytest.mark.parametrize("metric", SHAPES)
def test_values_are_clipped_at_the_quantile_of_all_units(
    project: Project, values: Callable[..., np.ndarray], metric: str
) -> None:
    branches = project.query(
        f"select branch, value from analysis.moments_{NAME} where metric = '{metric}' "
        "and moment = 'clip' and analysis_basis = 'enrollments'"
    )
    assert len(branches) == len(BRANCHES)
    for branch, found in branches:
        expected = np.quantile(values(metric, branch), 1 - DROPPED[metric])
        assert found == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("metric", SHAPES)
def test_linear_models_clip_at_the_quantile_of_all_branches(
    project: Project, values: Callable[..., np.ndarray], metric: str
) -> None:
    ((found,),) = project.query(
        f"select value from analysis.moments_{NAME} where metric = '{metric}' "
        "and moment = 'pooled_clip' and analysis_basis = 'enrollments'"
    )
    pooled = np.concatenate([values(metric, branch) for branch in BRANCHES])
    expected = np.quantile(pooled, 0.995)
    if metric in ("counts", "wide_counts", "huge_integers", "flag", "zero"):
        expected = math.ceil(expected)
    assert found == pytest.approx(expected, rel=1e-15)
    own = np.minimum(values(metric), expected)
    if own.std() < 1e-12 * abs(own.mean()) or not own.any():
        return
    ((point, lower, _),) = _results(project, metric, "mean_lm").values()
    error = stats.t(len(own) - 1).ppf(0.975) * own.std(ddof=1) / math.sqrt(len(own))
    assert point == pytest.approx(own.mean(), rel=1e-9, abs=1e-9 * error)
    assert point - lower == pytest.approx(error, rel=1e-4)


@pytest.mark.parametrize("metric", SHAPES)
def test_bootstrap_intervals_end_within_a_hundredth_of_their_width(
    project: Project, values: Callable[..., np.ndarray], metric: str
) -> None:
    exact = bootstrap_mean_law(_histogram(_clip(values(metric), DROPPED[metric]))).estimate(0.95)
    ((point, lower, upper),) = _results(project, metric, "mean").values()
    width = exact.upper - exact.lower
    assert point == pytest.approx(exact.point, rel=1e-9, abs=1e-6 * width)
    assert (lower, upper) == pytest.approx((exact.lower, exact.upper), rel=1e-9, abs=0.01 * width)


@pytest.mark.parametrize("metric", sample(list(SHAPES), 2))
def test_deciles_end_within_a_hundredth_of_their_width(
    project: Project, values: Callable[..., np.ndarray], metric: str
) -> None:
    results = _results(project, metric, "deciles")
    assert len(results) == 9
    for q, found in results.items():
        exact = quantile_atoms(_histogram(values(metric)), q).estimate(0.95)
        width = exact.upper - exact.lower
        assert found == pytest.approx(exact, rel=1e-9, abs=0.01 * width)


@pytest.mark.parametrize("metric", sample(list(SHAPES), 2))
def test_distribution_functions_are_exact(
    project: Project, values: Callable[..., np.ndarray], metric: str
) -> None:
    found = _results(project, metric, "empirical_cdf")
    ordered = values(metric)
    points = np.linspace(ordered[0], ordered[-1], 256)
    shares = np.searchsorted(ordered, points, side="right") / len(ordered)
    expected = dict(zip((round(x, 6) for x in points.tolist()), shares.tolist(), strict=True))
    assert {x: point for x, (point, _, _) in found.items()} == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("metric", sample([m for m in SHAPES if m not in ("tiny", "outlier")], 2))
def test_densities_are_those_of_all_values(
    project: Project, values: Callable[..., np.ndarray], metric: str
) -> None:
    found = _results(project, metric, "kernel_density_estimate")
    ordered = values(metric)
    points = np.linspace(ordered[0], ordered[-1], 256)
    _compare_densities(found, ordered, points)


def _compare_densities(found: dict, ordered: np.ndarray, points: np.ndarray) -> None:
    distinct, counts = np.unique(ordered, return_counts=True)
    kernels = stats.norm(distinct, len(ordered) ** -0.2)
    expected = np.array([kernels.pdf(x) @ counts / len(ordered) for x in points])
    by_point = dict(zip((round(x, 6) for x in points.tolist()), expected, strict=True))
    heights = {x: point for x, (point, _, _) in found.items()}
    assert heights == pytest.approx(by_point, abs=1e-5 * expected.max())


def test_curves_on_a_geometric_grid(project: Project, values: Callable[..., np.ndarray]) -> None:
    ordered = values("on_log_grid")
    positive = ordered[ordered > 0]
    points = np.concatenate([[0], np.geomspace(positive[0], positive[-1], 100)])
    shares = np.searchsorted(ordered, points, side="right") / len(ordered)
    found = _results(project, "on_log_grid", "empirical_cdf")
    assert [point for point, _, _ in found.values()] == pytest.approx(shares, abs=2e-4)
    _compare_densities(_results(project, "on_log_grid", "kernel_density_estimate"), ordered, points)


@pytest.mark.parametrize("metric", SHAPES)
def test_sums_keep_their_digits(
    project: Project, values: Callable[..., np.ndarray], metric: str
) -> None:
    ((point, _, _),) = _results(project, metric, "sum").values()
    assert point == pytest.approx(math.fsum(values(metric).tolist()), rel=1e-9)


def test_infinities_that_are_clipped_do_no_harm_and_others_leave_nulls(project: Project) -> None:
    (clipped,) = _results(project, "infinities", "mean").values()
    assert all(math.isfinite(value) for value in clipped)
    for metric in ("many_infinities", "not_numbers"):
        assert set(_results(project, metric, "mean").values()) == {(None, None, None)}


@exhaustive
def test_the_python_model_reads_less_than_five_megabytes_a_metric(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    units = 1_000_000
    path = tmp_path_factory.mktemp("many") / "project"
    relation = RELATION.replace(f"range({UNITS})", f"range({units})")
    halves = {"one_half": "hash(number, 8) % 2 = 0", "one_fifth": "hash(number, 9) % 5 = 0"}
    metrics = [Metric("log_normal", LOG_NORMAL, ALL)]
    project = made_up_project(path, metrics, relation, segments=halves)
    summarise(project)
    with duckdb.connect(str(project.database), read_only=True) as connection:
        table = connection.table(f"analysis.pieces_{NAME}").to_arrow_table()
    assert len(table.group_by(["analysis_basis", "segment"]).aggregate([])) == 6
    assert table.nbytes < 5e6
