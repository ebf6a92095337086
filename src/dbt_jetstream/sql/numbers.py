"""Rewrites of numbers: casts, literals, and functions where they are not defined."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from dbt_jetstream.sql.kinds import Kind, kind
from dbt_jetstream.sql.rewriting import bare, call, innermost_first, is_number, refuse

TEXT = exp.DataType.Type.TEXT
TYPES = exp.DataType.Type
WITH_DECIMALS = {"bigquery_divide", "bigquery_greater", "bigquery_greater_or_equal"}
SAFE: dict[type[exp.Expr], str] = {
    exp.SafeAdd: "bigquery_safe_add",
    exp.SafeSubtract: "bigquery_safe_subtract",
    exp.SafeMultiply: "bigquery_safe_multiply",
    exp.SafeNegate: "bigquery_safe_negate",
}


def _make_floats_of_decimals(root: exp.Expr) -> None:
    """Write `2.5` as `2.5e0`: DuckDB would read an exact decimal.

    What is divided or compared becomes a float or stays equal anyhow.
    """
    for node in list(root.find_all(exp.Literal)):
        parent = node.parent
        is_plain = isinstance(parent, exp.Div | exp.Predicate) or (
            isinstance(parent, exp.Anonymous) and parent.name in WITH_DECIMALS
        )
        is_decimal = is_number(node) and "." in node.name and "e" not in node.name.lower()
        if is_decimal and not is_plain:
            node.set("this", f"{node.name}e0")


def _round_away_from_zero(root: exp.Expr) -> None:
    """Cast to integers by the library, which rounds halves away from zero and reads no `1.5`."""
    for node in innermost_first(root, exp.Cast, exp.TryCast):
        if node.to.this not in exp.DataType.INTEGER_TYPES or kind(node.this) == Kind.EXACT:
            continue
        if not isinstance(node.this, exp.Null):
            node.replace(_library_cast(node, "int64"))


def _cast_strictly(root: exp.Expr) -> None:
    """Cast by the library where DuckDB reads texts that BigQuery does not."""
    names = {TYPES.BOOLEAN: "bool", TYPES.DOUBLE: "float64", TYPES.DATE: "date"}
    for node in innermost_first(root, exp.TryCast):
        if node.to.this in names and kind(node.this) in {Kind.NO_NUMBER, Kind.UNKNOWN}:
            node.replace(_library_cast(node, names[node.to.this]))


def _write_numbers(root: exp.Expr) -> None:
    """Cast to text by the library, which writes 10.0 as `10`."""
    for node in innermost_first(root, exp.Cast, exp.TryCast):
        is_known = kind(node.this) in {Kind.EXACT, Kind.NO_NUMBER} and not _is_decimal(node.this)
        if node.to.this == TEXT and node.args.get("format"):
            refuse(node, "CAST AS STRING with FORMAT")
        elif node.to.this == TEXT and not is_known and not isinstance(node.this, exp.Null):
            node.replace(call("bigquery_string", node.this.copy()))


def _is_decimal(node: exp.Expr) -> bool:
    decimals = {TYPES.DECIMAL, TYPES.BIGDECIMAL}
    return any(cast.to.this in decimals for cast in node.find_all(exp.Cast))


def _library_cast(node: exp.Cast, name: str) -> exp.Expr:
    safe = "safe_" if isinstance(node, exp.TryCast) else ""
    return call(f"bigquery_{safe}{name}", node.this.copy())


def _fail_as_bigquery(root: exp.Expr) -> None:
    """Let functions fail outside of where they are defined, and be null there with SAFE."""
    for node in innermost_first(root, exp.Ln, exp.Log, exp.Sqrt, exp.Exp, exp.Pow):
        name, arguments = _defined_in_parts(node)
        safe = node.parent if isinstance(node.parent, exp.SafeFunc) else None
        is_safe, whole = safe is not None, safe or node
        whole.replace(call(f"bigquery_{'safe_' if is_safe else ''}{name}", *arguments))


def _defined_in_parts(node: exp.Expr) -> tuple[str, list[exp.Expr]]:
    """Return the library's name for a function, and its arguments."""
    if isinstance(node, exp.Log) and node.expression is not None:
        return "log", [node.expression.copy(), node.this.copy()]
    names: dict[type[exp.Expr], str] = {
        exp.Ln: "ln",
        exp.Log: "ln",
        exp.Sqrt: "sqrt",
        exp.Exp: "exp",
        exp.Pow: "pow",
    }
    more = [node.expression.copy()] if isinstance(node, exp.Pow) else []
    return names[type(node)], [node.this.copy(), *more]


def _refuse_division_by_zero(root: exp.Expr) -> None:
    for node in innermost_first(root, exp.Div):
        divisor = node.expression
        if not is_number(divisor) or float(divisor.sql()) == 0:
            node.replace(call("bigquery_divide", bare(node.this), bare(divisor)))


def _name_arithmetic(root: exp.Expr) -> None:
    """Call functions that BigQuery has for what are operators here."""
    for function in innermost_first(root, exp.Anonymous):
        if function.name.upper() == "IEEE_DIVIDE":
            function.set("this", "bigquery_ieee_divide")
    for node in innermost_first(root, *SAFE):
        arguments = [one.copy() for one in node.iter_expressions()]
        node.replace(call(SAFE[type(node)], *arguments))
    for shift in innermost_first(root, exp.BitwiseRightShift):
        shift.replace(call("bigquery_shift_right", shift.this.copy(), shift.expression.copy()))
    for count in list(root.find_all(exp.BitwiseCount)):
        count.set("this", exp.cast(count.this.copy(), "BIGINT"))


CHANGES: tuple[Callable[[exp.Expr], None], ...] = (
    _round_away_from_zero,
    _cast_strictly,
    _write_numbers,
    _fail_as_bigquery,
    _refuse_division_by_zero,
    _name_arithmetic,
    _make_floats_of_decimals,
)
