"""A project's own models, beside those of experiments, come out as dbt makes them without us."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from conftest import Project, copy_project

ROWS = """
select
    {{ var('day') }} as day,
    1 as id,
    'text ' || {{ var('day') }} as said,
    {{ var('day') }} + 0.5 as amount
union all
select {{ var('day') }}, {{ var('day') }} + 1, 'new', {{ var('day') }}
"""
AMOUNTS = "select 1 as id, {{ 7 if var('day') == 1 else 7.25 }} as amount"


def _config(materialized: str, **more: str) -> str:
    given = "".join(f", {key}='{value}'" for key, value in more.items())
    return f"{{{{ config(materialized='{materialized}'{given}) }}}}\n"


def _incremental(strategy: str, **more: str) -> str:
    return _config("incremental", incremental_strategy=strategy, **more)


MODELS = {
    "merged": _incremental("merge", unique_key="id") + ROWS,
    "merged_by_default": _config("incremental", unique_key="id") + ROWS,
    "merged_in_parts": _incremental("merge", unique_key="id", partition_by="id") + ROWS,
    "replaced": _incremental("delete+insert", unique_key="id") + ROWS,
    "appended": _incremental("append") + ROWS,
    "widened": _config("incremental", unique_key="id", on_schema_change="sync_all_columns")
    + AMOUNTS,
    "table_of_rows": _config("table") + ROWS,
    "view_of_rows": _config("view") + ROWS,
}
SNAPSHOT = """
{% snapshot seen %}
{{ config(target_schema='analysis', unique_key='id', strategy='check', check_cols=['said']) }}
select * from {{ ref('table_of_rows') }}
{% endsnapshot %}
"""
QUERIES = {
    **{name: f"select * from analysis.{name} order by all" for name in MODELS},
    "types": "select table_name, column_name, data_type from information_schema.columns "
    f"where table_name in {(*MODELS, 'seen')} order by all",
    "seen": "select day, id, said, dbt_valid_to is null from analysis.seen order by all",
}


def _with_models(project: Project) -> Project:
    for folder, files in (("models/own", MODELS), ("snapshots", {"seen": SNAPSHOT})):
        path = project.path / folder
        path.mkdir(parents=True)
        for name, sql in files.items():
            (path / f"{name}.sql").write_text(sql)
    return project


def _tables(project: Project) -> dict[str, list[tuple]]:
    """What two builds make, a day each."""
    for day in (1, 2):
        done = project.run(
            "dbt", "build", "--select", "path:models/own", "path:snapshots", "--vars", f"day: {day}"
        )
        assert done.returncode == 0, done.stdout
    return {name: project.query(sql) for name, sql in QUERIES.items()}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project without a macro or a plugin of ours."""
    project = copy_project(tmp_path_factory.mktemp("plain") / "project")
    for folder in ("macros", "seeds", "tests", "models"):
        shutil.rmtree(project.path / folder)
    (project.path / "dbt_project.yml").write_text(
        "name: plain\nversion: 1.0.0\nprofile: plain\nflags: {send_anonymous_usage_stats: false}\n"
    )
    output = {"type": "duckdb", "path": str(project.database), "schema": "analysis", "threads": 2}
    profile = {"plain": {"target": "dev", "outputs": {"dev": output}}}
    (project.path / "profiles.yml").write_text(yaml.safe_dump(profile))
    return _with_models(project)


def test_models_of_users_are_as_dbt_makes_them(plain: Project, tmp_path: Path) -> None:
    ours = _with_models(copy_project(tmp_path / "project"))
    found, expected = _tables(ours), _tables(plain)
    assert found == expected
    assert {row[1:3] for row in found["merged"]} == {(1, "text 2"), (2, "new"), (3, "new")}
