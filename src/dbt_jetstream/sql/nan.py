"""Rewrites of comparisons and orders, in which NaN may be.

BigQuery compares as IEEE does: nothing with NaN is true but `!=`. In an order NaN comes after nulls
and before all numbers, and of values with a NaN it is the least and the greatest. DuckDB takes it
for a number like others, the greatest.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from dbt_jetstream.sql.kinds import Kind, kind, may_be_nan
from dbt_jetstream.sql.rewriting import bare, call, innermost_first, is_number, refuse


def _split_ranges(root: exp.Expr) -> None:
    """Make two comparisons of a BETWEEN whose upper end may be NaN."""
    for node in innermost_first(root, exp.Between):
        low, high = node.args["low"], node.args["high"]
        numbers = not any(_is_null_or_no_number(one) for one in (node.this, low, high))
        if numbers and may_be_nan(high):
            above = exp.GTE(this=node.this.copy(), expression=low.copy())
            below = exp.LTE(this=node.this.copy(), expression=high.copy())
            node.replace(exp.Paren(this=exp.And(this=above, expression=below)))


def _compare_with_nan(root: exp.Expr) -> None:
    """Let comparisons with NaN be false, and NaN differ from itself.

    Only where NaN is on the side that must be the greater one does DuckDB find a comparison true.
    """
    for node in innermost_first(root, exp.GT, exp.GTE, exp.LT, exp.LTE):
        sides = (node.this, node.expression)
        greater, less = sides if isinstance(node, exp.GT | exp.GTE) else reversed(sides)
        if may_be_nan(greater) and not _is_null_or_no_number(less):
            is_strict = isinstance(node, exp.GT | exp.LT)
            name = "bigquery_greater" if is_strict else "bigquery_greater_or_equal"
            node.replace(call(name, bare(greater), bare(less)))
    for node in innermost_first(root, exp.EQ, exp.NEQ):
        if _may_both_be_nan(node):
            equal = call("bigquery_equal", bare(node.this), bare(node.expression))
            node.replace(equal if isinstance(node, exp.EQ) else exp.Not(this=equal))


def _is_null_or_no_number(node: exp.Expr) -> bool:
    return isinstance(node, exp.Null) or kind(node) == Kind.NO_NUMBER


def _may_both_be_nan(node: exp.Expr) -> bool:
    """Whether two values may both be NaN; what a join compares are keys, and left alone."""
    return may_be_nan(node.this) and may_be_nan(node.expression) and not _is_joined_by(node)


def _is_joined_by(node: exp.Expr) -> bool:
    while isinstance(node.parent, exp.And | exp.Paren):
        node = node.parent
    return isinstance(node.parent, exp.Join)


def _compare_in_case(case: exp.Expr) -> None:
    """Write `CASE x WHEN y` as `CASE WHEN x = y` where both may be NaN."""
    values = [one.this for one in case.args["ifs"]]
    if any(may_be_nan(value) for value in values):
        subject = case.this.copy()
        for value in values:
            value.replace(call("bigquery_equal", subject.copy(), value.copy()))
        case.set("this", None)


def _tell_nan_apart(root: exp.Expr) -> None:
    """Keep NaN in NULLIF and SIGN, and let it equal nothing in CASE."""
    for case in innermost_first(root, exp.Case):
        if case.this is not None and may_be_nan(case.this):
            _compare_in_case(case)
    for node in innermost_first(root, exp.Nullif):
        if may_be_nan(node.this) and may_be_nan(node.expression):
            node.replace(call("bigquery_nullif", node.this.copy(), node.expression.copy()))
    for sign in innermost_first(root, exp.Sign):
        if may_be_nan(sign.this):
            sign.replace(call("bigquery_sign", sign.this.copy()))


def _take_nan_for_the_least(root: exp.Expr) -> None:
    """Let MIN and LEAST be NaN where one of the values is."""
    for node in innermost_first(root, exp.Min):
        if isinstance(node.this, exp.Distinct):
            # The least of all is the least of those that differ.
            node.set("this", node.this.expressions[0])
        if may_be_nan(node.this) and not node.expressions:
            _replace_minimum(node)
    for choice in innermost_first(root, exp.Least):
        values = [choice.this, *choice.expressions]
        if any(may_be_nan(value) for value in values) and not any(
            kind(value) == Kind.NO_NUMBER for value in values
        ):
            least = values[0].copy()
            for value in values[1:]:
                least = call("bigquery_least", least, value.copy())
            choice.replace(least)


def _replace_minimum(node: exp.Expr) -> None:
    """Call the library's minimum; over a window, where a macro cannot stand, write it out."""
    window = node.parent
    if not isinstance(window, exp.Window) or window.this is not node:
        node.replace(call("bigquery_min", node.this.copy()))
        return
    is_nan = exp.Where(this=call("bigquery_is_nan", node.this.copy()))
    of_nan = window.copy()
    of_nan.this.replace(exp.Filter(this=of_nan.this.copy(), expression=is_nan))
    window.replace(exp.Coalesce(this=of_nan, expressions=[window.copy()]))


