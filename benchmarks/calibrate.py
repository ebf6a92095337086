"""How often nominal 95 % intervals hold the truth, over simulated experiments with known truth.

    python -P benchmarks/calibrate.py [--experiments 2000] [--units 200 1000 10000] [--only NAME]

Each experiment has two branches, the treatment's values 5 % (its rates a tenth) above the
reference's. What an interval should hold is the quantity that the statistic estimates: of a mean
whose highest values are clipped, the mean of the clipped population.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from scipy import stats

from dbt_jetstream.statistics.binomial import binomial_law_of
from dbt_jetstream.statistics.bootstrap_mean import bootstrap_mean_law
from dbt_jetstream.statistics.compare import Comparison, compare_branches
from dbt_jetstream.statistics.deciles import compare_quantiles
from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.linear_model import linear_model
from dbt_jetstream.statistics.moments import Moments
from dbt_jetstream.statistics.population_ratio import (
    ORDERS,
    CrossMoments,
    population_ratio_law,
)

UPLIFT = 1.05
DROP_HIGHEST = 0.005
LEVELS = (np.arange(1_000_000) + 0.5) / 1_000_000
Quantiles = Callable[[np.ndarray], np.ndarray]


def _log_normal(p: np.ndarray) -> np.ndarray:
    """A third zeros, else log-normal with sigma 1.5."""
    return np.where(p < 0.35, 0, np.exp(1.5 * stats.norm.ppf(np.maximum(p - 0.35, 1e-12) / 0.65)))


SHAPES: dict[str, Quantiles] = {
    "counts": stats.nbinom(0.5, 0.05).ppf,
    "normal": stats.norm(10, 3).ppf,
    "heavy tail": _log_normal,
}


class Case(NamedTuple):
    """What is simulated: a statistic on a shape of data."""

    statistic: str
    shape: str


CASES = [
    *(Case("mean", shape) for shape in SHAPES),
    *(Case("mean_lm", shape) for shape in SHAPES),
    Case("mean_lm, adjusted", "heavy tail"),
    Case("mean_lm_noclip", "counts"),
    Case("mean_lm_noclip", "heavy tail"),
    *(Case(f"decile {q}", shape) for q in (0.1, 0.5, 0.9) for shape in ("normal", "heavy tail")),
    Case("binomial", "rate 0.3"),
    Case("binomial", "rate 0.003"),
    Case("population_ratio", "counts"),
    Case("population_ratio", "heavy tail"),
]


@cache
def _population(shape: str) -> np.ndarray:
    """Evenly spaced quantiles of a shape."""
    return SHAPES[shape](LEVELS)


def _clipped_mean(values: np.ndarray, dropped: float) -> float:
    return float(np.minimum(values, np.quantile(values, 1 - dropped)).mean())


def truth(case: Case) -> tuple[float, float]:
    """Return what the intervals of the reference and of the treatment should hold."""
    if case.statistic == "binomial":
        rate = float(case.shape.split()[1])
        return rate, 1.1 * rate
    values = _population(case.shape)
    if case.statistic.startswith("decile"):
        decile = float(SHAPES[case.shape](np.array(float(case.statistic.split()[1]))))
        return decile, UPLIFT * decile
    if case.statistic.startswith("mean_lm"):
        dropped = 0.0 if case.statistic.endswith("noclip") else DROP_HIGHEST
        pooled = np.concatenate([values, UPLIFT * values])
        highest = np.quantile(pooled, 1 - dropped)
        return tuple(float(np.minimum(v, highest).mean()) for v in (values, UPLIFT * values))
    mean = float(_clip(values).mean())
    mean /= 2.0 if case.statistic == "population_ratio" else 1.0
    return mean, UPLIFT * mean


def _histogram(values: np.ndarray) -> Histogram:
    return Histogram.of(*np.unique(values, return_counts=True))


def _clip(values: np.ndarray, dropped: float = DROP_HIGHEST) -> np.ndarray:
    return np.minimum(values, np.quantile(values, 1 - dropped))


def _moments(y: np.ndarray, x: np.ndarray | None = None) -> Moments:
    alone = Moments(float(len(y)), y.mean(), y.var(), y.max(), float(len(y)))
    if x is None:
        return alone
    covariance = float(np.mean((y - y.mean()) * (x - x.mean())))
    return Moments(*alone[:5], x.mean(), x.var(), covariance, x.min(), x.max())


def _cross_moments(y: np.ndarray, x: np.ndarray) -> CrossMoments:
    dy, dx = ((v - v.mean()) / (abs(v.mean()) or 1.0) for v in (y, x))
    products = {(a, b): float(np.mean(dy**a * dx**b)) for a, b in ORDERS}
    return CrossMoments(float(len(y)), float(y.mean()), float(x.mean()), products)


def _draw(case: Case, units: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    if case.statistic == "binomial":
        rates = zip(("control", "treatment"), truth(case), strict=True)
        return {b: rng.binomial(1, rate, units) * 1.0 for b, rate in rates}
    quantiles = SHAPES[case.shape]
    return {
        "control": quantiles(rng.random(units)),
        "treatment": UPLIFT * quantiles(rng.random(units)),
    }


def compute(case: Case, units: int, rng: np.random.Generator) -> list[Comparison]:
    """Simulate an experiment and compute the statistic."""
    name = case.statistic
    if name.endswith("adjusted"):
        return _adjusted(case, units, rng)
    branches = _draw(case, units, rng)
    if name == "mean":
        laws = {b: bootstrap_mean_law(_histogram(_clip(v))) for b, v in branches.items()}
        return compare_branches(laws)
    if name == "binomial":
        return compare_branches({b: binomial_law_of(_histogram(v)) for b, v in branches.items()})
    if name.startswith("decile"):
        histograms = {b: _histogram(v) for b, v in branches.items()}
        return compare_quantiles(histograms, float(name.split()[1]))
    if name == "population_ratio":
        return compare_branches({b: _ratio(v, rng) for b, v in branches.items()})
    return _linear(case, branches)


def _ratio(values: np.ndarray, rng: np.random.Generator):
    """A ratio to a denominator of mean 2 that varies on its own."""
    others = 1 + rng.poisson(1.0, len(values)) * 1.0
    return population_ratio_law(_cross_moments(_clip(values), others))


def _linear(case: Case, branches: dict[str, np.ndarray]) -> list[Comparison]:
    dropped = 0.0 if case.statistic.endswith("noclip") else DROP_HIGHEST
    highest = np.quantile(np.concatenate([*branches.values()]), 1 - dropped)
    return linear_model({b: _moments(np.minimum(v, highest)) for b, v in branches.items()})


def _adjusted(case: Case, units: int, rng: np.random.Generator) -> list[Comparison]:
    """A linear model with a covariate whose normal scores correlate by 0.8."""
    quantiles = SHAPES[case.shape]
    scores = rng.standard_normal((2, units))
    before = quantiles(stats.norm.cdf(0.8 * scores + 0.6 * rng.standard_normal((2, units))))
    after = quantiles(stats.norm.cdf(scores)) * np.array([[1.0], [UPLIFT]])
    after, before = (np.minimum(v, np.quantile(v, 1 - DROP_HIGHEST)) for v in (after, before))
    moments = [_moments(y, x) for y, x in zip(after, before, strict=True)]
    return linear_model(dict(zip(("control", "treatment"), moments, strict=True)))


KINDS = ("branch", "difference", "relative_uplift")


def coverage(case: Case, units: int, experiments: int, seed: int = 1) -> dict[str, float]:
    """Return the share of intervals that hold the truth, by kind; NaN where all are undefined."""
    rng = np.random.default_rng([seed, units, *case.statistic.encode(), *case.shape.encode()])
    reference, treatment = truth(case)
    uplift = treatment / reference - 1 if reference else math.nan
    expected = dict(zip(KINDS, (reference, treatment - reference, uplift), strict=True))
    held: Counter[str] = Counter()
    defined: Counter[str] = Counter()
    for _ in range(experiments):
        for row in compute(case, units, rng):
            kind = row.comparison or "branch"
            is_asked = row.branch == ("treatment" if row.comparison else "control")
            if is_asked and math.isfinite(row.estimate.lower) and math.isfinite(expected[kind]):
                defined[kind] += 1
                held[kind] += row.estimate.lower <= expected[kind] <= row.estimate.upper
    return {kind: held[kind] / defined[kind] if defined[kind] else math.nan for kind in KINDS}


def _words(share: float) -> str:
    if math.isnan(share):
        return "undefined"
    text = f"{100 * share:.1f}"
    return text if 0.935 <= share <= 0.965 else f"**{text}**"


def main() -> None:
    """Print a table of all cases; what is off 93.5 to 96.5 % is bold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=2000)
    parser.add_argument("--units", type=int, nargs="+", default=[200, 1000, 10_000])
    parser.add_argument("--only", default="", help="statistics whose name holds this")
    options = parser.parse_args()
    print("| statistic | data | units a branch | branch | difference | relative uplift |")
    print("|---|---|--:|--:|--:|--:|")
    cases = [case for case in CASES if options.only in case.statistic]
    tasks = [(case, units) for case in cases for units in options.units]
    with ProcessPoolExecutor() as pool:
        measure = partial(coverage, experiments=options.experiments)
        for (case, units), found in zip(
            tasks, pool.map(measure, *zip(*tasks, strict=True)), strict=True
        ):
            shares = " | ".join(_words(share) for share in found.values())
            print(f"| {case.statistic} | {case.shape} | {units:,} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
