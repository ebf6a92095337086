"""What BigQuery refuses, as SQL alone shows: aggregates that do not fit, values of other types."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

from dbt_jetstream.sql.dialect import parse_expression

# Columns of the units that telemetry is joined to; a value of theirs is one for all rows.
UNITS = "e"
OF_UNITS = {"analysis_id", "branch", "enrollment_date", "exposure_date"}
# Inside of these a column may be aggregated, or be none of the rows'.
OPAQUE = (exp.AggFunc, exp.Anonymous, exp.AnonymousAggFunc, exp.Query, exp.Window)
CONDITIONAL = (exp.CountIf, exp.LogicalOr, exp.LogicalAnd)
NUMERIC = (exp.Sum, exp.Avg)
ALIKE = (exp.Coalesce, exp.Case, exp.If)
KINDS = {
    **dict.fromkeys(exp.DataType.NUMERIC_TYPES, "a number"),
    **dict.fromkeys(exp.DataType.TEXT_TYPES, "text"),
    exp.DataType.Type.BOOLEAN: "true or false",
}


@cache
def misfit(sql: str) -> str | None:
    """Say what of an expression over a unit's rows BigQuery refuses; None where nothing shows.

    Args:
        sql: The expression, which can be parsed.
    """
    # By itself, so that no query is around it; types are noted in the tree.
    tree = parse_expression(sql).copy()
    found = (*_nested(tree), *_bare(tree), *_arguments(annotate_types(tree, dialect="bigquery")))
    return next(iter(found), None)


def _nested(tree: exp.Expr) -> Iterator[str]:
    """Yield aggregates of aggregates."""
    for inner in tree.find_all(exp.AggFunc):
        around = inner.find_ancestor(exp.AggFunc, exp.Query, exp.Window)
        is_windowed = any(isinstance(one and one.parent, exp.Window) for one in (inner, around))
        if isinstance(around, exp.AggFunc) and not is_windowed:
            yield (f"`{_sql(around)}` is an aggregate of another, `{_sql(inner)}`; aggregate once")


def _bare(tree: exp.Expr) -> Iterator[str]:
    """Yield columns that stand beside aggregates, or in a condition that has none."""
    for column in tree.find_all(exp.Column):
        is_of_unit = column.parts[0].name.lower() in {UNITS, *OF_UNITS}
        if not is_of_unit and column.find_ancestor(*OPAQUE) is None:
            yield without_aggregate(_sql(column))


def without_aggregate(name: str) -> str:
    """Say of a column that it needs an aggregate."""
    return (
        f"`{name}` has no aggregate, and a unit may have several rows; say which value is "
        f"meant, such as `SUM({name})` or `ANY_VALUE({name})`"
    )


def _arguments(tree: exp.Expr) -> Iterator[str]:
    """Yield arguments whose type shows, and is none that the function takes."""
    for call in tree.find_all(*CONDITIONAL):
        if _kind(call.this) not in {None, "true or false"}:
            yield f"`{_sql(call)}` is of {_kind(call.this)}; it takes a condition, as `x > 0`"
    for call in tree.find_all(*NUMERIC):
        if _kind(call.this) == "true or false":
            yield f"`{_sql(call)}` adds up what is true or false; count it, as `COUNTIF(x)`"
        elif _kind(call.this) == "text":
            yield f"`{_sql(call)}` adds up text; it takes numbers, as of `CAST(x AS FLOAT64)`"
    for choice in tree.find_all(*ALIKE):
        kinds = list(dict.fromkeys(kind for one in _choices(choice) if (kind := _kind(one))))
        if len(kinds) > 1:
            here, there, *_ = kinds
            yield f"`{_sql(choice)}` is {here} here and {there} there; give all the same type"


def _choices(choice: exp.Expr) -> list[exp.Expr]:
    """List what a value is chosen from."""
    if isinstance(choice, exp.Coalesce):
        return [choice.this, *choice.expressions]
    if isinstance(choice, exp.If):
        # A CASE looks at its own branches, which are such too.
        is_branch = isinstance(choice.parent, exp.Case)
        return [] if is_branch else [choice.args["true"], *filter(None, [choice.args.get("false")])]
    branches = [branch.args["true"] for branch in choice.args["ifs"]]
    return [*branches, *filter(None, [choice.args.get("default")])]


def _kind(node: exp.Expr) -> str | None:
    """Say what a value is, where its type shows; a null in it is of any type."""
    nulls = (null for null in node.find_all(exp.Null) if not isinstance(null.parent, exp.Is))
    if node.type is None or next(nulls, None) is not None:
        return None
    return KINDS.get(node.type.this)


def _sql(node: exp.Expr) -> str:
    return node.sql(dialect="bigquery")
