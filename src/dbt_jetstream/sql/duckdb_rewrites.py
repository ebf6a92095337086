"""Rewrites BigQuery's syntax tree where sqlglot's DuckDB would mean something else.

Each rewrite takes the tree's root, which is never itself replaced, and changes what is below it.
docs/duckdb.md says what BigQuery means in each case.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from dbt_jetstream.sql import dates, documents, nan, numbers, texts
from dbt_jetstream.sql.compatibility import library_name
from dbt_jetstream.sql.rewriting import call, innermost_first, refuse

# Functions of the library that fail, as BigQuery does.
FAILING = {
    "bigquery_divide",
    "bigquery_exp",
    "bigquery_int64",
    "bigquery_ln",
    "bigquery_log",
    "bigquery_pow",
    "bigquery_sqrt",
}


def rewrite(root: exp.Expr) -> None:
    """Give everything below `root` the form that DuckDB evaluates as BigQuery would."""
    for change in CHANGES:
        change(root)


def _count_conditions(root: exp.Expr) -> None:
    """Count zero over no row: DuckDB's count_if is null there."""
    for node in list(root.find_all(exp.CountIf)):
        is_distinct = isinstance(node.this, exp.Distinct)
        condition = node.this.expressions[0] if is_distinct else node.this
        case = exp.Case().when(condition, exp.Literal.number(1), copy=False)
        node.replace(exp.Count(this=exp.Distinct(expressions=[case]) if is_distinct else case))


def _name_functions(root: exp.Expr) -> None:
    """Call functions in datasets by one name: the library's, or the dotted one, to be reported."""
    for function in list(root.find_all(exp.Anonymous)):
        outermost, path = _path(function)
        if len(path) > 1:
            known = library_name(path)
            name = known or ".".join(path)
            outermost.replace(call(name, *function.expressions, quoted=known is None))


def _path(function: exp.Anonymous) -> tuple[exp.Expr, list[str]]:
    """Return a function's dotted name and the node that holds all of it."""
    names = function.name.split(".")
    parent = function.parent
    if isinstance(parent, exp.Dot) and parent.expression is function:
        return parent, [part.name for part in _identifiers(parent.this)] + names
    if isinstance(parent, exp.Column) and parent.this is function:
        return parent, [part.name for part in parent.parts[:-1]] + names
    return function, names


def _identifiers(path: exp.Expr) -> list[exp.Expr]:
    if isinstance(path, exp.Dot):
        return [*_identifiers(path.this), *_identifiers(path.expression)]
    return [path]


def _try_safe_functions(root: exp.Expr) -> None:
    for node in innermost_first(root, exp.SafeFunc):
        if any(one.name.lower() in FAILING for one in node.find_all(exp.Anonymous)):
            # TRY takes no function that calls `error`.
            refuse(node, "SAFE over a division, cast or logarithm")
        else:
            node.replace(call("TRY", node.this.copy()))


def _keep_nulls_of_extreme_rows(root: exp.Expr) -> None:
    """Take MAX_BY's value from the row with the highest key even where it is null."""
    for kind, name in ((exp.ArgMax, "bigquery_max_by"), (exp.ArgMin, "bigquery_min_by")):
        for node in list(root.find_all(kind)):
            node.replace(call(name, node.this, node.expression))
    for having in list(root.find_all(exp.HavingMax)):
        name = "bigquery_max_by" if having.args.get("max") else "bigquery_min_by"
        if isinstance(having.parent, exp.AnyValue):
            having.parent.replace(call(name, having.this, having.expression))


def _limit_array_agg(root: exp.Expr) -> None:
    """Cut the list that an ARRAY_AGG with LIMIT makes."""
    for aggregate in innermost_first(root, exp.ArrayAgg):
        limit = aggregate.this
        if not isinstance(limit, exp.Limit):
            continue
        aggregate.set("this", limit.this)
        whole = aggregate.parent if isinstance(aggregate.parent, exp.IgnoreNulls) else aggregate
        kept = call("LIST_SLICE", whole.copy(), exp.Literal.number(1), limit.expression)
        whole.replace(kept)


def _count_offsets_from_zero(root: exp.Expr) -> None:
    """Make a query of an UNNEST with offsets, which DuckDB counts from 1."""
    for node in innermost_first(root, exp.Unnest):
        offset, alias = node.args.get("offset"), _alias(node)
        if not offset or len(node.expressions) != 1:
            continue
        array = node.expressions[0]
        places = call("RANGE", exp.ArraySize(this=array.copy()))
        name = offset.name if isinstance(offset, exp.Identifier) else "offset"
        rows = exp.select(
            exp.alias_(call("UNNEST", array.copy()), alias or "element"),
            exp.alias_(call("UNNEST", places), name),
        )
        node.replace(rows.subquery("elements"))


def _spread_unnested_structs(root: exp.Expr) -> None:
    """Make columns of the fields of structs in an UNNEST without an alias, or below a `*`."""
    for node in list(root.find_all(exp.Unnest)):
        if not isinstance(node.parent, exp.From | exp.Join) or len(node.expressions) != 1:
            continue
        alias = _alias(node)
        if node.args.get("offset") or (alias and not _is_spread_by_star(node, alias)):
            continue
        two = exp.Literal.number(2)
        depth = exp.PropertyEQ(this=exp.to_identifier("max_depth"), expression=two)
        rows = exp.select(call("UNNEST", node.expressions[0], depth))
        node.replace(rows.subquery(alias or None))


def _alias(node: exp.Unnest) -> str:
    alias = node.args.get("alias")
    return alias.columns[0].name if alias and alias.columns else node.alias


def _is_spread_by_star(node: exp.Unnest, alias: str) -> bool:
    """Whether a `*` shows the elements' fields, and nothing reads an element as a whole."""
    select = node.find_ancestor(exp.Select)
    if select is None or not any(isinstance(one, exp.Star) for one in select.expressions):
        return False
    columns = select.find_all(exp.Column)
    return not any(column.name == alias and not column.table for column in columns)


def _widen_types(root: exp.Expr) -> None:
    """Give INT 64 bits and NUMERIC its 38 digits, 9 of them after the point."""
    for node in list(root.find_all(exp.DataType)):
        if node.this == exp.DataType.Type.INT:
            node.replace(exp.DataType.build("BIGINT"))
        elif node.this == exp.DataType.Type.DECIMAL and not node.expressions:
            node.replace(exp.DataType.build("DECIMAL(38, 9)"))


CHANGES: tuple[Callable[[exp.Expr], None], ...] = (
    _name_functions,
    *numbers.CHANGES,
    *nan.CHANGES,
    *dates.CHANGES,
    *texts.CHANGES,
    *documents.CHANGES,
    _count_conditions,
    _try_safe_functions,
    _keep_nulls_of_extreme_rows,
    _limit_array_agg,
    _count_offsets_from_zero,
    _spread_unnested_structs,
    _widen_types,
)
