"""Linear models against mozanalysis, on unit-level data."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from mozanalysis.frequentist_stats.linear_models import compare_branches_lm

from dbt_jetstream.statistics.linear_model import linear_model, per_client_impact
from dbt_jetstream.statistics.moments import Moments

N = 900
UPLIFTS = {"difference": "abs_uplift", "relative_uplift": "rel_uplift"}


def _data(rng: np.random.Generator) -> pd.DataFrame:
    x = rng.gamma(2, 3, N)
    branch = rng.choice(["a", "b", "c"], N, p=[0.5, 0.3, 0.2])
    return pd.DataFrame({"branch": branch, "y": 0.6 * x + rng.gamma(1.5, 2, N) + 1, "x": x})


def _moments(data: pd.DataFrame, *, with_covariate: bool) -> dict[str, Moments]:
    found = {}
    for branch, rows in data.groupby("branch"):
        y, x = rows.y.to_numpy(), rows.x.to_numpy()
        covariate = (x.mean(), x.var(), np.cov(y, x, ddof=0)[0, 1], x.min(), x.max())
        n = float(len(rows))
        found[branch] = Moments(
            n, y.mean(), y.var(), y.max(), n, *(covariate if with_covariate else ())
        )
    return found


@pytest.mark.parametrize("with_covariate", [True, False])
def test_all_results_are_those_of_mozanalysis(with_covariate: bool) -> None:
    data = _data(np.random.default_rng(4))
    rows = linear_model(_moments(data, with_covariate=with_covariate))
    ours = {(r.branch, r.comparison, r.comparison_to_branch): r.estimate for r in rows}
    assert len(ours) == 3 + 12
    for reference in "abc":
        covariate = "x" if with_covariate else None
        theirs = compare_branches_lm(data, "y", reference, covariate, alphas=[0.05])
        for branch in "abc":
            own = theirs["individual"][branch]
            expected = own[["mean", "0.025", "0.975"]].tolist()
            assert ours[branch, None, None] == pytest.approx(expected, rel=1e-9)
            if branch == reference:
                continue
            compared = theirs["comparative"][branch]
            for ours_is, theirs_is in UPLIFTS.items():
                expected = [float(compared[theirs_is, k]) for k in ("exp", "0.025", "0.975")]
                # The relative one is a numerical derivative there.
                bound = 1e-8 if ours_is == "difference" else 2e-4
                width = expected[2] - expected[1]
                found = ours[branch, ours_is, reference]
                assert found == pytest.approx(expected, abs=bound * width)


def test_large_means_lose_no_digits() -> None:
    small = {"a": Moments(1000, 1.0, 0.25, 2, 1000), "b": Moments(1000, 1.5, 0.25, 2, 1000)}
    large = {b: m._replace(mean=m.mean + 2.0**40, highest=2.0**41) for b, m in small.items()}
    differences = [
        next(r.estimate for r in linear_model(branches) if r.comparison == "difference")
        for branches in (small, large)
    ]
    assert differences[0] == pytest.approx(differences[1], rel=1e-12)


def test_a_branch_of_zeros_is_no_reference() -> None:
    branches = {"a": Moments(9, 0, 0, 0, 9), "b": Moments(9, 2, 1, 5, 9)}
    rows = linear_model(branches)
    assert {r.comparison_to_branch for r in rows} == {None, "b"}
    assert linear_model({"a": branches["a"]}) == []


def test_values_that_all_agree_are_undefined() -> None:
    rows = linear_model({b: Moments(9, 3, 0, 3, 9) for b in "ab"})
    assert len(rows) == 6
    assert all(math.isnan(value) for row in rows for value in row.estimate)


def test_the_impact_is_the_difference_times_all_units() -> None:
    branches = {"a": Moments(100, 1.0, 0.25, 2, 110), "b": Moments(100, 1.5, 0.25, 2, 120)}
    rows = per_client_impact(branches)
    assert {r.comparison for r in rows} == {"difference", "relative_uplift"}
    gain = next(r for r in rows if r.comparison == "difference" and r.branch == "b")
    assert gain.estimate.point == pytest.approx(0.5 * 230)
