"""Rewrites BigQuery's syntax tree where sqlglot's DuckDB would mean something else.

Each rewrite takes the tree's root, which is never itself replaced, and changes what is below it.
docs/duckdb.md says what BigQuery means in each case.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from dbt_jetstream.sql.compatibility import library_name

BACKSLASH = "\\"


def rewrite(root: exp.Expr) -> None:
    """Give everything below `root` the form that DuckDB evaluates as BigQuery would."""
    for change in CHANGES:
        change(root)


def _call(name: str, *arguments: exp.Expr, quoted: bool = False) -> exp.Expr:
    function = exp.to_identifier(name, quoted=True) if quoted else name
    return exp.Anonymous(this=function, expressions=list(arguments))


def _innermost_first(root: exp.Expr, *kinds: type[exp.Expr]) -> list[exp.Expr]:
    """List nodes such that a copy of one holds what became of those inside it."""
    return list(reversed(list(root.find_all(*kinds))))


def _count_conditions(root: exp.Expr) -> None:
    """Count zero over no row: DuckDB's count_if is null there."""
    for node in list(root.find_all(exp.CountIf)):
        case = exp.Case().when(node.this, exp.Literal.number(1), copy=False)
        node.replace(exp.Count(this=case))


def _name_functions(root: exp.Expr) -> None:
    """Call functions in datasets by one name: the library's, or the dotted one, to be reported."""
    for function in list(root.find_all(exp.Anonymous)):
        outermost, path = _path(function)
        if len(path) > 1:
            known = library_name(path)
            name = known or ".".join(path)
            outermost.replace(_call(name, *function.expressions, quoted=known is None))


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
    for node in list(root.find_all(exp.SafeFunc)):
        node.replace(_call("TRY", node.this))


def _keep_nulls_of_extreme_rows(root: exp.Expr) -> None:
    """Take MAX_BY's value from the row with the highest key even where it is null."""
    for kind, name in ((exp.ArgMax, "bigquery_max_by"), (exp.ArgMin, "bigquery_min_by")):
        for node in list(root.find_all(kind)):
            node.replace(_call(name, node.this, node.expression))
    for having in list(root.find_all(exp.HavingMax)):
        name = "bigquery_max_by" if having.args.get("max") else "bigquery_min_by"
        if isinstance(having.parent, exp.AnyValue):
            having.parent.replace(_call(name, having.this, having.expression))


def _refuse_division_by_zero(root: exp.Expr) -> None:
    for node in list(root.find_all(exp.Div)):
        if node.expression.find(exp.Column, exp.AggFunc):
            node.replace(_call("bigquery_divide", node.this.unnest(), node.expression.unnest()))


def _read_json_leniently(root: exp.Expr) -> None:
    """Read text that is no JSON as null, in the functions that are used over text columns."""
    for node in list(root.find_all(exp.JSONExtractScalar)):
        if node.meta.get("bigquery_name") == "JSON_EXTRACT_SCALAR":
            node.replace(_call("bigquery_json_scalar", node.this, node.expression))
        elif isinstance(node.parent, exp.Between):
            # `->>` binds more loosely than BETWEEN.
            node.replace(exp.Paren(this=node.copy()))
    for array in list(root.find_all(exp.JSONExtractArray)):
        path = array.expression or exp.Literal.string("$")
        array.replace(_call("bigquery_json_array", array.this, path))


def _escape_patterns(root: exp.Expr) -> None:
    """Let a backslash escape a wildcard of LIKE, which DuckDB does on request only."""
    for node in list(root.find_all(exp.Like)):
        if BACKSLASH in node.expression.name and not isinstance(node.parent, exp.Escape):
            like = exp.Like(this=node.this, expression=node.expression)
            escaped = exp.Escape(this=like, expression=exp.Literal.string(BACKSLASH))
            node.replace(exp.Not(this=escaped) if node.args.get("negate") else escaped)


def _limit_array_agg(root: exp.Expr) -> None:
    """Cut the list that an ARRAY_AGG with LIMIT makes."""
    for aggregate in _innermost_first(root, exp.ArrayAgg):
        limit = aggregate.this
        if not isinstance(limit, exp.Limit):
            continue
        aggregate.set("this", limit.this)
        whole = aggregate.parent if isinstance(aggregate.parent, exp.IgnoreNulls) else aggregate
        kept = _call("LIST_SLICE", whole.copy(), exp.Literal.number(1), limit.expression)
        whole.replace(kept)


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
        rows = exp.select(_call("UNNEST", node.expressions[0], depth))
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


def _keep_dates(root: exp.Expr) -> None:
    """Make dates of what DuckDB makes timestamps of: a date and an interval."""
    for node in _innermost_first(root, exp.DateAdd, exp.DateSub):
        node.replace(exp.cast(node.copy(), "DATE"))


CHANGES: tuple[Callable[[exp.Expr], None], ...] = (
    _name_functions,
    _count_conditions,
    _try_safe_functions,
    _keep_nulls_of_extreme_rows,
    _refuse_division_by_zero,
    _read_json_leniently,
    _escape_patterns,
    _limit_array_agg,
    _spread_unnested_structs,
    _widen_types,
    _keep_dates,
)
