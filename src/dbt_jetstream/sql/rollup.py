"""Splits a metric's select expression into parts of a day and what windows make of them.

A window's value is computed from the telemetry of its days. Where an aggregate over all rows equals
an aggregate over each day's aggregates (SUM over sums, MAX over maxima), a day needs to be read
once: its parts are kept, and each window that holds the day combines them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard

from sqlglot import exp

from dbt_jetstream.sql.dialect import parse_expression

LONGEST_NAME = 60

# The aggregate over days that gives the aggregate over all rows.
COMBINING: dict[type[exp.Expr], str] = {
    exp.Sum: "SUM",
    exp.Count: "SUM",
    exp.CountIf: "SUM",
    exp.Min: "MIN",
    exp.Max: "MAX",
    exp.LogicalOr: "LOGICAL_OR",
    exp.LogicalAnd: "LOGICAL_AND",
}
# Columns of an enrolled unit that stand beside its telemetry days; the others come with a window.
DAILY_UNIT_COLUMNS = {"analysis_id", "branch", "enrollment_date"}
UNIT_ALIAS = "e"
# Functions that give a day's parts another value when the day is read later.
UNSTEADY = (
    exp.CurrentDate,
    exp.CurrentDatetime,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.Rand,
    exp.Uuid,
)


@dataclass(frozen=True)
class Part:
    """One aggregate of a telemetry day.

    Attributes:
        name: Its column, made from its SQL; other SQL has another name.
        daily: The BigQuery aggregate over one unit's telemetry rows of a day.
        combine: The aggregate over days: SUM, MIN, MAX, LOGICAL_OR or LOGICAL_AND.
    """

    name: str
    daily: str
    combine: str


@dataclass(frozen=True)
class Rollup:
    """A select expression over daily parts.

    Attributes:
        parts: The distinct parts, in the order of their names.
        expression: The BigQuery expression over the parts' columns, combined over a window.
    """

    parts: tuple[Part, ...]
    expression: str


@dataclass(frozen=True)
class Direct:
    """A select expression that needs all rows of a window at once; `reason` says why."""

    reason: str


class _NotSplittableError(Exception):
    """Carries the reason."""


def split(
    select_expression: str, submission_date_column: str = "submission_date"
) -> Rollup | Direct:
    """Split a select expression into daily parts, or say why it has none.

    Args:
        select_expression: BigQuery SQL over telemetry (`ds.x` or `x`) and the unit (`e.x`).
        submission_date_column: The telemetry's date, constant within a day.

    Raises:
        SqlSyntaxError: If the expression cannot be parsed.
    """
    tree = exp.Paren(this=parse_expression(select_expression))
    parts: dict[str, Part] = {}
    try:
        _refuse_unsplittable_nodes(tree)
        aggregates = _outermost_aggregates(tree)
        if not aggregates:
            raise _NotSplittableError("it holds no aggregate")
        for aggregate in aggregates:
            replacement = _replace(aggregate, submission_date_column, parts)
            aggregate.replace(replacement)
        _refuse_loose_columns(tree, set(parts))
    except _NotSplittableError as reason:
        return Direct(str(reason))
    ordered = tuple(parts[name] for name in sorted(parts))
    return Rollup(ordered, _sql(tree.this))


def _sql(tree: exp.Expr) -> str:
    return tree.sql(dialect="bigquery", comments=False)


def _refuse_unsplittable_nodes(tree: exp.Expr) -> None:
    for node in tree.walk():
        if isinstance(node, exp.Window):
            raise _NotSplittableError("a window function needs all rows at once")


def _outermost_aggregates(tree: exp.Expr) -> list[exp.Expr]:
    """List the aggregates over telemetry rows; those of a subquery aggregate something else."""
    found: list[exp.Expr] = []
    _collect(tree, found)
    return found


def _collect(node: exp.Expr, found: list[exp.Expr]) -> None:
    if isinstance(node, exp.Query | exp.Subquery):
        return
    if isinstance(node, exp.AggFunc):
        found.append(node)
        return
    for child in node.iter_expressions():
        _collect(child, found)


def _replace(aggregate: exp.Expr, date_column: str, parts: dict[str, Part]) -> exp.Expr:
    """Add the parts of an aggregate and return the expression that takes its place."""
    _refuse_inside(aggregate)
    if isinstance(aggregate, exp.Avg):
        total = _column(_add(exp.Sum(this=aggregate.this.copy()), parts))
        count = _column(_add(exp.Count(this=aggregate.this.copy()), parts))
        return exp.SafeDivide(this=total, expression=count)
    if _counts_shared_values(aggregate, date_column):
        raise _NotSplittableError(f"{_sql(aggregate)} cannot be added up over days")
    return _column(_add(aggregate, parts))


def _add(aggregate: exp.Expr, parts: dict[str, Part]) -> Part:
    combine = COMBINING.get(type(aggregate))
    if combine is None:
        raise _NotSplittableError(f"{_sql(aggregate)} cannot be combined from days")
    daily = _sql(aggregate)
    part = Part(_name(daily), daily, combine)
    parts[part.name] = part
    return part


def _column(part: Part) -> exp.Expr:
    return exp.column(part.name)


def _name(sql: str) -> str:
    """Make a column name from SQL; a hash tells apart what the letters alone do not."""
    plain = re.sub(r"\bds\.", "", sql.lower())
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if re.fullmatch(r"[a-z]+\([a-z0-9_]+\)", plain) and len(slug) <= LONGEST_NAME:
        return slug
    digest = hashlib.sha256(sql.encode()).hexdigest()[:6]
    return f"{slug[: LONGEST_NAME - 7].rstrip('_')}_{digest}"


def _refuse_inside(aggregate: exp.Expr) -> None:
    """Refuse what makes an aggregate depend on more than a day's rows and the unit."""
    checks: list[tuple[Callable[[exp.Expr], bool], str]] = [
        (lambda n: isinstance(n, exp.Order | exp.Limit), "depends on an order of rows"),
        (lambda n: isinstance(n, exp.HavingMax), "depends on an order of rows"),
        (_is_nested_distinct, "counts distinct values, which days share"),
        (_reads_the_window, "reads what is known of a unit's windows, not of its days"),
        (lambda n: isinstance(n, UNSTEADY), "depends on when it is computed, or on chance"),
    ]
    for node in aggregate.walk():
        for is_refused, reason in checks:
            if is_refused(node):
                raise _NotSplittableError(f"{_sql(aggregate)} {reason}")
    for child in aggregate.iter_expressions():
        nested: list[exp.Expr] = []
        _collect(child, nested)
        if nested:
            raise _NotSplittableError(f"{_sql(aggregate)} aggregates an aggregate")


