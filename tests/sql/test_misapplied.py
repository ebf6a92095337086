"""A statistic that cannot mean a metric's values, as far as its SQL alone shows them."""

from __future__ import annotations

import pytest

from dbt_jetstream.sql.misapplied import aggregated, misapplied, no_flag, no_number


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


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("ARRAY_AGG(hours IGNORE NULLS)", "no single value"),
        ("COALESCE(ARRAY_AGG(DISTINCT x), [])", "no single value"),
        ("STRING_AGG(locale, ',')", "text"),
        ("CAST(MAX(x) AS STRING)", "text"),
        ("IF(SUM(x) > 1, 'many', 'few')", "text"),
        ("MAX(DATE(submission_timestamp))", "a date or time"),
    ],
)
def test_what_is_no_number_is_told_by_its_sql(sql: str, what: str) -> None:
    said = no_number("bootstrap_mean", sql)
    assert (
        said
        == f"`{sql}` is {what}, and `bootstrap_mean` needs numbers; only `count` can be "
        + ("computed of it")
    )
    assert no_number("count", sql) is None


@pytest.mark.parametrize(
    "sql",
    [
        "MAX(locale)",
        "SUM(x)",
        "COUNT(DISTINCT locale)",
        "ARRAY_LENGTH(ARRAY_AGG(x))",
        "DATE_DIFF(MAX(d), MIN(d), DAY)",
        "UNIX_SECONDS(MAX(t))",
        "LOGICAL_OR(locale = 'de')",
        "mozfun.map.get_key(ANY_VALUE(m), 'x')",
    ],
)
def test_what_may_be_a_number_is_not_refused(sql: str) -> None:
    assert no_number("bootstrap_mean", sql) is None


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("COUNT(*)", "a number"),
        ("COALESCE(COUNTIF(x), 0)", "a number"),
        ("IF(MAX(x) > 1, 1, 0)", "a number"),
        ("IF(MAX(x) > 1, 'heavy', 'light')", "text"),
        ("MIN(DATE(submission_timestamp))", "a date or time"),
    ],
)
def test_a_segment_that_is_no_flag_is_told_by_its_sql(sql: str, what: str) -> None:
    said = no_flag(sql)
    assert said is not None
    assert said.startswith(f"`{sql}` is {what}, and a segment is true or false; ")


@pytest.mark.parametrize(
    "sql",
    [
        "COUNT(*) > 0",
        "ANY_VALUE(x)",
        "LOGICAL_OR(x) AND NOT LOGICAL_AND(y)",
        "COALESCE(ANY_VALUE(x), FALSE)",
        "IF(MAX(x) > 1, TRUE, FALSE)",
        "f.g(x)",
    ],
)
def test_what_may_be_a_flag_is_not_refused(sql: str) -> None:
    assert no_flag(sql) is None


@pytest.mark.parametrize("sql", ["COUNTIF(x) > 0", "LOGICAL_OR(x)", "MAX(a) = 3 AND b"])
def test_a_signal_that_aggregates_is_told(sql: str) -> None:
    assert "is an aggregate, and an exposure signal is a condition" in str(aggregated(sql))


@pytest.mark.parametrize("sql", ["x > 0", "x IN (SELECT MAX(y) FROM a.b.c)", "f.g(x) = 3"])
def test_a_condition_of_a_row_is_a_signal(sql: str) -> None:
    assert aggregated(sql) is None
