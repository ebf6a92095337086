"""What becomes of experiments: live, skipped, refused, finished, retired and live again."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.registry import read_retired
from sync.locking import AFTER_THE_END, FENIX, finish, hashes, read_registry_of, request_of
from workspace import DESKTOP, OWN, Workspace


def test_the_registry_says_what_became_of_each_and_why(workspace: Workspace) -> None:
    desktop, fenix = json.loads(workspace.experiments.read_text())
    others = [
        {**desktop, "slug": "a-rollout", "isRollout": True},
        {**desktop, "slug": "no-start", "startDate": None},
        {**desktop, "slug": "long-over", "endDate": "2026-03-20"},
    ]
    workspace.experiments.write_text(json.dumps([desktop, fenix, *others]))
    report = sync(request_of(workspace, as_of=dt.date(2026, 4, 20)))
    found = {slug: (e.state, e.exception_type) for slug, e in read_registry_of(workspace).items()}
    assert found == {
        DESKTOP: ("live", ""),
        FENIX: ("live", ""),
        "a-rollout": ("skipped", "RolloutSkipException"),
        "no-start": ("refused", "NoStartDateException"),
        "long-over": ("skipped", "EndedException"),
    }
    assert {*report.skipped} == {"a-rollout", "long-over"}
    assert {*report.refused} == {"no-start"}


def test_an_experiment_that_ended_long_ago_is_added_when_it_is_named(workspace: Workspace) -> None:
    as_of = dt.date(2027, 1, 1)
    assert sync(request_of(workspace, as_of=as_of)).experiments == []
    named = sync(request_of(workspace, as_of=as_of, slugs=[DESKTOP]))
    assert [experiment.slug for experiment in named.experiments] == [DESKTOP]


def test_an_ended_experiment_goes_to_dbtignore_when_its_windows_are_published(
    workspace: Workspace,
) -> None:
    ignored = workspace.project.path / ".dbtignore"
    ignored.write_text("# mine\nscratch/\n")
    sync(request_of(workspace))
    assert finish(workspace, []).finished == []
    assert not [line for line in ignored.read_text().splitlines() if DESKTOP in line]
    report = finish(workspace, [DESKTOP])
    assert report.finished == [DESKTOP]
    lines = ignored.read_text().splitlines()
    assert lines[:2] == ["# mine", "scratch/"]
    assert f"models/experiments/{DESKTOP}/" in lines
    assert f"python_models/experiments/{DESKTOP}/" in lines
    assert read_registry_of(workspace)[DESKTOP].state == "finished"
    assert finish(workspace, []).kept == [FENIX]
    # Its lock is still there, for a rerun.
    assert hashes(workspace)


def test_no_source_is_kept_for_retired_experiments(workspace: Workspace) -> None:
    sync(request_of(workspace))
    sources = workspace.project.path / "models/sources"
    before = {path.name for path in sources.glob("*.yml")}
    finish(workspace, [FENIX])
    assert {path.name for path in sources.glob("*.yml")} == {"telemetry.yml"} < before


def test_a_rerun_brings_a_retired_experiment_back(workspace: Workspace) -> None:
    sync(request_of(workspace))
    finish(workspace, [DESKTOP, FENIX])
    assert workspace.rerun() == 0
    assert read_retired(workspace.project.path) == {FENIX}
    assert read_registry_of(workspace)[DESKTOP].state == "live"


def test_a_live_experiment_that_its_config_skips_is_retired_until_it_does_not(
    workspace: Workspace,
) -> None:
    sync(request_of(workspace))
    workspace.configure("skip = true")
    report = sync(request_of(workspace))
    assert "skip = true" in report.skipped[DESKTOP].problem
    assert read_retired(workspace.project.path) == {DESKTOP}
    workspace.edit(OWN, lambda text: text.replace("skip = true\n", ""))
    sync(request_of(workspace))
    assert read_retired(workspace.project.path) == set()


def test_an_experiment_that_is_no_longer_listed_keeps_its_lock(workspace: Workspace) -> None:
    sync(request_of(workspace))
    before = workspace.files()
    _, fenix = json.loads(workspace.experiments.read_text())
    workspace.experiments.write_text(json.dumps([fenix]))
    report = sync(request_of(workspace))
    assert f"{DESKTOP}: is locked, but not in the list" in str(report.warnings[0])
    assert workspace.files() == before


def test_a_retired_experiment_whose_end_moves_is_live_again(workspace: Workspace) -> None:
    sync(request_of(workspace))
    finish(workspace, [DESKTOP, FENIX])
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="2026-06-01"))
    report = sync(request_of(workspace, as_of=AFTER_THE_END))
    assert report.kept == [DESKTOP]
    assert read_retired(workspace.project.path) == {FENIX}


def test_a_skip_is_remembered_while_others_are_synced(workspace: Workspace) -> None:
    sync(request_of(workspace))
    workspace.configure("skip = true")
    sync(request_of(workspace))
    sync(request_of(workspace, slugs=[FENIX]))
    workspace.edit(OWN, lambda text: text.replace("skip = true\n", ""))
    sync(request_of(workspace))
    assert read_retired(workspace.project.path) == set()


def test_a_private_experiment_that_is_skipped_is_named_nowhere(workspace: Workspace) -> None:
    workspace.configure('is_private = true\ndataset_id = "secret"')
    sync(request_of(workspace))
    workspace.edit(OWN, lambda text: text.replace("is_private", "skip = true\nis_private"))
    assert DESKTOP in sync(request_of(workspace)).skipped
    assert not [path for path in workspace.files() if DESKTOP in path.parts]
    for file in (".dbtignore", "seeds/registry.csv"):
        path = workspace.project.path / file
        assert not path.exists() or DESKTOP not in path.read_text()


@pytest.mark.parametrize("mistake", ["", "\n[metrics]\nweekly = ['no_such_metric']\n"])
def test_what_becomes_private_is_not_built_even_if_it_cannot_be_locked(
    workspace: Workspace, mistake: str
) -> None:
    sync(request_of(workspace))
    # Without a dataset the parser refuses the file; with one the unknown metric stops the lock.
    dataset = '\ndataset_id = "secret"' if mistake else ""
    (workspace.hub / OWN).write_text(f"[experiment]\nis_private = true{dataset}\n{mistake}")
    report = sync(request_of(workspace))
    assert DESKTOP in report.refused
    assert not [path for path in workspace.files() if DESKTOP in path.parts]
    assert DESKTOP not in (workspace.project.path / "seeds/registry.csv").read_text()
