"""Parses BigQuery SQL and writes the same meaning in DuckDB's dialect."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_jetstream.sql.brackets import unbalanced
from dbt_jetstream.sql.duckdb_rewrites import rewrite

PLACEHOLDER = "jetstream_table_{}"


class SqlSyntaxError(ValueError):
    """A fragment that BigQuery's dialect cannot parse; the message is one readable line."""


def parse_expression(sql: str) -> exp.Expr:
    """Parse a select expression.

    Raises:
        SqlSyntaxError: If it is not one expression.
    """
    if not sql.strip():
        raise SqlSyntaxError("there is no SQL in it; write one expression")
    query = _parse(f"SELECT {sql}", sql)
    if not isinstance(query, exp.Select) or len(query.expressions) != 1 or query.args.get("from_"):
        raise SqlSyntaxError(f"expected one SQL expression, found `{_shortened(sql)}`")
    found: exp.Expr = query.expressions[0]
    return found.this if isinstance(found, exp.Alias) else found


def parse_query(sql: str) -> exp.Query:
    """Parse a query.

    Raises:
        SqlSyntaxError: If it is not one query.
    """
    query = _parse(sql, sql)
    if not isinstance(query, exp.Query):
        raise SqlSyntaxError(f"expected a query, found `{_shortened(sql)}`")
    return query


def _parse(sql: str, shown: str) -> exp.Expr:
    try:
        statements = sqlglot.parse(sql, dialect="bigquery")
    except SqlglotError as error:
        reason = unbalanced(shown) or _reason(error)
        message = f"SQL that cannot be parsed: {reason}, in `{_shortened(shown)}`"
        raise SqlSyntaxError(message) from error
    if len(statements) != 1 or statements[0] is None:
        raise SqlSyntaxError(f"expected one SQL statement, found {len(statements)}")
    return statements[0]


def _reason(error: SqlglotError) -> str:
    """Return the first line of sqlglot's message without colours and class names."""
    line = re.sub(r"\x1b\[\d*m", "", str(error)).splitlines()[0].split(". Line")[0].rstrip(".")
    line = re.sub(r"<Token [^>]*? text: (.*?), line: [^>]*>", r"`\1`", line)
    missing = re.search(r"missing for <class '[\w.]*?(\w+)'>", line)
    return f"something is missing after {missing[1].upper()}" if missing else line


def _shortened(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= 120 else f"{text[:117]}..."


def to_duckdb(tree: exp.Expr) -> str:
    """Write a BigQuery expression or query in DuckDB's dialect.

    A function in a dataset is called by the library's name where the library has it, such as
    `mozfun_map_get_key`; else by its own, in quotes. `compatibility.gap` reports those.
    """
    # A wrapper, so that the root too can be replaced.
    root = exp.Paren(this=tree.copy())
    rewrite(root)
    return _write(root.this, "duckdb")


def _write(tree: exp.Expr, dialect: str) -> str:
    """Write a query over several lines, an expression on one; functions keep their names' case."""
    return tree.sql(
        dialect=dialect,
        comments=False,
        normalize_functions=False,
        pretty=isinstance(tree, exp.Query),
        indent=4,
        pad=4,
    )


def output_columns(query: exp.Query, outer: Mapping[str, exp.Query] | None = None) -> list[str]:
    """Name the columns of a query; `*` of a subquery, or of a query WITH a name, is that one's.

    Args:
        query: The query.
        outer: The queries with names around it.

    Returns:
        The names, or none where a `*` over a table or over several things hides them.
    """
    named = {**(outer or {}), **{cte.alias: cte.this for cte in query.ctes}}
    found: list[str] = []
    for select in query.selects:
        if not select.is_star:
            found.append(select.alias_or_name)
            continue
        inner = _behind_star(query, select, named)
        columns = output_columns(inner, named) if inner is not None else []
        if not columns:
            return []
        found += columns
    return found


def _behind_star(query: exp.Query, star: exp.Expr, named: dict[str, exp.Query]) -> exp.Query | None:
    """Return the query whose columns a star stands for; None where it is not one query alone."""
    source = query.args.get("from_")
    if source is None or any(part.args.get("except_") for part in star.find_all(exp.Star)):
        return None
    if isinstance(star, exp.Column):
        if star.table != source.this.alias_or_name:
            return None
    elif query.args.get("joins"):
        return None
    inner = source.this.unnest()
    if isinstance(inner, exp.Table) and not inner.db:
        # What refers to itself would be looked into for ever.
        inner = named.pop(inner.name, None)
    return inner if isinstance(inner, exp.Query) else None


def table_names(tree: exp.Expr) -> list[str]:
    """List the physical tables of a query as dotted names, without CTEs and UNNEST."""
    return sorted({name for _, name in _physical_tables(tree)})


def replace_tables(tree: exp.Expr, placeholders: Mapping[str, str], dialect: str) -> str:
    """Write a query with opaque text in place of its physical tables.

    Each has an alias. Where the author wrote none, BigQuery calls the table by the last part of its
    name; once the parts are in quotes of their own, that could hide a column.

    Args:
        tree: The query.
        placeholders: The text for each dotted name.
        dialect: `bigquery` or `duckdb`.
    """
    copy = tree.copy()
    tokens: dict[str, str] = {}
    for table, name in list(_physical_tables(copy)):
        token = PLACEHOLDER.format(len(tokens))
        tokens[token] = placeholders[name]
        kept = {key: table.args[key] for key in ("alias", "joins") if table.args.get(key)}
        kept.setdefault("alias", exp.TableAlias(this=exp.to_identifier(_alias(copy, table))))
        table.replace(exp.Table(this=exp.to_identifier(token), **kept))
    sql = to_duckdb(copy) if dialect == "duckdb" else _write(copy, dialect)
    pattern = PLACEHOLDER.format(r"\d+")
    return re.sub(pattern, lambda found: tokens[found.group()], sql)


def _alias(tree: exp.Expr, table: exp.Table) -> str:
    """Name a table as its author's query calls it, or so that no column of its name is hidden.

    With a name in one pair of quotes BigQuery takes `events.day` for the table's column, and both
    `events` and `metrics.uuid.id` for a column that is called as the table. GoogleSQL and names in
    several quotes do not, so that they need another alias.
    """
    paths = [column.parts for column in tree.find_all(exp.Column)]
    lengths = {len(parts) for parts in paths if parts[0].name == table.name}
    is_column = table.meta.get("quoted_table") and lengths and 2 not in lengths
    return f"{table.name}_table" if is_column else table.name


def _physical_tables(tree: exp.Expr) -> list[tuple[exp.Table, str]]:
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    return [
        (table, name)
        for table in tree.find_all(exp.Table)
        if isinstance(table.this, exp.Identifier | exp.Dot)
        and (name := _dotted(table)) not in ctes
        and "." in name
    ]


def _dotted(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts)
