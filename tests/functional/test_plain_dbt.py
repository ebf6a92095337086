"""With `JETSTREAM_PLAIN_DBT=1` dbt is as it comes, and builds and exports the same."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from built_tables import assert_equal

from conftest import BIN, Project, small_built, small_project
from dbt_jetstream import PLAIN_DBT
from tiers import exhaustive

SLUG = "fenix-toolbar-shortcut"
EARLY, NEXT_DAY = "2026-03-21", "2026-03-22"


def _dbt(project: Project, *words: str, as_of: str) -> subprocess.CompletedProcess[str]:
    """Run dbt in a process that has imported none of ours before, as those of tests have."""
    return subprocess.run(
        [str(BIN / "dbt"), *words],
        cwd=project.path,
        env=project.environment(as_of) | {PLAIN_DBT: "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small experiment, built on two days by dbt alone."""
    project = small_project(tmp_path_factory.mktemp("plain") / "project", SLUG)
    for day in (EARLY, NEXT_DAY):
        done = _dbt(project, "build", "--select", f"tag:experiment:{SLUG}", as_of=day)
        assert done.returncode == 0, done.stdout
    return project


def test_dbt_alone_builds_and_exports_the_same(plain: Project) -> None:
    assert_equal(plain, small_built(SLUG, EARLY, NEXT_DAY))


def test_an_experiment_is_selected_by_its_tag_or_folder_and_not_by_our_method(
    plain: Project,
) -> None:
    by_tag, by_path, by_method = (
        _dbt(plain, "--quiet", "ls", "--select", f"{how}{SLUG}", as_of=EARLY).stdout
        for how in ("tag:experiment:", "path:models/experiments/", "experiment:")
    )
    models = {line for line in by_path.splitlines() if "completeness" in line}
    assert models
    assert models <= set(by_tag.splitlines())
    assert "'experiment' is not a valid method name" in by_method


@exhaustive
def test_the_project_parses_without_any_plugin(plain: Project, tmp_path: Path) -> None:
    (tmp_path / "profiles.yml").write_text(
        "jetstream: {target: duckdb, outputs: {duckdb: {type: duckdb, path: none.duckdb}}}\n"
    )
    done = _dbt(plain, "parse", "--no-partial-parse", "--profiles-dir", str(tmp_path), as_of=EARLY)
    assert done.returncode == 0, done.stdout
