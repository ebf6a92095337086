"""The demo on the dbt that is not locked yet: `make test-next-dbt` has an environment with it."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from mozilla_nimbus_schemas.jetstream import Metadata, Statistics

from conftest import DEMO_LAST_DAY, Project, demo_project

PINNED = (Path(__file__).parent / "requirements.txt").read_text().splitlines()
# Stops at the first thing that this dbt advises against.
STRICT = ("--warn-error-options", '{"error": ["Deprecations"]}')
DESKTOP, FENIX = "pip-first-time-hint", "fenix-toolbar-shortcut"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Both demo experiments, one selected by our method and one by its tag; parsed anew."""
    project = demo_project(tmp_path_factory.mktemp("next-dbt") / "project")
    selected = ("--select", f"experiment:{DESKTOP}", f"tag:experiment:{FENIX}")
    done = project.run(
        "dbt", "build", "--no-partial-parse", *STRICT, *selected, as_of=DEMO_LAST_DAY
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return project


def test_this_is_the_dbt_that_is_to_be_tried() -> None:
    assert f"dbt-core=={version('dbt-core')}" in PINNED


@pytest.mark.parametrize("slug", [DESKTOP, FENIX])
def test_a_demo_builds_without_deprecations_and_its_exports_validate(
    built: Project, slug: str
) -> None:
    name = slug.replace("-", "_")
    metadata = built.exports / f"metadata/metadata_{name}.json"
    Metadata.model_validate(json.loads(metadata.read_text()))
    exported = list((built.exports / "statistics").glob(f"statistics_{name}_*.json"))
    assert len(exported) == 5
    for path in exported:
        rows = json.loads(path.read_text())
        assert rows
        Statistics.model_validate(rows)


def test_what_dbt_deprecates_would_be_noticed(project: Project) -> None:
    """A test's arguments beside its name are an old spelling."""
    (project.path / "models/old.sql").write_text("select 1 as x")
    tests = [{"accepted_values": {"values": [1]}}]
    models = [{"name": "old", "columns": [{"name": "x", "tests": tests}]}]
    (project.path / "models/old.yml").write_text(json.dumps({"models": models}))
    done = project.run("dbt", "parse", "--no-partial-parse", *STRICT)
    assert done.returncode != 0
    assert "Deprecat" in done.stdout
