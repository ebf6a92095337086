"""Locks that an earlier version wrote: moved to this version's models, with what was built kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from conftest import SMALL, Project, copy_project
from dbt_jetstream.cli import main
from dbt_jetstream.inputs.hub import HubAddress
from dbt_jetstream.lock.definition.definition import Definition
from dbt_jetstream.lock.definition.file import FILE
from dbt_jetstream.lock.held import HeldLock, held_locks
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Request
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


def _held(project: Path) -> HeldLock:
    return held_locks(project)[SLUG]


def _earlier_hashes() -> dict[str, str]:
    models = yaml.safe_load(json.loads(EARLIER.read_text())[LOCK])["models"]
    return {model["name"]: model["config"]["meta"]["definition_hash"] for model in models}


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
    before, moved = _earlier_hashes(), _held(earlier.path)
    divided = before.pop(f"summaries_{NAME}")
    both = {f"pieces_{NAME}": [divided], f"moments_{NAME}": [divided]}
    # Of a lock of today the hashes are others, for what is upstream is written otherwise.
    assert moved.hashes() == both | {name: [found] for name, found in before.items()}
    for name in ("experiment", "periods", "outcomes", "telemetry"):
        assert getattr(moved.definition, name) == getattr(_held(new).definition, name)
    assert _shown(moved.definition) == _shown(_held(new).definition)


def _shown(definition: Definition) -> dict[str, tuple[str | None, str | None, list[str]]]:
    """What the hub says of metrics; versions of statistics and DuckDB's SQL have changed since."""
    return {
        name: (measure.source, measure.select_expression, list(measure.statistics))
        for name, measure in definition.measures.items()
    }


def test_it_is_moved_once(earlier: Project) -> None:
    _sync(earlier.path)
    before = _files(earlier.path)
    assert _sync(earlier.path) == []
    assert _files(earlier.path) == before


def test_an_upgrade_moves_it_without_the_hub(
    earlier: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    upgrade = ["upgrade", f"--project-dir={earlier.path}"]
    assert main(upgrade) == 0
    assert f"models/experiments/{SLUG}/{FILE}\n" in capsys.readouterr().out
    before = _earlier_hashes()
    assert _held(earlier.path).hashes()[f"statistics_{NAME}"] == [before[f"statistics_{NAME}"]]
    assert main(upgrade) == 0
    assert capsys.readouterr().out.startswith("nothing to do: ")


@exhaustive
def test_dbt_names_the_way_out_of_an_earlier_lock(earlier: Project) -> None:
    for model in (f"summaries_{NAME}", f"enrollments_{NAME}"):
        done = earlier.run("dbt", "compile", "--select", model)
        assert done.returncode != 0
        assert f"run `jetstream sync --experiment {SLUG}`" in done.stdout
