"""Lineage: who reads results, who owns models, and which raw columns they come from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ARTIFACTS, Project
from dbt_jetstream.inputs.platforms import ROLES
from dbt_jetstream.lock import lineage
from dbt_jetstream.lock.held import held_locks
from dbt_jetstream.lock.nodes.data_tests import described
from dbt_jetstream.lock.nodes.telemetry import EVENT_COLUMNS, Read, _columns, _resolved
from tiers import exhaustive
from workspace import DEFINITIONS, DESKTOP, Workspace

FENIX = "fenix-toolbar-shortcut"


@pytest.fixture
def workspace(tmp_path: Path, project: Project) -> Workspace:
    return Workspace(tmp_path, project)


def document(workspace: Workspace, slug: str = DESKTOP, folder: str = "experiments") -> Any:
    path = workspace.project.path / f"models/{folder}/{slug}/{slug}.yml"
    return yaml.safe_load(path.read_text())


def own(workspace: Workspace, line: str) -> None:
    path = workspace.project.path / "dbt_project.yml"
    text = path.read_text()
    assert "default: {name: Experiment analysis}" in text
    path.write_text(text.replace("default: {name: Experiment analysis}", line))


def test_the_page_shows_every_result_and_the_trust_checks(workspace: Workspace) -> None:
    assert workspace.sync() == 0
    page, exports = document(workspace)["exposures"]
    assert (page["name"], page["type"]) == ("results_page_pip_first_time_hint", "dashboard")
    assert set(page["depends_on"]) == {
        "ref('completeness_pip_first_time_hint')",
        "ref('trust_pip_first_time_hint')",
        *(
            f"ref('statistics_pip_first_time_hint_{period}')"
            for period in ("daily", "weekly", "days28", "overall", "preenrollment_weekly")
        ),
    }
    assert (exports["name"], exports["type"]) == ("exports_pip_first_time_hint", "application")
    assert (
        "`errors/errors_pip_first_time_hint.json`, from `jetstream.logs`" in exports["description"]
    )


def test_a_private_experiment_has_no_exports_and_its_columns_are_not_told(
    workspace: Workspace,
) -> None:
    assert workspace.sync() == 0
    sources = workspace.project.path / "models/sources/telemetry.yml"
    assert "metric `used_pip`" in sources.read_text()
    workspace.configure('is_private = true\ndataset_id = "secret"')
    assert workspace.sync() == 0
    (page,) = document(workspace, folder="private")["exposures"]
    assert "private" in page["description"]
    assert page["config"]["meta"] == {"is_private": True}
    assert "used_pip" not in sources.read_text()


@exhaustive
def test_the_owner_of_a_metric_is_named_and_changes_no_hash(workspace: Workspace) -> None:
    assert workspace.sync() == 0
    before = {lock.slug: lock.hashes() for lock in held_locks(workspace.project.path).values()}
    workspace.edit(
        DEFINITIONS,
        lambda text: text.replace(
            "[metrics.retained]\n", '[metrics.retained]\nowner = ["a@example.com", "b{{@c"]\n'
        ),
    )
    for lock in held_locks(workspace.project.path).values():
        shutil.rmtree(lock.path.parent)
    assert workspace.sync() == 0
    after = {lock.slug: lock.hashes() for lock in held_locks(workspace.project.path).values()}
    assert after == before
    manifest = parsed(workspace)
    weekly = manifest["nodes"]["model.dbt_jetstream.pip_first_time_hint_weekly"]
    told = weekly["columns"]["retained"]["description"]
    assert told.endswith("Owners of the metric: a@example.com, b{{@c.")
    assert "Owner" not in weekly["columns"]["days_of_use"]["description"]


def parsed(workspace: Workspace) -> Any:
    done = workspace.project.run("dbt", "parse", **ARTIFACTS)
    assert done.returncode == 0, done.stdout
    return json.loads((workspace.project.path / "target/manifest.json").read_text())


@exhaustive
def test_an_application_may_have_an_owner_of_its_own(workspace: Workspace) -> None:
    assert workspace.sync() == 0
    # No new lock is needed: who owns an experiment changes while it runs.
    mobile = "fenix: {name: Mobile, email: mobile@example.com}"
    own(workspace, f"default: {{name: All of us}}\n    {mobile}")
    manifest = parsed(workspace)
    owners = {group["name"]: group["owner"] for group in manifest["groups"].values()}
    assert owners["pip_first_time_hint"] == {"name": "All of us", "email": None}
    assert owners["fenix_toolbar_shortcut"] == {"name": "Mobile", "email": "mobile@example.com"}
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert {model["group"] for model in models} == owners.keys()
    exposures = manifest["exposures"].values()
    fenix = [e for e in exposures if e["tags"] == [f"experiment:{FENIX}"]]
    assert [e["owner"]["name"] for e in fenix] == ["Mobile", "Mobile"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("fenix: {name: Mobile}", "name an owner under `default`"),
        ("default: {team: Mobile}", "`default` needs a `name` or an `email`"),
        ("default: Mobile", "`default` needs a `name` or an `email`, found 'Mobile'"),
    ],
)
def test_a_project_without_an_owner_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], line: str, problem: str
) -> None:
    own(workspace, line)
    assert workspace.sync() == 1
    told = capsys.readouterr().err
    assert "dbt_project.yml: vars.jetstream_owners" in told
    assert problem in told


def test_a_lock_whose_end_moves_keeps_its_exposures_and_group(workspace: Workspace) -> None:
    assert workspace.sync() == 0
    before = document(workspace)
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="2026-04-20"))
    assert workspace.sync() == 0
    after = document(workspace)
    assert after["models"] != before["models"]
    assert after["exposures"] == before["exposures"]
    assert after["groups"] == before["groups"]


@pytest.mark.parametrize(
    ("clause", "column", "tables"),
    [
        ("{a.t}", "x", {"a.t"}),
        ("(SELECT *, DATE(ts) AS day FROM {a.t})", "x", {"a.t"}),
        # Named by the query itself: the raw column is another.
        ("(SELECT *, DATE(ts) AS day FROM {a.t})", "day", set()),
        ("(SELECT * FROM {a.t} UNION ALL SELECT * FROM {b.u})", "x", {"a.t", "b.u"}),
        (
            "(WITH q AS (SELECT t.* FROM {a.t} t JOIN {b.u} u USING (id)) SELECT * FROM q)",
            "x",
            {"a.t"},
        ),
        # Nobody can tell which of the two has it.
        ("(SELECT * FROM {a.t} t JOIN {b.u} u ON t.id = u.id)", "x", set()),
    ],
)
def test_a_column_is_found_in_the_table_that_it_comes_from(
    clause: str, column: str, tables: set[str]
) -> None:
    found = _resolved(Read("clause", clause, [(column, "metric")]))
    assert {table for table, name, use in found if (name, use) == (column, "metric")} == tables


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("COALESCE(SUM(ds.hours), 0)", {"hours"}),
        ("mozfun.map.get_key(ds.experiments, 'slug').branch", {"experiments"}),
        ("SUM(metrics.counter.taps)", {"metrics"}),
        ("COUNTIF(e.branch = 'control' AND opened)", {"opened"}),
        (
            "SUM((SELECT SUM(v.value) FROM UNNEST(ds.histogram) AS v WHERE key = 'a'))",
            {"histogram"},
        ),
        ("COUNT(*)", set()),
    ],
)
def test_an_expression_names_columns_of_its_data_source(sql: str, columns: set[str]) -> None:
    assert set(_columns(sql)) == columns


def test_the_columns_of_every_enrollment_query_are_known() -> None:
    assert set(EVENT_COLUMNS) == {(kind, role) for kind, roles in ROLES.items() for role in roles}


@pytest.mark.parametrize("color", sorted({*lineage.STAGES.values(), lineage.RESULTS}))
def test_a_white_label_can_be_read_on_every_stage(color: str) -> None:
    """WCAG 2.1: a contrast of 4.5 to 1 for text."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    assert 1.05 / (luminance + 0.05) >= 4.5


def test_a_description_that_a_test_has_is_kept() -> None:
    assert described({"not_null": {"description": "own"}}) == {"not_null": {"description": "own"}}
    assert described("not_null") == {"not_null": {"description": "Every row has a value."}}
    assert described("another") == "another"
