"""The SELECTs of a FROM clause: from which tables it takes its columns."""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from dbt_jetstream.lock.definition.values import Fragment
from dbt_jetstream.lock.parts.fragments import bigquery_sql
from dbt_jetstream.sql.dialect import SqlSyntaxError, parse_query

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def bigquery_text(fragment: Fragment) -> str:
    """Return a fragment's SQL on BigQuery, with its tables' keys for their names."""
    return PLACEHOLDER.sub(r"`\1`", bigquery_sql(fragment))


def scopes_of(query: str) -> list[Scope]:
    """Return the scopes of a query, its own last; none where nobody can tell."""
    try:
        return traverse_scope(parse_query(query))
    except (SqlSyntaxError, SqlglotError):
        return []


def table_key(table: exp.Table) -> str:
    """Return the key that stands for a table in fragments."""
    return ".".join(part.name for part in table.parts)


def starred(scope: Scope, column: str) -> list[Scope | exp.Table]:
    """Return what a SELECT takes a column from by its star, if that is but one."""
    select = scope.expression
    assert isinstance(select, exp.Select)
    stars = [s for s in select.expressions if s.is_star]
    if column in select.named_selects or not stars:
        return []
    names = {s.table for s in stars if isinstance(s, exp.Column)} or set(scope.sources)
    return [scope.sources[name] for name in names & set(scope.sources) if len(names) == 1]
