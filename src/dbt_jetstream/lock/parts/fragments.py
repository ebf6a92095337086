"""SQL fragments as the lock stores them: BigQuery's text, and DuckDB's where it differs.

A fragment is a string where one text serves both, else a mapping with the keys `bigquery` and
`duckdb`. What DuckDB cannot run is null there, with the reason under `gap`. A physical table stands
in it as `{dataset.table}`: the stub that uses the fragment names its source, so that lineage starts
at the telemetry.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import cache

from dbt_jetstream.inputs.checks import is_safe_table, shown
from dbt_jetstream.lock.definition.values import Fragment
from dbt_jetstream.sql.compatibility import gap
from dbt_jetstream.sql.dialect import (
    parse_expression,
    parse_query,
    replace_tables,
    table_names,
    to_duckdb,
)

# A type that every aggregate takes, and that casts to any other.
NOTHING = "CAST(NULL AS BOOLEAN)"

DEFAULT_PROJECT = "mozdata"
HAS_COMMENT = re.compile(r"--|#|/\*")


@dataclass(frozen=True, order=True)
class Table:
    """A physical table that a fragment reads.

    Attributes:
        project: The BigQuery project, or an empty string for the target's own.
        dataset: The BigQuery dataset; the schema in DuckDB.
        name: The table.
    """

    project: str
    dataset: str
    name: str

    @classmethod
    def parse(cls, dotted: str) -> Table:
        """Read `project.dataset.table` or `dataset.table`.

        Raises:
            ValueError: If the name has another form.
        """
        name = dotted.replace("`", "")
        if not is_safe_table(name):
            message = (
                "expected `project.dataset.table` or `dataset.table`, of letters, digits and "
                f"`_-*$`, found `{shown(name)}`"
            )
            raise ValueError(message)
        parts = name.split(".")
        return cls(parts[0] if len(parts) == 3 else "", *parts[-2:])

    @property
    def dotted(self) -> str:
        """The table's full name in BigQuery."""
        return ".".join(part for part in (self.project, self.dataset, self.name) if part)

    @property
    def source(self) -> str:
        """The dbt source that holds the table."""
        if self.project in {"", DEFAULT_PROJECT}:
            return self.dataset
        return re.sub(r"\W", "_", f"{self.project}__{self.dataset}")

    @property
    def key(self) -> str:
        """What stands for the table in fragments and in a stub's arguments."""
        return f"{self.source}.{self.name}"

    @property
    def placeholder(self) -> str:
        """The text that stands for the table in a fragment."""
        return f"{{{self.key}}}"


@cache
def expression(sql: str) -> Fragment:
    """Make a fragment of a BigQuery expression.

    Raises:
        SqlSyntaxError: If BigQuery's dialect cannot parse it.
    """
    text = tidy(sql)
    tree = parse_expression(text)
    bigquery = tree.sql(dialect="bigquery", comments=False)
    # A comment at the end of a line would swallow what the macros write behind the fragment.
    found = _fragment(bigquery if HAS_COMMENT.search(text) else text, bigquery, to_duckdb(tree))
    reason = gap_of(found)
    return found if reason is None else nothing_on_duckdb(found, reason)


@cache
def from_clause(from_expression: str) -> tuple[Fragment, tuple[Table, ...]]:
    """Make a fragment of a data source's from_expression, and list the tables in it.

    Raises:
        SqlSyntaxError: If it is neither a table nor a query in parentheses.
        ValueError: If a table's name has an unknown form.
    """
    text = tidy(from_expression)
    if re.fullmatch(r"`?[\w\-.]+`?", text):
        table = Table.parse(text)
        return table.placeholder, (table,)
    found, tables = query(f"SELECT * FROM {text}")
    if isinstance(found, str):
        return _without_select(found), tables
    clause = {
        key: _without_select(sql) if sql and key != "gap" else sql for key, sql in found.items()
    }
    return clause, tables


def _without_select(sql: str) -> str:
    return re.sub(r"^SELECT\s+\*\s+FROM\s+", "", sql)


@cache
def query(sql: str) -> tuple[Fragment, tuple[Table, ...]]:
    """Make a fragment of a BigQuery query, and list the tables in it."""
    tree = parse_query(tidy(sql))
    names = table_names(tree)
    tables = {name: Table.parse(name) for name in names}
    placeholders = {name: table.placeholder for name, table in tables.items()}
    bigquery = replace_tables(tree, placeholders, dialect="bigquery")
    duckdb = replace_tables(tree, placeholders, dialect="duckdb")
    return _fragment(bigquery, bigquery, duckdb), tuple(sorted(set(tables.values())))


def tidy(sql: str) -> str:
    """Remove the indentation of a fragment."""
    return textwrap.dedent(sql).strip()


def bigquery_sql(fragment: Fragment) -> str:
    """Return a fragment's SQL on BigQuery, in which tables stand as placeholders."""
    return fragment if isinstance(fragment, str) else str(fragment["bigquery"] or "")


def gap_of(fragment: Fragment) -> str | None:
    """Say why DuckDB cannot run a fragment; None where it can."""
    return None if isinstance(fragment, str) else fragment.get("gap")


def nothing_on_duckdb(fragment: Fragment, reason: str) -> Fragment:
    """Give an expression the value null on DuckDB, and the reason."""
    return {"bigquery": bigquery_sql(fragment), "duckdb": NOTHING, "gap": reason}


def _fragment(text: str, bigquery: str, duckdb: str) -> Fragment:
    reason = gap(duckdb)
    if reason is not None:
        return {"bigquery": text, "duckdb": None, "gap": reason}
    if _canonical(bigquery) != _canonical(duckdb):
        return {"bigquery": text, "duckdb": duckdb}
    # Literals that only BigQuery reads so: in double quotes, raw, or over several lines.
    return bigquery if '"' in text or "r'" in text or "'''" in text else text


def _canonical(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()