def _is_nested_distinct(node: exp.Expr) -> bool:
    """Whether values are made distinct, other than by a COUNT of the whole aggregate."""
    return isinstance(node, exp.Distinct) and not isinstance(node.parent, exp.Count)


def _reads_the_window(node: exp.Expr) -> bool:
    return _is_of_unit(node) and node.parts[1].name.lower() not in DAILY_UNIT_COLUMNS


def _is_of_unit(node: exp.Expr) -> TypeGuard[exp.Column]:
    """Whether it is a column of the enrolled unit: `e.x`, but not the field `e` of `ds.e.x`."""
    if not isinstance(node, exp.Column) or not node.table:
        return False
    return node.parts[0].name.lower() == UNIT_ALIAS


def _counts_shared_values(aggregate: exp.Expr, date_column: str) -> bool:
    """Whether it counts distinct values that several days may hold.

    A count of distinct dates does not: each row of a day counts the day itself or nothing.
    """
    distinct = aggregate.this
    if not isinstance(aggregate, exp.Count) or not isinstance(distinct, exp.Distinct):
        return False
    return len(distinct.expressions) != 1 or not _is_day(distinct.expressions[0], date_column)


def _is_day(node: exp.Expr, date_column: str) -> bool:
    node = node.unnest()
    if isinstance(node, exp.Column):
        qualifier = [part.name.lower() for part in node.parts[:-1]]
        return node.name.lower() == date_column.lower() and qualifier in ([], ["ds"])
    if isinstance(node, exp.Date) and not node.args.get("zone"):
        return node.this is not None and _is_day(node.this, date_column)
    if isinstance(node, exp.If):
        otherwise = node.args.get("false")
        return _is_day(node.args["true"], date_column) and _is_null(otherwise)
    if isinstance(node, exp.Case):
        branches = [branch.args["true"] for branch in node.args["ifs"]]
        is_day = all(_is_day(b, date_column) or _is_null(b) for b in branches)
        return is_day and _is_null(node.args.get("default"))
    return False


def _is_null(node: exp.Expr | None) -> bool:
    return node is None or isinstance(node, exp.Null)


def _refuse_loose_columns(tree: exp.Expr, part_names: set[str]) -> None:
    """Refuse telemetry columns outside of aggregates, and functions that may be aggregates."""
    for node in tree.walk():
        if isinstance(node, exp.Column):
            is_part = not node.table and node.name in part_names
            if not is_part and not _is_of_unit(node):
                raise _NotSplittableError(f"{_sql(node)} stands outside of any aggregate")
        if isinstance(node, exp.Query):
            raise _NotSplittableError("it holds a query of its own")
