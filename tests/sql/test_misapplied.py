"""A statistic that cannot mean a metric's values, as far as its SQL alone shows them."""

from __future__ import annotations

import pytest

from dbt_jetstream.sql.misapplied import misapplied


@pytest.mark.parametrize("sql", ["COUNT(*)", "COALESCE(COUNTIF(x = 1), 0)", "(COUNT(DISTINCT x))"])
def test_a_share_of_counts_is_doubted(sql: str) -> None:
    reason = misapplied("binomial", sql)
    assert reason is not None
    assert "is a count, and a share has no result where one is above 1" in reason


@pytest.mark.parametrize(
    "sql",
    [
        "COUNT(*) > 0",
        "COALESCE(LOGICAL_OR(x = 1), FALSE)",
        "NOT LOGICAL_AND(x)",
        "MAX(x) > 1 AND MIN(x) < 3",
        "ANY_VALUE(x) IN ('a', 'b')",
    ],
)
@pytest.mark.parametrize("statistic", ["deciles", "kernel_density_estimate", "empirical_cdf"])
def test_a_distribution_of_flags_is_doubted(statistic: str, sql: str) -> None:
    reason = misapplied(statistic, sql)
    assert reason == f"the metric is true or false, so that `{statistic}` says nothing; use " + (
        "`binomial`"
    )


@pytest.mark.parametrize(
    ("statistic", "sql"),
    [
        ("binomial", "COUNT(*) > 0"),
        ("binomial", "MAX(x)"),
        ("binomial", "CAST(COUNT(*) > 0 AS INT64)"),
        ("binomial", "COUNT(*) / 7"),
        ("binomial", "LEAST(COUNT(*), 1)"),
        ("deciles", "COUNT(*)"),
        ("deciles", "MAX(x)"),
        ("deciles", "IF(COUNT(*) > 3, 1, 2)"),
        ("bootstrap_mean", "LOGICAL_OR(x)"),
        ("count", "LOGICAL_OR(x)"),
    ],
)
def test_what_may_be_meant_is_not_doubted(statistic: str, sql: str) -> None:
    assert misapplied(statistic, sql) is None
