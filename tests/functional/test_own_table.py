"""The materialization `jetstream_table`: what grows, what is made anew, what goes with a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from conftest import Project, copy_project

# Each build adds a row of its day; the hash is that of the definition that made it.
ROW = """
select
    {{ var('day') }} as day,
    '{{ model.config.meta.definition_hash }}' as definition_hash,
    {{ var('value', 1) }} as value
    {{ ', 7 as more' if var('more', false) }}
    {{ ', error(''stop'')' if var('fails', false) }}
"""
PYTHON = """
def model(dbt, session):
    day = session.sql(f"select count(*) + 1 from {dbt.this}").fetchall()[0][0] if dbt.grows else 1
    return session.sql(f"select {day} as day, 'one' as definition_hash")
"""
GROWING: dict[str, Any] = {
    "materialized": "jetstream_table",
    "unique_key": "day",
    "meta": {"definition_hash": "one"},
}
CONFIGS: dict[str, dict[str, Any]] = {
    "growing": GROWING | {"grants": {"select": ["x"]}},
    "written": GROWING,
    "without_key": GROWING | {"unique_key": None, "indexes": [{"columns": ["day"]}]},
}
DAYS = "select day, value from analysis.growing order by day"


@pytest.fixture
def own(tmp_path: Path) -> Project:
    project = copy_project(tmp_path / "project")
    (project.path / "models/own").mkdir()
    (project.path / "python_models/written.py").write_text(PYTHON)
    for name in ("growing", "without_key"):
        (project.path / f"models/own/{name}.sql").write_text(ROW)
    _configure(project)
    return project


def _configure(project: Project, **changed: Any) -> None:
    models = [
        {
            "name": name,
            "description": f"What is {name}.",
            "config": {**config, "persist_docs": {"relation": True}, **changed},
        }
        for name, config in CONFIGS.items()
    ]
    (project.path / "models/own/own.yml").write_text(yaml.safe_dump({"models": models}))


def _run(project: Project, *words: str, is_good: bool = True, **variables: Any) -> str:
    given = ("--vars", yaml.safe_dump(variables))
    # DuckDB may fail to list indexes while another table that has some is dropped.
    done = project.run("dbt", "run", "--threads", "1", "--select", *CONFIGS, *given, *words)
    assert (done.returncode == 0) == is_good, done.stdout
    return done.stdout


def _change(project: Project, sql: str) -> None:
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(sql)


def test_rows_are_added_and_a_table_without_a_key_is_made_anew(own: Project) -> None:
    said = _run(own, day=1)
    assert said.count("Grants for relations are not supported by DuckDB") == 1
    _run(own, day=2)
    assert own.query(DAYS) == [(1, 1), (2, 1)]
    assert own.query("select day from analysis.without_key") == [(2,)]
    assert own.query("select day from analysis.written order by day") == [(1,), (2,)]
    comments = own.query("select comment from duckdb_tables() where table_name = 'growing'")
    assert comments == [("What is growing.",)]
    names = own.query("select table_name from duckdb_tables() where schema_name = 'analysis'")
    assert {name for (name,) in names} >= set(CONFIGS)
    assert not [name for (name,) in names if "__dbt" in name]


def test_a_new_column_is_added_and_whole_numbers_become_fractions(own: Project) -> None:
    _run(own, day=1)
    _run(own, day=2, value="2.5::double", more=True)
    assert own.query("select day, value, more from analysis.growing order by day") == [
        (1, 1.0, None),
        (2, 2.5, 7),
    ]


@pytest.mark.parametrize("reason", ["another definition", "full refresh", "no rows"])
def test_a_table_is_made_anew(own: Project, reason: str) -> None:
    _run(own, day=1)
    words: tuple[str, ...] = ()
    if reason == "another definition":
        _configure(own, meta={"definition_hash": "two"})
    elif reason == "full refresh":
        words = ("--full-refresh",)
    else:
        _change(own, "delete from analysis.growing")
    _run(own, *words, day=3)
    assert own.query(DAYS) == [(3, 1)]
    assert own.query("select count(*) from duckdb_indexes() where table_name = 'without_key'") == [
        (1,)
    ]
    if reason != "no rows":
        assert own.query("select day from analysis.written") == [(1,)]


def test_what_an_earlier_definition_made_stays_until_its_table_is_complete(own: Project) -> None:
    _run(own, day=1)
    said = _run(own, "--full-refresh", is_good=False, day=2, fails=True)
    assert "stop" in said
    assert own.query(DAYS) == [(1, 1)]
    _run(own, day=3)
    assert own.query(DAYS) == [(1, 1), (3, 1)]


def test_a_table_takes_the_place_of_a_view(own: Project) -> None:
    _change(own, "create schema if not exists analysis")
    _change(own, "create view analysis.growing as select 1 as day")
    _run(own, day=1)
    assert own.query(DAYS) == [(1, 1)]
