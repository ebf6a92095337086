import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from dbt_jetstream.statistics.binomial import binomial_law
from dbt_jetstream.statistics.bootstrap_mean import bootstrap_mean_law
from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.law import Law, difference, relative_uplift

Z = stats.norm.ppf(0.975)


def normal(mean: float, deviation: float) -> Law:
    return Law.of(lambda scores: mean + deviation * scores, mean)


def lognormal(location: float, deviation: float) -> Law:
    return Law.of(
        lambda scores: np.exp(location + deviation * scores), math.exp(location + deviation**2 / 2)
    )


def assert_undefined(estimate: tuple) -> None:
    assert all(math.isnan(number) for number in estimate)


def test_an_interval_leaves_half_of_the_rest_on_each_side() -> None:
    assert normal(3, 2).estimate(0.95) == pytest.approx((3, 3 - 2 * Z, 3 + 2 * Z))


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5, math.nan])
def test_a_confidence_that_is_no_share_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match=f"between 0 and 1 .*, found {confidence:g}"):
        normal(3, 2).estimate(confidence)


@pytest.mark.parametrize("deviations", [(1, 1), (0.3, 4), (4, 0.3), (1e-4, 1), (1, 1e-4)])
def test_normal_laws_differ_by_a_normal_law(deviations: tuple[float, float]) -> None:
    # N(5, a^2) - N(3, b^2) is N(2, a^2 + b^2).
    a, b = deviations
    width = Z * math.hypot(a, b)
    found = difference(normal(5, a), normal(3, b), 0.95)
    assert found == pytest.approx((2, 2 - width, 2 + width), abs=1e-6 * width)


@pytest.mark.parametrize("deviations", [(0.3, 0.3), (0.01, 0.8), (0.8, 0.01), (2, 2)])
@pytest.mark.parametrize("signs", [(1, 1), (-1, 1), (1, -1), (-1, -1)])
def test_lognormal_laws_have_a_lognormal_ratio(
    deviations: tuple[float, float], signs: tuple[int, int]
) -> None:
    # exp(N(1, a^2)) / exp(N(0, b^2)) is exp(N(1, a^2 + b^2)), whose mean is
    # exp(1 + (a^2 + b^2) / 2); a sign on either side turns the ratio's.
    (a, b), (s, t) = deviations, signs
    found = relative_uplift(_signed(lognormal(1, a), s), _signed(lognormal(0, b), t), 0.95)
    ends = sorted(s * t * math.exp(1 + side * Z * math.hypot(a, b)) - 1 for side in (-1, 1))
    expected = (s * t * math.exp(1 + (a * a + b * b) / 2) - 1, *ends)
    assert found == pytest.approx(expected, rel=1e-3)


def _signed(law: Law, sign: int) -> Law:
    return Law.of(lambda scores: sign * law.quantile(sign * scores), sign * law.mean)


def test_the_ratio_of_two_normals_around_zero_is_cauchy_and_has_no_mean() -> None:
    # tan(0.475 pi) = 12.706 is the standard Cauchy's 97.5 % quantile.
    point, lower, upper = relative_uplift(normal(0, 3), normal(0, 3), 0.95)
    assert math.isnan(point)
    assert (lower, upper) == pytest.approx((-13.7062, 11.7062), rel=2e-3)


@pytest.mark.parametrize("mean", [-0.8, 0.8, 2.0, -2.0])
def test_a_reference_that_straddles_zero_still_has_an_interval(mean: float) -> None:
    """Each end leaves 2.5 % beyond, by scipy's quadrature of Hinkley's (1969) case.

    T/R <= q means T - qR <= 0 where R > 0 and T - qR >= 0 where R < 0.
    """
    _, lower, upper = relative_uplift(normal(1, 0.5), normal(mean, 1), 0.95)

    def below(ratio: float) -> float:
        def given(r: float) -> float:
            tail = stats.norm.cdf(ratio * r, 1, 0.5)
            return stats.norm.pdf(r, mean, 1) * (tail if r > 0 else 1 - tail)

        limits = {"limit": 200, "points": (0, 1 / ratio)}
        return integrate.quad(given, mean - 9, mean + 9, **limits)[0]

    assert below(lower + 1) == pytest.approx(0.025, abs=1e-4)
    assert below(upper + 1) == pytest.approx(0.975, abs=1e-4)


def test_rates_have_the_ratio_that_scipy_integrates() -> None:
    treatment, reference = stats.beta(9, 93), stats.beta(4, 98)
    # E[1/R] of Beta(a, b) is (a + b - 1) / (a - 1).
    point = treatment.mean() * 101 / 3 - 1

    def below(ratio: float) -> float:
        return integrate.quad(lambda r: treatment.cdf(ratio * r) * reference.pdf(r), 0, 1)[0]

    ends = [optimize.brentq(lambda q, p=p: below(q) - p, 0.1, 30) - 1 for p in (0.025, 0.975)]
    found = relative_uplift(binomial_law(8, 100), binomial_law(3, 100), 0.95)
    assert found == pytest.approx((point, *ends), rel=1e-3)


def test_a_rate_that_may_be_zero_leaves_the_uplift_without_a_mean_but_with_an_interval() -> None:
    # E[1/R] of Beta(1, 51) diverges. P(T/R <= q) = E[1 - (1 - T/q)^51] against it, solved by
    # scipy on the Beta(8, 994) of the treatment.
    treatment = stats.beta(8, 994)

    def below(ratio: float) -> float:
        return treatment.expect(lambda t: max(0.0, 1 - t / ratio) ** 51)

    point, lower, upper = relative_uplift(binomial_law(7, 1000), binomial_law(0, 50), 0.95)
    assert math.isnan(point)
    assert below(lower + 1) == pytest.approx(0.025, abs=1e-4)
    assert below(upper + 1) == pytest.approx(0.975, abs=1e-4)


