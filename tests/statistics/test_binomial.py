import math

import numpy as np
import pandas as pd
import pytest
from mozanalysis.bayesian_stats import binary
from scipy import stats

from dbt_jetstream.statistics.binomial import binomial_law, binomial_law_of
from dbt_jetstream.statistics.compare import compare_branches
from dbt_jetstream.statistics.histogram import Histogram


@pytest.mark.parametrize(
    ("conversions", "units"),
    [(0, 0), (0, 10), (10, 10), (3, 10), (1, 100_000), (50_000_000, 100_000_000)],
)
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_a_rate_has_the_quantiles_of_its_beta_posterior(
    conversions: int, units: int, confidence: float
) -> None:
    beta = stats.beta(1 + conversions, 1 + units - conversions)
    tail = (1 - confidence) / 2
    expected = (beta.mean(), beta.ppf(tail), beta.isf(tail))
    estimate = binomial_law(conversions, units).estimate(confidence)
    assert estimate == pytest.approx(expected, rel=1e-9)


def test_ones_in_a_histogram_are_conversions() -> None:
    found = binomial_law_of(Histogram.of([1, 0], [3, 7])).estimate(0.95)
    assert found == binomial_law(3, 10).estimate(0.95)


@pytest.mark.parametrize(("conversions", "units"), [(11, 10), (-1, 10), (0, -1), (math.nan, 3)])
def test_counts_that_contradict_each_other_are_refused(conversions: float, units: float) -> None:
    said = f"found {conversions:g} conversions of {units:g} units"
    with pytest.raises(ValueError, match=said):
        binomial_law(conversions, units)


@pytest.mark.parametrize("value", [2.0, 0.5, -1.0, math.nan, math.inf])
def test_a_metric_that_is_not_binary_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=f"found {value:g}"):
        binomial_law_of(Histogram.of([0, 1, value], [5, 5, 1]))


def test_branches_compare_as_in_mozanalysis() -> None:
    """Against 400,000 of mozanalysis' draws.

    A quantile of B draws has the standard error sqrt(p (1 - p) / B) / density. For p = 2.5 % of a
    normal law, whose density there is 0.0584 / sd, and an interval 3.92 sd wide, that is
    sqrt(0.0244 / 400,000) / 0.0584 / 3.92 = 0.11 % of the width. The mean's is
    1 / sqrt(400,000) / 3.92 = 0.04 %. 0.6 % is more than five of them, for 18 numbers.
    """
    converted = {"control": (120, 1000), "a": (150, 1000), "b": (45, 300)}
    rows = [(b, float(i < k)) for b, (k, n) in converted.items() for i in range(n)]
    clients = pd.DataFrame(rows, columns=["branch", "converted"])
    np.random.seed(7)  # mozanalysis draws from numpy's global state
    expected = binary.compare_branches(clients, "converted", "control", num_samples=400_000)
    laws = {b: binomial_law(*counts) for b, counts in converted.items()}
    compared = 0
    for row in compare_branches(laws):
        if row.comparison_to_branch in (None, "control"):
            _assert_within(row.estimate, _expected(expected, row.branch, row.comparison), 0.006)
            compared += 1
    assert compared == 3 + 2 * 2


def _expected(results: dict, branch: str, comparison: str | None) -> tuple[float, float, float]:
    if comparison is None:
        found = results["individual"][branch]
        return found["mean"], found["0.025"], found["0.975"]
    prefix = {"difference": "abs_uplift", "relative_uplift": "rel_uplift"}[comparison]
    found = results["comparative"][branch]
    return found[prefix, "exp"], found[prefix, "0.025"], found[prefix, "0.975"]


def _assert_within(found: tuple, expected: tuple[float, float, float], share: float) -> None:
    assert found == pytest.approx(expected, rel=0, abs=share * (expected[2] - expected[1]))
