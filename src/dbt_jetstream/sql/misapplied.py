"""Tells of a metric's SQL that a statistic cannot mean its values, where the SQL alone shows it."""

from __future__ import annotations

from functools import cache

from sqlglot import exp

from dbt_jetstream.sql.dialect import parse_expression

COUNTED = (exp.Count, exp.CountIf)
FLAGS = (exp.Boolean, exp.Predicate, exp.Connector, exp.Not, exp.LogicalOr, exp.LogicalAnd)
OF_DISTRIBUTIONS = ("deciles", "kernel_density_estimate", "empirical_cdf")


@cache
def misapplied(statistic: str, sql: str) -> str | None:
    """Say why a statistic makes no sense of a metric; None where it may.

    Args:
        statistic: Its name in configurations.
        sql: The metric's select expression, which can be parsed.
    """
    value = _value(parse_expression(sql))
    if statistic == "binomial" and isinstance(value, COUNTED):
        return (
            f"`{value.sql(dialect='bigquery')}` is a count, and a share has no result where one is "
            "above 1; compare it, as `… > 0`, or take `bootstrap_mean`"
        )
    if statistic in OF_DISTRIBUTIONS and isinstance(value, FLAGS):
        return f"the metric is true or false, so that `{statistic}` says nothing; use `binomial`"
    return None


def _value(node: exp.Expr) -> exp.Expr:
    """Return what decides an expression's type: not its parentheses, nor what it has for null."""
    while isinstance(node, exp.Paren | exp.Coalesce):
        node = node.this
    return node
