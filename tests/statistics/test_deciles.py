"""Deciles against the original's draws, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from mozanalysis.frequentist_stats.bootstrap import compare_branches_quantiles
from scipy import stats

from dbt_jetstream.statistics.compare import Comparison
from dbt_jetstream.statistics.deciles import DECILES, compare_quantiles, quantile_atoms
from dbt_jetstream.statistics.histogram import Histogram


def _histogram(values: np.ndarray) -> Histogram:
    return Histogram.of(*np.unique(values, return_counts=True))


def test_the_median_of_three_values_has_the_masses_of_two_coins() -> None:
    """The index is Binomial(2, 1/2): 0 and 2 in a quarter of cases each, 1 in half."""
    atoms = quantile_atoms(_histogram(np.array([1.0, 5.0, 9.0])), 0.5)
    assert atoms.values.tolist() == [1.0, 5.0, 9.0]
    assert atoms.masses == pytest.approx([0.25, 0.5, 0.25])


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("units", [7, 400, 5000])
def test_masses_are_those_of_scipys_binomial(q: float, units: int) -> None:
    values = np.sort(np.random.default_rng(units).lognormal(size=units))
    atoms = quantile_atoms(_histogram(values), q)
    expected = stats.binom(units - 1, q)
    assert atoms.mean == pytest.approx(values @ expected.pmf(np.arange(units)), rel=1e-9)
    estimate = atoms.estimate(0.95)
    assert estimate.lower == values[int(expected.ppf(0.025))]
    assert estimate.upper == values[int(expected.ppf(0.975))]


@pytest.mark.parametrize("is_count", [True, False])
def test_comparisons_agree_with_draws_of_both_branches(is_count: bool) -> None:
    rng = np.random.default_rng(3)
    data = {b: rng.lognormal(1 + shift, 1, 3000) for b, shift in (("a", 0.0), ("b", 0.1))}
    if is_count:
        data = {b: np.floor(values) for b, values in data.items()}
    found = {
        row.comparison: row.estimate
        for row in compare_quantiles({b: _histogram(v) for b, v in data.items()}, 0.7)
        if row.branch == "b" and row.comparison
    }
    draws = {b: np.sort(v)[rng.binomial(2999, 0.7, 400_000)] for b, v in data.items()}
    expected = {
        "difference": draws["b"] - draws["a"],
        "relative_uplift": draws["b"] / draws["a"] - 1,
    }
    for comparison, values in expected.items():
        lower, upper = np.quantile(values, [0.025, 0.975])
        width = upper - lower
        estimate = found[comparison]
        assert estimate.point == pytest.approx(values.mean(), abs=0.01 * width)
        assert (estimate.lower, estimate.upper) == pytest.approx(
            (lower, upper), abs=1e-9 if is_count else 0.015 * width
        )


def test_a_reference_of_nothing_but_zeros_has_no_uplift() -> None:
    zeros, ones = _histogram(np.zeros(50)), _histogram(np.ones(50))
    rows = compare_quantiles({"a": zeros, "b": ones, "c": zeros}, 0.5)
    uplifts = {
        (r.branch, r.comparison_to_branch): r.estimate
        for r in rows
        if r.comparison == "relative_uplift"
    }
    assert all(map(math.isnan, uplifts["c", "a"]))
    assert math.isnan(uplifts["b", "a"].point)
    assert uplifts["a", "b"] == (-1.0, -1.0, -1.0)


def test_no_units_give_an_undefined_row() -> None:
    (row,) = compare_quantiles({"a": _histogram(np.array([]))}, 0.5)
    assert all(map(math.isnan, row.estimate))


def _logarithms(zeros: int, units: int, seed: int) -> np.ndarray:
    """Decimal logarithms of counts, of which some are 0."""
    counts = np.random.default_rng(seed).integers(1, 60, units).astype(float)
    counts[:zeros] = 0
    with np.errstate(divide="ignore"):
        return np.log10(counts)


def test_infinite_values_cost_the_numbers_that_the_original_lacks_too() -> None:
    """In mozanalysis' summaries of its draws what touches an infinite value is infinite or NaN."""
    values = {"a": _logarithms(250, 1000, 1), "b": _logarithms(380, 1000, 2)}
    frame = pd.DataFrame(
        [(branch, value) for branch, own in values.items() for value in own],
        columns=["branch", "metric"],
    )
    np.random.seed(0)
    with np.errstate(invalid="ignore"):
        drawn = compare_branches_quantiles(frame, "metric", "a")
    histograms = {branch: _histogram(own) for branch, own in values.items()}
    compared = {None: 0, "difference": 0, "relative_uplift": 0}
    for q in DECILES:
        for row in compare_quantiles(histograms, q):
            expected = _drawn(drawn, row, q)
            if expected is None:
                continue
            assert np.isfinite(row.estimate).tolist() == np.isfinite(expected).tolist()
            finite = np.isfinite(expected)
            assert np.asarray(row.estimate)[finite] == pytest.approx(expected[finite], abs=0.02)
            compared[row.comparison] += int(finite.sum())
    assert min(compared.values()) > 10


def _drawn(drawn: dict, row: Comparison, q: float) -> np.ndarray | None:
    """The original's mean and ends; none where it compares the other way round."""
    ends = ["0.025", "0.975"]
    if row.comparison is None:
        return drawn["individual"][row.branch].loc[f"{q:.1}", ["mean", *ends]].to_numpy(float)
    if row.branch == "a":
        return None
    name = {"difference": "abs_uplift", "relative_uplift": "rel_uplift"}[row.comparison]
    return drawn["comparative"]["b"].loc[f"{q:.1}"][name][["exp", *ends]].to_numpy(float)


def test_an_infinite_value_that_no_draw_would_see_costs_nothing() -> None:
    values = np.append(np.arange(1.0, 1000.0), -np.inf)
    found = quantile_atoms(_histogram(values), 0.1)
    assert found.is_finite
    estimate = compare_quantiles({"a": _histogram(values)}, 0.1)[0].estimate
    assert np.isfinite(estimate).all()


def test_pieces_beside_an_infinite_value_are_spread_as_without() -> None:
    pieces = np.linspace(1.0, 20.0, 20)
    half = np.full(20, 0.5)
    plain = Histogram.of_pieces(pieces, half * 100, pieces - half, pieces + half, half / 2)
    more = [np.append(-np.inf, own) for own in (plain.values, plain.lowest, plain.highest)]
    joined = Histogram.of_pieces(
        more[0],
        np.append(1.0, plain.counts),
        *more[1:],
        np.append(0.0, plain.deviations),
    )
    # One unit of a thousand: the median moves by half a unit's rank.
    median, expected = (quantile_atoms(own, 0.5).estimate(0.95) for own in (joined, plain))
    assert median == pytest.approx(expected, abs=0.02)
