"""Tells of expressions whether they can be NaN, as far as their syntax shows it.

Columns have no types here. What may be a floating-point number is written with the library's
functions, which look at the type in a run; what cannot be one is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from sqlglot import exp


class Kind(Enum):
    """What values an expression has.

    Attributes:
        EXACT: Integers and booleans.
        FLOAT: Floating-point numbers, of which NaN may be one.
        NO_NUMBER: Texts, dates, times, documents.
        UNKNOWN: Any, such as a column's.
    """

    EXACT = "exact"
    FLOAT = "float"
    NO_NUMBER = "no number"
    UNKNOWN = "unknown"


EXACT = (
    exp.Boolean,
    exp.Connector,
    exp.Predicate,
    exp.Not,
    exp.Count,
    exp.CountIf,
    exp.LogicalOr,
    exp.LogicalAnd,
    exp.DateDiff,
    exp.DatetimeDiff,
    exp.TimestampDiff,
    exp.Extract,
    exp.Length,
    exp.ArraySize,
    exp.RowNumber,
    exp.Rank,
    exp.IntDiv,
    exp.BitwiseAnd,
    exp.BitwiseOr,
    exp.BitwiseCount,
    exp.StrPosition,
)
FLOAT = (exp.Div, exp.SafeDivide, exp.Avg, exp.Ln, exp.Log, exp.Sqrt, exp.Exp, exp.Pow)
NO_NUMBER = (
    exp.Date,
    exp.DateAdd,
    exp.DateSub,
    exp.DateTrunc,
    exp.TsOrDsToDate,
    exp.CurrentDate,
    exp.StrToDate,
    exp.TimestampTrunc,
    exp.CurrentTimestamp,
    exp.TimeToStr,
    exp.JSONExtract,
    exp.JSONExtractScalar,
    exp.JSONExtractArray,
    exp.Concat,
    exp.Lower,
    exp.Upper,
    exp.Substring,
    exp.Trim,
    exp.Replace,
    exp.Split,
    exp.RegexpExtract,
    exp.RegexpReplace,
    exp.Array,
    exp.ArrayAgg,
    exp.Struct,
    exp.Interval,
)
# The kind of these is that of what they are made from.
MADE_OF_ARGUMENTS = (
    exp.Coalesce,
    exp.Greatest,
    exp.Least,
    exp.Sum,
    exp.Min,
    exp.Max,
    exp.AnyValue,
    exp.Abs,
    exp.Neg,
    exp.Paren,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Nullif,
    exp.Mod,
)
# What the library's functions yield, by the names that rewrites have given them already.
OF_LIBRARY = {
    "bigquery_int64": Kind.EXACT,
    "bigquery_safe_int64": Kind.EXACT,
    "bigquery_safe_bool": Kind.EXACT,
    "bigquery_greater": Kind.EXACT,
    "bigquery_greater_or_equal": Kind.EXACT,
    "bigquery_equal": Kind.EXACT,
    "bigquery_divide": Kind.FLOAT,
    "bigquery_ieee_divide": Kind.FLOAT,
    "bigquery_string": Kind.NO_NUMBER,
    "bigquery_safe_date": Kind.NO_NUMBER,
    "bigquery_json_scalar": Kind.NO_NUMBER,
}
# How telemetry names its dates, times and texts; `branch` is an enrolled unit's.
NO_NUMBERS = ("_date", "_timestamp", "_id")


def kind(node: exp.Expr) -> Kind:
    """Return what values an expression has."""
    for shapes, found in ((EXACT, Kind.EXACT), (FLOAT, Kind.FLOAT), (NO_NUMBER, Kind.NO_NUMBER)):
        if isinstance(node, shapes):
            return found
    for shape, of_shape in READ.items():
        if isinstance(node, shape):
            return of_shape(node)
    is_made = isinstance(node, MADE_OF_ARGUMENTS)
    return _of_all(list(node.iter_expressions())) if is_made else Kind.UNKNOWN


def may_be_nan(node: exp.Expr) -> bool:
    """Whether an expression, as far as it shows, may be NaN; a number as it is written is none."""
    return not isinstance(node, exp.Literal) and kind(node) in {Kind.FLOAT, Kind.UNKNOWN}


def _of_literal(node: exp.Expr) -> Kind:
    if node.is_string:
        return Kind.NO_NUMBER
    return Kind.EXACT if node.name.isdigit() else Kind.FLOAT


def _of_cast(node: exp.Expr) -> Kind:
    to = node.args["to"].this
    if to in exp.DataType.FLOAT_TYPES:
        return Kind.FLOAT
    decimals = {exp.DataType.Type.DECIMAL, exp.DataType.Type.BIGDECIMAL}
    is_exact = to in {*exp.DataType.INTEGER_TYPES, exp.DataType.Type.BOOLEAN, *decimals}
    return Kind.EXACT if is_exact else Kind.NO_NUMBER


def _of_column(node: exp.Expr) -> Kind:
    name = node.name.lower()
    return Kind.NO_NUMBER if name.endswith(NO_NUMBERS) or name == "branch" else Kind.UNKNOWN


def _of_function(node: exp.Expr) -> Kind:
    return OF_LIBRARY.get(node.name.lower(), Kind.UNKNOWN)


def _of_if(node: exp.Expr) -> Kind:
    return _of_all([node.args["true"], node.args.get("false")])


def _of_case(node: exp.Expr) -> Kind:
    branches = [one.args["true"] for one in node.args["ifs"]]
    return _of_all([*branches, node.args.get("default")])


def _of_all(nodes: Sequence[exp.Expr | None]) -> Kind:
    """Return the kind that several values come to; nulls count for none."""
    found = {kind(node) for node in nodes if node is not None and not isinstance(node, exp.Null)}
    for one in (Kind.NO_NUMBER, Kind.UNKNOWN, Kind.FLOAT):
        if one in found:
            return one
    return Kind.EXACT if found else Kind.UNKNOWN


READ: dict[type[exp.Expr], Callable[[exp.Expr], Kind]] = {
    exp.Literal: _of_literal,
    exp.Cast: _of_cast,
    exp.Column: _of_column,
    exp.Anonymous: _of_function,
    exp.If: _of_if,
    exp.Case: _of_case,
}
