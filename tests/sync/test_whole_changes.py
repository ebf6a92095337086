"""Nothing is half-written, written elsewhere, or written by a dry run."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from dbt_jetstream.cli import main
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.common.journal import JOURNAL, change_files, finish_changes
from dbt_jetstream.common.run_lock import run_lock
from dbt_jetstream.sync.locking import sync
from sync.locking import change_metric_and_statistic, request_of
from workspace import DESKTOP, Workspace


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
