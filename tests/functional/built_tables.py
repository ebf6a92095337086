"""What a build leaves behind, in a form that two builds can be compared in."""

from __future__ import annotations

from conftest import Project
from exported_time import without_time


def tables(project: Project) -> list[str]:
    """List the tables of experiments; what a run says of itself is in others."""
    found = project.query(
        "select table_name from duckdb_columns() where column_name = 'definition_hash' "
        "and table_name in (select table_name from duckdb_tables() where schema_name = 'analysis') "
        "order by 1"
    )
    return [name for (name,) in found]


def rows(project: Project, table: str) -> list[tuple]:
    """All rows of a table as text, without markers: when days were read is no result.

    Columns are ordered by name, and sums of floats agree to 12 digits, whatever their order.
    """
    columns = project.query(
        "select column_name, data_type from duckdb_columns() "
        f"where schema_name = 'analysis' and table_name = '{table}' order by column_name"
    )
    shown = [
        f"""printf('%.12g', "{name}")""" if kind == "DOUBLE" else f'cast("{name}" as varchar)'
        for name, kind in columns
    ]
    is_days = table.endswith(("_client_days", "_exposure_days"))
    kept = "where analysis_id is not null" if is_days else ""
    return project.query(f"select {', '.join(shown)} from analysis.{table} {kept} order by all")


def exports(project: Project) -> dict[str, bytes]:
    """Read all exported files, without the time at which they changed."""
    return {
        str(path.relative_to(project.exports)): without_time(path.read_bytes())
        for path in sorted(project.exports.rglob("*.json"))
    }


def windows(project: Project, table: str, condition: str = "true") -> list[int]:
    """List the windows that a table or view holds."""
    query = f"select distinct window_index from {table} where {condition} order by 1"
    return [window for (window,) in project.query(query)]


def assert_equal(found: Project, expected: Project) -> None:
    """Compare all tables and exports of two projects."""
    assert tables(found) == tables(expected)
    for table in tables(expected):
        assert rows(found, table) == rows(expected, table), table
    here, there = exports(found), exports(expected)
    assert here.keys() == there.keys()
    for name in there:
        assert here[name] == there[name], name
