"""What SQL alone shows: values that a statistic cannot mean, or that are no number, no flag."""

from __future__ import annotations

from functools import cache

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

from dbt_jetstream.sql.dialect import parse_expression

COUNTED = (exp.Count, exp.CountIf)
FLAGS = (exp.Boolean, exp.Predicate, exp.Connector, exp.Not, exp.LogicalOr, exp.LogicalAnd)
ARRAYS = (exp.ArrayAgg, exp.ArrayConcatAgg, exp.Array, exp.Struct)
# What a value is, where that is no number, by the names of sqlglot's types.
NO_NUMBERS = {
    **dict.fromkeys(
        ("TEXT", "VARCHAR", "CHAR", "NVARCHAR", "NCHAR", "BINARY", "VARBINARY"), "text"
    ),
    **dict.fromkeys(("DATE", "DATETIME", "TIME", "TIMESTAMP", "TIMESTAMPTZ"), "a date or time"),
    **dict.fromkeys(("ARRAY", "STRUCT", "JSON", "INTERVAL"), "no single value"),
}
NUMBERS = exp.DataType.NUMERIC_TYPES
NO_NUMBER = "which only `count` takes; its statistics need numbers"
FLAG = "is true or false; compare it, as `… = 'value'` or `… > 0`"
NO_FLAG = f"and a segment {FLAG}"
OF_DISTRIBUTIONS = ("deciles", "kernel_density_estimate", "empirical_cdf")


@cache
def misapplied(statistic: str, sql: str) -> str | None:
    """Say why a statistic makes no sense of a metric; None where it may.

    Args:
        statistic: Its name in configurations.
        sql: The metric's select expression, which can be parsed.
    """
    value = _value(parse_expression(sql))
    if statistic == "binomial" and isinstance(value, (*COUNTED, exp.Sum)):
        what = "a sum" if isinstance(value, exp.Sum) else "a count"
        return (
            f"`{value.sql(dialect='bigquery')}` is {what}, and a share has no result where one is "
            "above 1; compare it, as `… > 0`, or take `bootstrap_mean`"
        )
    if statistic in OF_DISTRIBUTIONS and isinstance(value, FLAGS):
        return f"the metric is true or false, so that `{statistic}` says nothing; use `binomial`"
    return None


@cache
def no_number(statistic: str, sql: str) -> str | None:
    """Say what a metric yields where its SQL alone shows that it is no number; else None.

    Args:
        statistic: Its name in configurations; `count` takes whatever it is.
        sql: The metric's select expression, which can be parsed.
    """
    tree = parse_expression(sql)
    if statistic == "count":
        return None
    value = _value(tree)
    if isinstance(value, ARRAYS):
        what = "no single value"
    elif isinstance(value, exp.GroupConcat):
        what = "text"
    else:
        kind = annotate_types(tree.copy(), dialect="bigquery").type
        what = NO_NUMBERS.get(kind.this.name, "") if kind else ""
    if not what:
        return None
    return f"`{sql}` is {what}, and `{statistic}` needs numbers; only `count` can be computed of it"


@cache
def no_flag(sql: str) -> str | None:
    """Say what a segment yields where its SQL alone shows that it is no boolean; else None.

    Args:
        sql: The segment's select expression, which can be parsed.
    """
    kind = annotate_types(parse_expression(sql), dialect="bigquery").type
    if kind is None:
        return None
    what = "a number" if kind.this in NUMBERS else NO_NUMBERS.get(kind.this.name)
    return f"`{sql}` is {what}, {NO_FLAG}" if what else None


@cache
def aggregated(sql: str) -> str | None:
    """Say that an exposure signal looks at more than one row of telemetry; else None.

    Args:
        sql: The signal's select expression, which can be parsed.
    """
    # By itself, so that no query is around it.
    tree = parse_expression(sql).copy()
    found = next((f for f in tree.find_all(exp.AggFunc) if not _is_inner(f)), None)
    if found is None:
        return None
    return (
        f"`{found.sql(dialect='bigquery')}` is an aggregate, and an exposure signal is a condition "
        "for one row of telemetry; write the condition without it"
    )


def _is_inner(node: exp.Expr) -> bool:
    """Whether an aggregate is of a query within the expression, or of a window of rows."""
    return node.find_ancestor(exp.Query, exp.Window) is not None


def _value(node: exp.Expr) -> exp.Expr:
    """Return what decides an expression's type: not its parentheses, nor what it has for null."""
    while isinstance(node, exp.Paren | exp.Coalesce | exp.IgnoreNulls | exp.RespectNulls):
        node = node.this
    return node