def _order_nan_first(root: exp.Expr) -> None:
    """Order NaN between nulls and the least number: by a key before each that may be NaN."""
    for order in list(root.find_all(exp.Order)):
        if _must_order_by_columns(order):
            continue
        keys: list[exp.Expr] = []
        for key in order.expressions:
            if may_be_nan(key.this) and not is_number(key.this):
                before = key.copy()
                before.set("this", call("bigquery_is_ordered", key.this.copy()))
                keys.append(before)
            keys.append(key.copy())
        order.set("expressions", keys)


def _must_order_by_columns(order: exp.Expr) -> bool:
    """Whether an ORDER BY may name nothing but the columns of what it orders."""
    parent = order.parent
    distinct = isinstance(parent, exp.Select) and parent.args.get("distinct")
    of_distinct = isinstance(order.this, exp.Distinct)
    return bool(distinct or of_distinct) or isinstance(parent, exp.SetOperation)


def _take_quantiles_with_nan(root: exp.Expr) -> None:
    """Interpolate quantiles where NaN comes before all numbers."""
    for node in innermost_first(root, exp.Window):
        quantile = node.this
        if isinstance(quantile, exp.PercentileDisc) and may_be_nan(quantile.this):
            refuse(node, "PERCENTILE_DISC with NaN")
        elif isinstance(quantile, exp.PercentileCont) and may_be_nan(quantile.this):
            node.replace(_quantile(node, quantile.this, quantile.expression))


def _quantile(window: exp.Expr, value: exp.Expr, fraction: exp.Expr) -> exp.Expr:
    """Write a quantile over a window: NaN where its place, from 0, is one of a NaN."""
    is_nan = call("bigquery_is_nan", value.copy())
    count_nan = exp.Count(this=exp.Case().when(is_nan, exp.Literal.number(1)))
    least = exp.cast(exp.Literal.string("-inf"), "DOUBLE")
    numbers = exp.Case().when(is_nan.copy(), least).else_(exp.cast(value.copy(), "DOUBLE"))
    last = exp.Sub(
        this=_over(window, exp.Count(this=value.copy())), expression=exp.Literal.number(1)
    )
    place = exp.Mul(this=fraction.copy(), expression=exp.Paren(this=last))
    among_nan = exp.LT(this=place, expression=_over(window, count_nan))
    quantile = call("QUANTILE_CONT", numbers, fraction.copy())
    nan = exp.cast(exp.Literal.string("nan"), "DOUBLE")
    return exp.Case().when(among_nan, nan).else_(_over(window, quantile))


def _over(window: exp.Expr, function: exp.Expr) -> exp.Expr:
    made = window.copy()
    made.this.replace(function)
    return made


CHANGES: tuple[Callable[[exp.Expr], None], ...] = (
    _split_ranges,
    _compare_with_nan,
    _tell_nan_apart,
    _take_quantiles_with_nan,
    _take_nan_for_the_least,
    _order_nan_first,
)
