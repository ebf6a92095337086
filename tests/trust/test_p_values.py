"""P-values of intervals and of shares, and their adjustment for many."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from dbt_jetstream.trust.multiple_testing import adjusted, holm, p_value
from dbt_jetstream.trust.shares import Share, independence


@pytest.mark.parametrize("ci_width", [0.9, 0.95, 0.99])
def test_a_normal_interval_gives_its_p_value_back(ci_width: float) -> None:
    half = stats.norm.isf((1 - ci_width) / 2) * 0.4
    for point in (-1.0, -0.1, 0.3, 1.2):
        expected = 2 * stats.norm.sf(abs(point) / 0.4)
        assert p_value(point, point - half, point + half, ci_width) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("point", "lower", "upper", "excludes"),
    [
        (1.0, 1e-9, 9.0, True),
        (1.0, 0.0, 1.1, False),
        (1.0, -1e-9, 1.1, False),
        (-1.0, -9.0, -1e-9, True),
        (-1.0, -1.1, 0.0, False),
        (0.0, -1.0, 1.0, False),
        (0.0, 0.0, 0.0, False),
        (1.0, 2.0, 3.0, True),
        (1.0, -3.0, -2.0, True),
        (1.0, -3.0, 0.5, False),
    ],
)
def test_p_is_below_5_percent_exactly_where_the_interval_excludes_0(
    point: float, lower: float, upper: float, excludes: bool
) -> None:
    found = p_value(point, lower, upper, 0.95)
    assert found is not None
    assert 0 <= found <= 1
    assert (found < 0.05) is excludes


@pytest.mark.parametrize(
    "interval",
    [
        (None, 0.0, 1.0, 0.95),
        (1.0, None, None, 0.95),
        (1.0, 0.0, 2.0, None),
        (math.nan, 0.0, 1.0, 0.95),
        (1.0, -math.inf, math.inf, 0.95),
        # Two units of 1 against two of 2: an effect without any width says nothing of chance.
        (1.0, 1.0, 1.0, 0.95),
        (-2.2e-16, -2.2e-16, -2.2e-16, 0.95),
    ],
)
def test_without_an_interval_there_is_no_p_value(interval: tuple[float | None, ...]) -> None:
    assert p_value(*interval) is None


def test_benjamini_hochberg_leaves_out_what_has_no_p_value() -> None:
    # Of the three, ascending: 0.01 * 3 / 1, 0.02 * 3 / 2, 0.5 * 3 / 3; none above a later one.
    assert adjusted([0.5, None, 0.01, 0.02]) == pytest.approx([0.5, None, 0.03, 0.03])
    assert adjusted([]) == []
    assert adjusted([None]) == [None]


def test_benjamini_hochberg_is_that_of_scipy() -> None:
    p_values = [*np.random.default_rng(5).uniform(size=200) ** 2, 0.0, 0.04, 0.04, 1.0]
    expected = stats.false_discovery_control(p_values)
    assert adjusted(p_values) == pytest.approx(expected.tolist(), rel=1e-12)


@pytest.mark.parametrize("found", [(700, 640), (50, 90, 61), (9, 12)])
def test_shares_are_tested_as_scipy_tests_them(found: tuple[int, ...]) -> None:
    units = range(1000, 1400, 100)
    shares = {str(n): Share(n, of) for n, of in zip(found, units, strict=False)}
    table = [[share.found, share.units - share.found] for share in shares.values()]
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert independence(shares).p_value == pytest.approx(expected, rel=1e-12)


def test_holm_multiplies_the_smallest_by_all_and_never_descends() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
