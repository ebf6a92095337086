"""What changes a lock: reruns, and changes to an experiment itself."""

from __future__ import annotations

from dbt_jetstream.cli.told import sync_lines
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Relock
from sync.locking import FENIX, change_metric_and_statistic, hashes, models, request_of
from workspace import DEFAULTS, DESKTOP, OWN, Workspace


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


def test_a_rerun_that_experimenter_asks_for_is_done_once(workspace: Workspace) -> None:
    sync(request_of(workspace))
    before = hashes(workspace)

    def ask(moment: str) -> None:
        asked = {"doRerun": True, "doRerunTimestamp": moment}
        workspace.edit_experiment(lambda experiment: experiment.update(asked))

    # Older than the lock.
    ask("2020-01-01T00:00:00Z")
    assert sync(request_of(workspace)).reruns_asked == []
    ask("2099-01-01T02:00:00+02:00")
    assert sync(request_of(workspace)).reruns_asked == [DESKTOP]
    after = hashes(workspace)
    assert not [name for name, found in after.items() if found == before.get(name)]
    periods = models(workspace)["statistics_pip_first_time_hint"]["periods"]
    assert sorted(periods) == ["overall", "preenrollment_weekly"]
    assert sync(request_of(workspace)).reruns_asked == []
    assert hashes(workspace) == after
    ask("2099-01-01T00:00:01Z")
    assert sync(request_of(workspace)).reruns_asked == [DESKTOP]


def test_a_rerun_that_is_over_leaves_the_overall_window_alone_and_says_so(
    workspace: Workspace,
) -> None:
    sync(request_of(workspace))
    asked = {"doRerun": True, "doRerunTimestamp": "2099-01-01T00:00:00Z"}
    workspace.edit_experiment(lambda experiment: experiment.update(asked))
    assert sync(request_of(workspace)).reruns_over == []
    workspace.edit_experiment(lambda experiment: experiment.update(doRerun=False))
    report = sync(request_of(workspace))
    assert report.reruns_over == [DESKTOP]
    (line,) = [line for line in sync_lines(report) if DESKTOP in line]
    assert f"`jetstream rerun {DESKTOP}` takes up the other periods again" in line
    again = {DESKTOP: Relock.EVERYTHING}
    sync(request_of(workspace, slugs=[DESKTOP], relock=again))
    assert "weekly" in models(workspace)["statistics_pip_first_time_hint"]["periods"]
    assert sync(request_of(workspace)).reruns_over == []


def test_a_time_of_a_rerun_that_is_none_is_refused(workspace: Workspace) -> None:
    sync(request_of(workspace))
    asked = {"doRerun": True, "doRerunTimestamp": "soon"}
    workspace.edit_experiment(lambda experiment: experiment.update(asked))
    (mistake,) = sync(request_of(workspace)).refused[DESKTOP]
    assert "doRerunTimestamp: expected a time as YYYY-MM-DDTHH:MM:SSZ, found 'soon'" in str(mistake)
