"""The real dbt 2 on DuckDB, with `jetstream statistics`: `make test-dbt-2` installs it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import pytest

from conftest import REPOSITORY, Project, small_built, small_project

INSTALLED = REPOSITORY / ".dbt-2"
DBT = INSTALLED / "bin/dbt"
SLUG = "fenix-toolbar-shortcut"
EARLY, NEXT_DAY = "2026-03-21", "2026-03-22"
# Of its own DuckDB: files of the newest it cannot read.
STORAGE = "v1.2.0"

pytestmark = pytest.mark.skipif(not DBT.exists(), reason="needs dbt 2: `make test-dbt-2`")


def _dbt_2(project: Project, *words: str, as_of: str) -> subprocess.CompletedProcess[str]:
    own = {"ADBC_DRIVER_PATH": str(INSTALLED), "DO_NOT_TRACK": "1", "DBT_LOG_LEVEL_FILE": "off"}
    return subprocess.run(
        [DBT, *words],
        cwd=project.path,
        env=os.environ | project.environment(as_of) | own,
        capture_output=True,
        text=True,
        check=False,
    )


def _readable(path: Path) -> None:
    """Write a database anew, in the older format."""
    newer = path.rename(path.with_name("newer.duckdb"))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{newer}' as newer (read_only)")
        connection.execute(f"attach '{path}' as older (storage_version '{STORAGE}')")
        connection.execute("copy from database newer to older")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An experiment, built on two days, each in steps."""
    project = small_project(tmp_path_factory.mktemp("dbt-2") / "project", SLUG)
    _readable(project.database)
    build = ("build", "--select", f"tag:experiment:{SLUG}", "--exclude")
    for day in (EARLY, NEXT_DAY):
        for left_out in ("path:python_models+", "path:python_models"):
            done = _dbt_2(project, *build, left_out, as_of=day)
            assert done.returncode == 0, done.stdout + done.stderr
            computed = project.run("jetstream", "statistics", SLUG)
            assert computed.returncode == 0, computed.stderr
        exported = project.run("jetstream", "export", SLUG, as_of=day)
        assert exported.returncode == 0, exported.stderr
    return project


@pytest.mark.parametrize("kind", ["statistics", "trust"])
def test_files_are_those_of_dbt_1(built: Project, kind: str) -> None:
    expected = small_built(SLUG, EARLY, NEXT_DAY).exports / kind
    found = {path.name: path.read_bytes() for path in (built.exports / kind).iterdir()}
    assert found == {path.name: path.read_bytes() for path in expected.iterdir()}


def test_the_tables_of_the_command_are_tested(built: Project) -> None:
    selected = f"path:python_models,tag:experiment:{SLUG}"
    done = _dbt_2(built, "test", "--select", selected, as_of=NEXT_DAY)
    assert done.returncode == 0, done.stdout
    for name in ("unique_key_statistics", "unique_key_trust", "no_trust_warnings"):
        assert name in done.stdout


def test_nothing_is_left_behind(built: Project) -> None:
    views = built.query("select view_name from duckdb_views() where not internal")
    kept = ("statistics_", "completeness_")
    assert [name for (name,) in views if not name.startswith(kept)] == []


def test_python_models_are_refused_and_nothing_else(built: Project) -> None:
    done = _dbt_2(built, "build", "--select", f"tag:experiment:{SLUG}", as_of=NEXT_DAY)
    assert done.returncode == 1
    assert "Python models are not supported for duckdb adapter" in done.stdout + done.stderr
