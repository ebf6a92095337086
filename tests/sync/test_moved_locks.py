"""Locks that an earlier version wrote: moved to this version's models, with what was built kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from conftest import SMALL, Project, copy_project
from dbt_jetstream.hub import HubAddress
from dbt_jetstream.sync import Request, sync
from tiers import exhaustive

SLUG = "pip-first-time-hint"
NAME = "pip_first_time_hint"
# Of the version that had pieces and moments in one table, from the small hub.
EARLIER = Path(__file__).parent / "earlier_lock.json"
FOLDERS = (f"models/experiments/{SLUG}", f"python_models/experiments/{SLUG}")
LOCK = f"models/experiments/{SLUG}/{SLUG}.yml"


def _sync(project: Path) -> list[str]:
    report = sync(Request([HubAddress(str(SMALL))], SMALL / "experiments.json", project, [SLUG]))
    return report.moved


def _files(project: Path) -> dict[str, str]:
    paths = (path for folder in FOLDERS for path in (project / folder).iterdir())
    return {path.name: path.read_text() for path in paths if path.suffix in {".sql", ".py"}}


def _models(project: Path) -> dict[str, dict]:
    return _models_of((project / LOCK).read_text())


def _models_of(text: str) -> dict[str, dict]:
    models = {model["name"]: model for model in yaml.safe_load(text)["models"]}
    for model in models.values():
        model["config"]["meta"].pop("versions", None)
    return models


def _making(model: dict) -> dict:
    """What dbt is told of how to make a table, but for hooks."""
    told = model["config"]
    return {key: value for key, value in told.items() if key not in {"meta", "post_hook"}}


@pytest.fixture
def earlier(tmp_path: Path) -> Project:
    project = copy_project(tmp_path / "earlier")
    for path, text in json.loads(EARLIER.read_text()).items():
        (project.path / path).parent.mkdir(parents=True, exist_ok=True)
        (project.path / path).write_text(text)
    return project


def test_a_moved_lock_is_what_this_version_writes(earlier: Project, tmp_path: Path) -> None:
    assert _sync(earlier.path) == [SLUG]
    new = copy_project(tmp_path / "new").path
    assert _sync(new) == []
    assert _files(earlier.path) == _files(new)
    moved, written = _models(earlier.path), _models(new)
    assert list(moved) == list(written)
    before = _models_of(json.loads(EARLIER.read_text())[LOCK])
    (old,) = set(before) - set(moved)
    for name, model in moved.items():
        if name in before:
            # Completeness lists the models.
            model["config"]["meta"].pop("nodes", None)
            before[name]["config"]["meta"].pop("nodes", None)
            assert model["config"].pop("meta") == before[name]["config"].pop("meta")
            # What a table holds is as it was; how dbt makes it is as of today.
            assert _making(model) == _making(written[name])
            assert "drop_leftovers" not in str(model["config"])
            assert model | {"config": {}} == before[name] | {"config": {}}
        else:
            # Of a lock of today the hash is another, for what is upstream is written otherwise.
            assert model["config"]["meta"] == before[old]["config"]["meta"]
            for found in (model, written[name]):
                del found["config"]["meta"]["definition_hash"]
            assert model == written[name]


def test_it_is_moved_once(earlier: Project) -> None:
    _sync(earlier.path)
    before = _files(earlier.path)
    assert _sync(earlier.path) == []
    assert _files(earlier.path) == before


def test_a_lock_that_names_dbts_materializations_is_as_locked_today(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project").path
    _sync(project)
    paths = [project / LOCK, *(project / FOLDERS[1]).glob("*.py")]
    today = {path: path.read_text() for path in paths}
    for path, text in today.items():
        path.write_text(_as_of_yesterday(text))
        assert path.read_text() != text or "trust" in path.name
    assert _sync(project) == [SLUG]
    assert {path: path.read_text() for path in paths} == today


def _as_of_yesterday(text: str) -> str:
    """Write a lock, or a Python model, as before there was a materialization of our own."""
    grown = "materialized: jetstream_table\n    unique_key:"
    merged = (
        "materialized: incremental\n    incremental_strategy: merge\n"
        "    on_schema_change: append_new_columns\n    unique_key:"
    )
    text = text.replace(grown, merged).replace(
        "materialized: jetstream_table", "materialized: table"
    )
    return text.replace("dbt.grows", "dbt.is_incremental")


@exhaustive
def test_dbt_names_the_way_out_of_an_earlier_lock(earlier: Project) -> None:
    for model in (f"summaries_{NAME}", f"enrollments_{NAME}"):
        done = earlier.run("dbt", "compile", "--select", model)
        assert done.returncode != 0
        assert f"run `jetstream sync --experiment {SLUG}`" in done.stdout
