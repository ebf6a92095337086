"""Densities and distribution functions against scipy, scikit-learn and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.neighbors import KernelDensity
from statsmodels.distributions.empirical_distribution import ECDF

from dbt_jetstream.statistics.empirical_cdf import empirical_cdf
from dbt_jetstream.statistics.grid import grid_of
from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.kernel_density import kernel_density
from dbt_jetstream.statistics.total import total

RNG = np.random.default_rng(5)
DATA = {
    "counts": RNG.poisson(3, 700).astype(float),
    "heavy tail": RNG.lognormal(2, 2, 700),
    "one value": np.full(30, 4.0),
    "one unit": np.array([2.5]),
}


def _histogram(values: np.ndarray) -> Histogram:
    return Histogram.of(*np.unique(values, return_counts=True))


@pytest.mark.parametrize("name", DATA)
def test_a_density_is_the_mean_of_scipys_normal_densities(name: str) -> None:
    values = DATA[name]
    points = grid_of(_histogram(values)).points
    kernels = stats.norm(values, len(values) ** -0.2)
    expected = kernels.pdf(points[:, None]).mean(axis=1)
    found = kernel_density(_histogram(values), points)
    assert found == pytest.approx(expected, abs=1e-12 * expected.max())


@pytest.mark.parametrize("name", DATA)
def test_a_density_is_scikit_learns(name: str) -> None:
    values = DATA[name]
    points = grid_of(_histogram(values)).points
    fitted = KernelDensity(bandwidth="scott").fit(values[:, None])
    expected = np.exp(fitted.score_samples(points[:, None]))
    found = kernel_density(_histogram(values), points)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12 * expected.max())


@pytest.mark.parametrize("name", DATA)
def test_a_distribution_function_is_that_of_statsmodels(name: str) -> None:
    values = DATA[name]
    points = grid_of(_histogram(values)).points
    found = empirical_cdf(_histogram(values), points)
    assert found == pytest.approx(ECDF(values)(points), rel=1e-12)
    assert found[-1] == 1.0


def test_a_geometric_grid_starts_at_the_lowest_positive_value_and_keeps_zero_apart() -> None:
    histogram = _histogram(np.array([0.0, 0.0, 2.0, 2000.0]))
    grid = grid_of(histogram, 4, log_space=True)
    assert grid.points == pytest.approx([2.0, 20.0, 200.0, 2000.0])
    assert grid.with_zero(histogram)[0] == 0.0


@pytest.mark.parametrize("values", [[-1.0, 5.0], [0.0, 0.0]])
def test_a_geometric_grid_is_refused_without_positive_values(values: list[float]) -> None:
    grid = grid_of(_histogram(np.array(values)), 4, log_space=True)
    assert not grid.is_geometric
    assert "linear" in grid.note


def test_a_grid_needs_finite_values() -> None:
    with pytest.raises(ValueError, match="finite"):
        grid_of(_histogram(np.array([1.0, np.inf])))


def test_a_sum_is_correctly_rounded() -> None:
    assert total(Histogram.of([1e16, 1.0, -1e16], [1, 3, 1])) == 3.0
    assert total(_histogram(np.array([]))) == 0.0
