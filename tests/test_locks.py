"""Locks: what holds them, what changes them, and what becomes of experiments over time."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import DEMO_LAST_DAY, Project
from dbt_jetstream.cli import main
from dbt_jetstream.errors import ConfigErrors
from dbt_jetstream.experiments import read_all
from dbt_jetstream.files import JOURNAL, change_files, finish_changes
from dbt_jetstream.hub import HubAddress
from dbt_jetstream.lock.held import HeldLock
from dbt_jetstream.registry import read_registry, read_retired
from dbt_jetstream.run_lock import run_lock
from dbt_jetstream.statistics import catalogue
from dbt_jetstream.sync import Relock, Request, SyncReport, sync
from test_sync import DEFAULTS, DEFINITIONS, DESKTOP, OUTCOME, OWN, Workspace

FENIX = "fenix-toolbar-shortcut"
AFTER_THE_END = dt.date.fromisoformat(DEMO_LAST_DAY) + dt.timedelta(days=1)


@pytest.fixture
def workspace(tmp_path: Path, project: Project) -> Workspace:
    return Workspace(tmp_path, project)


def request_of(workspace: Workspace, **more: Any) -> Request:
    hubs = [HubAddress(str(workspace.hub))]
    return Request(hubs, workspace.experiments, workspace.project.path, **more)


def models(workspace: Workspace, slug: str = DESKTOP) -> dict[str, dict[str, Any]]:
    path = workspace.project.path / f"models/experiments/{slug}/{slug}.yml"
    found = yaml.load(path.read_text(), yaml.CSafeLoader)["models"]
    return {model["name"]: model["config"]["meta"] for model in found}


def hashes(workspace: Workspace) -> dict[str, str]:
    return {name: meta["definition_hash"] for name, meta in models(workspace).items()}


def change_metric_and_statistic(workspace: Workspace) -> None:
    clip = "drop_highest = 0.001"
    workspace.edit(DEFAULTS, lambda text: text.replace(clip, "drop_highest = 0.2"))
    workspace.edit(OUTCOME, lambda text: text.replace("toggle_shown", "toggle_seen"))


# What a lock holds, whatever changes.


def test_a_lock_survives_a_hub_that_changes_a_metric_and_a_statistic(workspace: Workspace) -> None:
    sync(request_of(workspace))
    before = workspace.files()
    change_metric_and_statistic(workspace)
    report = sync(request_of(workspace))
    assert workspace.files() == before
    assert sorted(report.kept) == [FENIX, DESKTOP]
    assert report.changed == []


def test_a_lock_survives_a_tool_whose_statistic_changes(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(request_of(workspace))
    newest = replace(catalogue.STATISTICS["bootstrap_mean"], version=2)
    monkeypatch.setitem(catalogue.STATISTICS, "bootstrap_mean", newest)
    sync(request_of(workspace))
    assert versions_of_means(workspace) == {1}
    sync(request_of(workspace, slugs=[DESKTOP], relock={DESKTOP: Relock.EVERYTHING}))
    assert versions_of_means(workspace) == {2}


def versions_of_means(workspace: Workspace) -> set[int]:
    statistics = models(workspace)["statistics_pip_first_time_hint"]["statistics"]
    return {s["version"] for s in statistics if s["statistic"] == "mean"}


def test_a_lock_names_what_made_it(workspace: Workspace) -> None:
    sync(request_of(workspace))
    versions = models(workspace)["enrollments_pip_first_time_hint"]["versions"]
    assert versions["locked_on"] == dt.datetime.now(dt.UTC).date().isoformat()
    assert {"dbt-jetstream", "numpy", "scipy", "sqlglot"} <= set(versions["packages"])
    metadata = models(workspace)["statistics_pip_first_time_hint"]["metadata"]
    assert metadata["version_date"] == f"{versions['locked_on']}T00:00:00Z"
    assert metadata["version_info"]["metric_definitions"] == [{"path": "hub", "revision": None}]


# What changes a lock.


def test_a_first_end_date_changes_no_hash_and_gives_the_overall_window(
    workspace: Workspace,
) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(endDate=None))
    sync(request_of(workspace))
    before = hashes(workspace)
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="2026-04-15"))
    sync(request_of(workspace))
    assert hashes(workspace) == before
    # 44 days from 2 March to 15 April, without the 8 enrollment dates, and the first day.
    window = models(workspace)["pip_first_time_hint_overall"]["windows"]
    assert (window["length"], window["not_before"]) == (44 - 8 + 1, "2026-04-15")
    dates = {meta["experiment"]["end_date"] for meta in models(workspace).values()}
    assert dates == {"2026-04-15"}


def test_an_end_date_in_the_experiments_own_config_stays(workspace: Workspace) -> None:
    workspace.configure('end_date = "2026-04-10"')
    sync(request_of(workspace))
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="2026-04-20"))
    sync(request_of(workspace))
    experiment = models(workspace)["enrollments_pip_first_time_hint"]["experiment"]
    assert experiment["end_date"] == "2026-04-10"


def test_a_rerun_takes_the_newest_definitions_and_rebuilds_every_table(
    workspace: Workspace,
) -> None:
    sync(request_of(workspace))
    before = hashes(workspace)
    assert workspace.rerun() == 0
    after = hashes(workspace)
    assert not [name for name, found in after.items() if found == before[name]]
    change_metric_and_statistic(workspace)
    assert workspace.rerun() == 0
    assert models(workspace)["enrollments_pip_first_time_hint"]["rerun"] == 2
    assert "toggle_seen" in str(workspace.lock(1))
    assert not [meta for meta in models(workspace).values() if "accepts" in meta]


def test_a_rerun_skip_accepts_the_windows_of_earlier_definitions(workspace: Workspace) -> None:
    sync(request_of(workspace))
    first = hashes(workspace)
    change_metric_and_statistic(workspace)
    assert workspace.rerun(command="rerun-skip") == 0
    found = models(workspace)
    assert found["statistics_pip_first_time_hint"]["accepts"] == [
        first["statistics_pip_first_time_hint"]
    ]
    second = hashes(workspace)
    # Days and units are of one piece: they are made again.
    changed_days = "pip_first_time_hint_events_client_days"
    assert second[changed_days] != first[changed_days]
    assert "accepts" not in found[changed_days]
    workspace.edit(DEFAULTS, lambda text: text.replace("drop_highest = 0.2", "drop_highest = 0.3"))
    assert workspace.rerun(command="rerun-skip") == 0
    name = "statistics_pip_first_time_hint"
    assert models(workspace)[name]["accepts"] == [second[name], first[name]]


def test_config_changed_reruns_what_changed_itself_and_nothing_else(workspace: Workspace) -> None:
    sync(request_of(workspace))
    change_metric_and_statistic(workspace)
    assert sync(request_of(workspace, relock_changed=True)).experiments == []
    workspace.edit(OWN, lambda text: text.replace('"new_profiles"]', "]"))
    assert sync(request_of(workspace)).config_changed == [DESKTOP]
    report = sync(request_of(workspace, relock_changed=True))
    assert [experiment.slug for experiment in report.experiments] == [DESKTOP]
    assert report.kept == [FENIX]
    assert sync(request_of(workspace)).config_changed == []


def test_a_comment_in_its_config_changes_nothing(workspace: Workspace) -> None:
    sync(request_of(workspace))
    workspace.edit(OWN, lambda text: f"# Another comment.\n{text}")
    assert sync(request_of(workspace)).config_changed == []


def test_other_branches_in_experimenter_are_a_changed_config(workspace: Workspace) -> None:
    sync(request_of(workspace))
    workspace.edit_experiment(lambda experiment: experiment["branches"].pop())
    assert sync(request_of(workspace)).config_changed == [DESKTOP]


def test_an_experiment_that_becomes_private_is_locked_anew_at_once(workspace: Workspace) -> None:
    sync(request_of(workspace))
    workspace.configure('is_private = true\ndataset_id = "secret"')
    report = sync(request_of(workspace))
    assert [experiment.is_private for experiment in report.experiments] == [True]
    assert DESKTOP not in (workspace.project.path / "seeds/registry.csv").read_text()


# What becomes of experiments.


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


def read_registry_of(workspace: Workspace) -> dict[str, Any]:
    return read_registry(workspace.project.path)


def test_an_experiment_that_ended_long_ago_is_added_when_it_is_named(workspace: Workspace) -> None:
    as_of = dt.date(2027, 1, 1)
    assert sync(request_of(workspace, as_of=as_of)).experiments == []
    named = sync(request_of(workspace, as_of=as_of, slugs=[DESKTOP]))
    assert [experiment.slug for experiment in named.experiments] == [DESKTOP]


def finish(workspace: Workspace, finished: Collection[str]) -> SyncReport:
    """Sync after the end of both demo experiments, of which some have no window left."""

    def is_finished(ended: Collection[HeldLock]) -> list[str]:
        assert {held.slug for held in ended} == {DESKTOP, FENIX} - retired
        return [held.slug for held in ended if held.slug in finished]

    retired = read_retired(workspace.project.path)
    return sync(request_of(workspace, as_of=AFTER_THE_END, is_finished=is_finished))


def test_an_ended_experiment_goes_to_dbtignore_when_its_windows_are_published(
    workspace: Workspace,
) -> None:
    ignored = workspace.project.path / ".dbtignore"
    ignored.write_text("# mine\nscratch/\n")
    sync(request_of(workspace))
    assert finish(workspace, []).finished == []
    assert ignored.read_text() == "# mine\nscratch/\n"
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
    before = {path.name for path in sources.iterdir()}
    finish(workspace, [FENIX])
    assert {path.name for path in sources.iterdir()} == {"telemetry.yml"} < before


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


# One experiment's mistake never touches another.


def test_a_broken_entry_leaves_the_others_alone(workspace: Workspace) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(branches="control"))
    report = sync(request_of(workspace))
    assert [experiment.slug for experiment in report.experiments] == [FENIX]
    assert [mistake.key for mistake in report.refused[DESKTOP]] == [f"{DESKTOP}.branches"]


@pytest.mark.parametrize("file", [OWN, OUTCOME, DEFINITIONS, DEFAULTS])
def test_a_broken_file_stops_only_what_draws_on_it(workspace: Workspace, file: str) -> None:
    path = workspace.edit(file, lambda text: f"{text}\n= nonsense")
    report = sync(request_of(workspace))
    assert [experiment.slug for experiment in report.experiments] == [FENIX]
    (mistake,) = report.refused[DESKTOP]
    assert str(mistake).startswith(f"{path}: not valid TOML")


def test_a_config_that_breaks_later_leaves_the_lock_and_says_so(workspace: Workspace) -> None:
    sync(request_of(workspace))
    before = workspace.files()
    path = workspace.edit(OWN, lambda text: f"{text}\n= nonsense")
    report = sync(request_of(workspace))
    assert workspace.files() == before
    assert str(report.warnings[0]).startswith(f"{path}: not valid TOML")
    assert report.config_changed == []


def test_a_config_that_breaks_does_not_move_the_end_that_it_set(workspace: Workspace) -> None:
    workspace.configure('end_date = "2026-04-10"')
    sync(request_of(workspace))
    before = workspace.files()
    path = workspace.edit(OWN, lambda text: f"{text}\n= nonsense")
    sync(request_of(workspace))
    assert workspace.files() == before
    path.unlink()
    sync(request_of(workspace))
    assert workspace.files() == before


def test_a_moved_end_after_a_rerun_skip_rebuilds_the_overall_window(workspace: Workspace) -> None:
    sync(request_of(workspace))
    change_metric_and_statistic(workspace)
    workspace.rerun(command="rerun-skip")
    assert "accepts" in models(workspace)["statistics_pip_first_time_hint"]
    before = hashes(workspace)
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="2026-04-22"))
    sync(request_of(workspace))
    statistics = models(workspace)["statistics_pip_first_time_hint"]
    assert "accepts" not in statistics
    assert statistics["definition_hash"] != before["statistics_pip_first_time_hint"]
    assert hashes(workspace)["pip_first_time_hint_daily"] == before["pip_first_time_hint_daily"]


@pytest.mark.parametrize("text", ["<<<<<<< ours\n", "models: []\n", "models:\n- name: x\n", "\x00"])
def test_a_lock_that_a_merge_broke_stops_its_own_experiment(
    workspace: Workspace, text: str
) -> None:
    sync(request_of(workspace))
    lock = workspace.project.path / f"models/experiments/{DESKTOP}/{DESKTOP}.yml"
    lock.write_text(text)
    (workspace.project.path / "seeds/registry.csv").write_text("<<<<<<< ours\n")
    report = sync(request_of(workspace))
    (mistake,) = report.refused[DESKTOP]
    assert str(mistake).startswith(f"{lock}: is no lock as `jetstream sync` writes it")
    assert report.kept == [FENIX]
    assert read_registry_of(workspace)[FENIX].state == "live"


def test_slugs_that_would_share_tables_are_refused_but_for_the_first(workspace: Workspace) -> None:
    desktop, fenix = json.loads(workspace.experiments.read_text())
    twin = {**desktop, "slug": "pip_first-time-hint"}
    workspace.experiments.write_text(json.dumps([desktop, twin, fenix]))
    report = sync(request_of(workspace))
    assert {experiment.slug for experiment in report.experiments} == {DESKTOP, FENIX}
    (mistake,) = report.refused[twin["slug"]]
    assert f"the same names as those of `{DESKTOP}`" in str(mistake)


# Nothing is half-written.


class Killed(Exception):
    """Stands for a process that is killed."""


@pytest.mark.parametrize("writes", range(4))
def test_changes_are_made_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    (tmp_path / "old.sql").write_text("old")
    wanted = {Path("a/new.sql"): "new", Path("old.sql"): None, Path("b.yml"): "lock"}
    left = iter(range(writes))

    def rename(path: Path, target: Path) -> Path:
        if next(left, None) is None:
            raise Killed
        path.rename(target)
        return target

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", rename)
        with contextlib.suppress(Killed):
            change_files(tmp_path, wanted)
    was_decided = (tmp_path / JOURNAL).exists() or writes == 3
    finish_changes(tmp_path)
    found = {
        p.relative_to(tmp_path): p.read_text()
        for p in tmp_path.rglob("*")
        if p.is_file() and p.suffix != ".tmp"
    }
    new = {path: text for path, text in wanted.items() if text is not None}
    assert found == (new if was_decided else {Path("old.sql"): "old"})


def test_nothing_is_written_outside_of_the_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    with pytest.raises(ConfigErrors, match="outside of the project"):
        change_files(project, {Path("../escaped.sql"): "select 1"})
    assert list(tmp_path.iterdir()) == [project]


def test_a_second_run_on_a_target_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "target.run-lock"
    with run_lock(path), pytest.raises(ConfigErrors) as refused, run_lock(path):
        pass
    (mistake,) = refused.value.errors
    assert "another run is under way here (process" in str(mistake)
    with run_lock(path):
        pass


def test_a_dry_run_says_what_is_due_and_changes_nothing(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    sync(request_of(workspace))
    before = workspace.files()
    options = [
        f"--metric-hub={workspace.hub}",
        f"--experiments={workspace.experiments}",
        f"--project-dir={workspace.project.path}",
    ]
    change_metric_and_statistic(workspace)
    # The units of 9 March have been observed for 14 days on the 22nd.
    assert main(["run", "--dry-run", "--date=2026-03-22", *options]) == 0
    printed = capsys.readouterr().out
    assert f"{DESKTOP}: daily 14, weekly 2 due on 2026-03-22" in printed
    assert workspace.files() == before
    # The overall window waits for the end, a day after its last one has passed.
    for date, due in (("2026-04-14", "daily 37"), ("2026-04-15", "daily 38, overall 1")):
        assert main(["run", "--dry-run", f"--date={date}", *options]) == 0
        assert f"{DESKTOP}: {due} due on {date}" in capsys.readouterr().out


def test_all_of_the_demo_is_read(workspace: Workspace) -> None:
    assert read_all(workspace.experiments).mistakes == {}
