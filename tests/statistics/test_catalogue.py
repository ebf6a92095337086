"""Names and parameters of statistics and pre-treatments, as configurations give them."""

from __future__ import annotations

import re

import pytest

from dbt_jetstream.statistics.catalogue import (
    PRE_TREATMENTS,
    STATISTICS,
    pre_treatment,
    statistic,
)


def test_all_statistics_of_the_original_are_known() -> None:
    assert set(STATISTICS) == {
        "bootstrap_mean",
        "binomial",
        "deciles",
        "linear_model_mean",
        "linear_model_mean_no_clip",
        "per_client_dau_impact",
        "population_ratio",
        "count",
        "sum",
        "kernel_density_estimate",
        "empirical_cdf",
    }
    assert len(PRE_TREATMENTS) == 9


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("bootstrap_man", {}, "unknown statistic `bootstrap_man`; did you mean `bootstrap_mean`?"),
        ("xyz", {}, "known are binomial, bootstrap_mean"),
        ("binomial", {"drop_highest": 0.1}, "`binomial` has no parameter `drop_highest`"),
        ("bootstrap_mean", {"drop_highest": 1}, "must be a fraction below 1, found 1"),
        ("bootstrap_mean", {"drop_highest": "0.1"}, "must be a fraction below 1, found '0.1'"),
        ("population_ratio", {"numerator": "a"}, "needs a value for `denominator`"),
        ("kernel_density_estimate", {"adjust": 2.0}, "can only be 1.0, found 2.0"),
        ("bootstrap_mean", {"confidence_interval": 0}, "must be a fraction below 1, found 0"),
    ],
)
def test_a_wrong_statistic_is_refused_with_the_fix(name: str, parameters: dict, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        statistic(name, parameters)


@pytest.mark.parametrize("base", [0, 1, -2, "ten"])
def test_a_logarithm_needs_a_base(base: object) -> None:
    with pytest.raises(ValueError, match="must be positive and not 1"):
        pre_treatment("log", {"base": base})