def test_a_law_minus_a_constant_is_shifted() -> None:
    found = difference(normal(3, 2), Law.constant(1), 0.95)
    assert found == pytest.approx((2, 2 - 2 * Z, 2 + 2 * Z))


def test_a_constant_minus_a_law_is_mirrored() -> None:
    found = difference(Law.constant(1), lognormal(0, 1), 0.95)
    assert found == pytest.approx((1 - math.exp(0.5), 1 - math.exp(Z), 1 - math.exp(-Z)))


def test_a_law_over_a_constant_is_scaled() -> None:
    found = relative_uplift(normal(3, 2), Law.constant(-2), 0.95)
    assert found == pytest.approx((-2.5, -2.5 - Z, -2.5 + Z))


def test_a_constant_over_a_law_is_inverted() -> None:
    # 2 / exp(N(0, 1)) is 2 exp(N(0, 1)).
    found = relative_uplift(Law.constant(2), lognormal(0, 1), 0.95)
    expected = (2 * math.exp(0.5) - 1, 2 * math.exp(-Z) - 1, 2 * math.exp(Z) - 1)
    assert found == pytest.approx(expected, rel=1e-5)


def test_constants_differ_by_a_constant() -> None:
    assert difference(Law.constant(3), Law.constant(2), 0.95) == (1, 1, 1)
    assert relative_uplift(Law.constant(3), Law.constant(2), 0.95) == (0.5, 0.5, 0.5)


def test_zero_over_a_law_is_zero_whatever_its_sign() -> None:
    for reference in (normal(0, 1), normal(9, 1), Law.constant(-3)):
        assert relative_uplift(Law.constant(0), reference, 0.95) == (-1, -1, -1)


@pytest.mark.parametrize("treatment", [normal(1, 1), Law.constant(0), Law.constant(2)])
def test_nothing_is_relative_to_zero(treatment: Law) -> None:
    assert_undefined(relative_uplift(treatment, Law.constant(0), 0.95))


def test_what_is_undefined_stays_undefined() -> None:
    unknown, known = Law.constant(math.nan), normal(1, 1)
    assert_undefined(unknown.estimate(0.95))
    for pair in ((unknown, known), (known, unknown), (Law.constant(math.inf), known)):
        assert_undefined(difference(*pair, 0.95))
        assert_undefined(relative_uplift(*pair, 0.95))


rates = st.tuples(st.integers(0, 50), st.integers(0, 1000)).map(
    lambda counts: binomial_law(counts[0], sum(counts))
)


@settings(max_examples=30, deadline=None)
@given(rates, rates, st.floats(0.5, 0.99))
def test_differences_mirror_each_other(a: Law, b: Law, confidence: float) -> None:
    point, lower, upper = difference(a, b, confidence)
    mirrored = difference(b, a, confidence)
    # Each way has its own quadrature error, greatest where both laws end abruptly at zero, as the
    # posteriors of branches without a conversion do: a few thousandths of the width.
    assert mirrored == pytest.approx((-point, -upper, -lower), abs=3e-3 * (upper - lower))


@settings(max_examples=30, deadline=None)
@given(rates, rates, st.floats(0.001, 1e6))
def test_a_ratio_does_not_depend_on_the_unit(a: Law, b: Law, unit: float) -> None:
    expected = relative_uplift(a, b, 0.9)
    found = relative_uplift(_scaled(a, unit), _scaled(b, unit), 0.9)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6, nan_ok=True)


def _scaled(law: Law, unit: float) -> Law:
    return Law.of(lambda scores: unit * law.quantile(scores), unit * law.mean)


def _rounded(value: float, count: int) -> Law:
    """The bootstrap of units that agree but for a rounding error in one."""
    return bootstrap_mean_law(Histogram.of([value, math.nextafter(value, 9)], [count, 1]))


@pytest.mark.parametrize(("value", "reference"), [(0.7, -0.2), (0.1, 0.1), (-0.9, 0.3)])
def test_laws_as_narrow_as_a_rounding_error_compare_as_their_means(
    value: float, reference: float
) -> None:
    laws = _rounded(value, 5), _rounded(reference, 12)
    assert difference(*laws, 0.95) == pytest.approx([value - reference] * 3, abs=1e-15)
    uplift = value / reference - 1
    assert relative_uplift(*laws, 0.95) == pytest.approx([uplift] * 3, abs=1e-14)


def test_a_constant_over_a_law_of_both_signs_has_the_quantiles_of_its_inverse() -> None:
    """5 / R is below a negative r where 5 / r < R < 0, and R is symmetric about 0."""
    reference = bootstrap_mean_law(Histogram.of([-1, 1], [50, 50]))
    point, lower, upper = relative_uplift(Law.constant(5), reference, 0.95)
    assert math.isnan(point)
    # R is 2 Beta(50, 50) - 1; 2.5 % lie between 0 and its quantile of 0.525, at the score 0.0627.
    # The integral's midpoints are 0.008 scores apart: half of that is 6.4 % of it.
    end = 5 / (2 * stats.beta(50, 50).ppf(0.525) - 1)
    assert (lower, upper) == pytest.approx((-end - 1, end - 1), rel=0.064)
