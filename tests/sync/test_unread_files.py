"""Files of a hub that nothing reads, because of their name or place, are said with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import SHARED
from dbt_jetstream.cli import main
from dbt_jetstream.inputs.hub import read_hub
from dbt_jetstream.inputs.hub.unread import misnamed_configs, unknown_applications, unread_files
from dbt_jetstream.inputs.platforms import read_platforms
from dbt_jetstream.sync.locking import sync
from sync.locking import DESKTOP, request_of
from workspace import OUTCOME, OWN, REPOSITORY, Workspace


def _said(workspace: Workspace) -> dict[str, str]:
    """What a sync warns of, by the file's place in the hub."""
    report = sync(request_of(workspace), writes=False)
    assert report.refused == {}
    hub = str(workspace.hub)
    return {str(w.path).removeprefix(f"{hub}/"): w.problem for w in report.warnings}


@pytest.mark.parametrize(
    ("source", "place", "way_out"),
    [
        (OWN, "jetstream/Pip_First-Time-Hint.toml", f"rename it to {DESKTOP}.toml"),
        (OWN, f"jetstream/{DESKTOP}.TOML", f"rename it to {DESKTOP}.toml"),
        (OWN, f"jetstream/{DESKTOP}.toml.txt", f"rename it to {DESKTOP}.toml"),
        (OWN, f"jetstream/{DESKTOP}", f"rename it to {DESKTOP}.toml"),
        (OWN, f"{DESKTOP}.toml", "an experiment's config belongs in jetstream,"),
        (OWN, f"jetstream/desktop/{DESKTOP}.toml", "an experiment's config belongs in jetstream,"),
        (OUTCOME, "jetstream/outcomes/more.toml", "an outcome in jetstream/outcomes/<application>"),
        (OUTCOME, "outcomes/firefox_desktop/more.toml", "an outcome in jetstream/outcomes/<"),
        (OUTCOME, "jetstream/outcomes/firefox_dekstop/more.toml", "did you mean `firefox_desktop`"),
        (OUTCOME, "jetstream/outcomes/desktop/more.toml", "did you mean `firefox_desktop`?"),
        (OUTCOME, "jetstream/outcomes/watch/more.toml", "known are firefox_desktop, fenix"),
        (OWN, "jetstream/defaults/fennix.toml", "did you mean `fenix`?"),
        (OWN, "jetstream/default/fenix.toml", "did you mean `defaults`?"),
    ],
)
def test_a_file_that_nothing_reads_is_named(
    workspace: Workspace, source: str, place: str, way_out: str
) -> None:
    path = workspace.hub / place
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (workspace.hub / source).read_text()
    if place.endswith("Hint.toml"):
        (workspace.hub / source).unlink()
    path.write_text(text)
    said = _said(workspace)
    assert [*said] == [place]
    assert said[place].startswith("is not read")
    assert way_out in said[place]


@pytest.mark.parametrize(
    "place",
    [
        "jetstream/ended-long-ago.toml",
        "jetstream/example.toml.example",
        "jetstream/defaults/mozilla_vpn.toml",
        "definitions/relay.toml",
        "opmon/some-project.toml",
    ],
)
def test_what_others_may_read_is_not_named(workspace: Workspace, place: str) -> None:
    path = workspace.hub / place
    path.parent.mkdir(exist_ok=True)
    path.write_text('[metrics.x]\nselect_expression = "COUNT(*)"\ndata_source = "y"\n')
    assert _said(workspace) == {}


def test_what_is_no_config_is_not_named(workspace: Workspace) -> None:
    for place, text in {
        "jetstream/README.md": "# About [metrics]\n",
        "pyproject.toml": '[project]\nname = "x"\n[metrics]\n',
        "jetstream/notes.txt": "metrics: none\n",
        "tool.toml": "[tool.black]\n",
        "jetstream/picture.toml.png": "\0",
    }.items():
        (workspace.hub / place).write_text(text)
    assert _said(workspace) == {}


def test_a_sync_of_one_experiment_says_what_is_its_own(workspace: Workspace) -> None:
    (workspace.hub / "jetstream/other.txt").write_text("[metrics]\n")
    path = workspace.hub / OWN
    misnamed = path.rename(path.with_name("PIP-first-time-hint.toml"))
    report = sync(request_of(workspace, slugs=[DESKTOP]), writes=False)
    assert [str(w.path) for w in report.warnings] == [str(misnamed)]


@pytest.mark.skipif(not (SHARED / "metric-hub").exists(), reason="needs a copy of metric-hub")
def test_nothing_of_metric_hub_is_named() -> None:
    hub = read_hub(SHARED / "metric-hub")
    slugs = [file.name for file in hub.files if file.kind == "experiment"]
    assert unread_files(hub) == []
    assert unknown_applications(hub, read_platforms(REPOSITORY)) == []
    assert misnamed_configs(hub, slugs) == []


def _validate(workspace: Workspace, *arguments: str | Path) -> int:
    project = f"--project-dir={workspace.project.path}"
    return main(["validate", project, *map(str, arguments)])


def test_validate_of_a_hub_names_what_nothing_reads(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace.hub / "jetstream/mine.tml"
    path.write_text('[metrics]\noverall = ["uri_count"]\n')
    assert _validate(workspace, f"--metric-hub={workspace.hub}") == 0
    printed = capsys.readouterr().out
    assert f"### `{path}`: 1 warning\n\n- warning is not read: its name does not end" in printed


def test_validate_of_a_file_that_nothing_reads_says_why(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace.hub / f"jetstream/{DESKTOP}.toml.bak"
    path.write_text((workspace.hub / OWN).read_text())
    assert _validate(workspace, path) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {path}: is not read: its name does not end in .toml; rename")


def test_validate_says_that_no_experiment_has_the_name_of_a_config(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace.hub / "jetstream/pip-first-time-hints.toml"
    path.write_text((workspace.hub / OWN).read_text())
    assert _validate(workspace, path, f"--experiments={workspace.experiments}") == 0
    assert (
        "- warning `pip-first-time-hints.toml`: is not read: no experiment has the slug "
        f"`pip-first-time-hints`; did you mean `{DESKTOP}`?"
    ) in capsys.readouterr().out
    assert _validate(workspace, path) == 0
    assert "slug" not in capsys.readouterr().out
    upper = path.rename(path.with_name("My-Experiment.toml"))
    assert _validate(workspace, upper) == 0
    assert "did you mean `my-experiment.toml`?" in capsys.readouterr().out


BROKEN = {
    "an experiment": ("jetstream/other.toml", 0),
    "an outcome that it has": (OUTCOME, 1),
    "an outcome of others": ("jetstream/outcomes/firefox_desktop/other.toml", 0),
    "a default of others": ("jetstream/defaults/fenix.toml", 0),
    "its own default": ("jetstream/defaults/firefox_desktop.toml", 1),
}


@pytest.mark.parametrize(("place", "code"), BROKEN.values(), ids=list(BROKEN))
def test_validate_of_a_file_minds_broken_files_that_it_draws_on(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], place: str, code: int
) -> None:
    (workspace.hub / place).write_text("[metrics\n")
    asked = (workspace.hub / OWN, f"--experiments={workspace.experiments}")
    assert _validate(workspace, *asked) == code
    printed = capsys.readouterr()
    assert (f"`{workspace.hub / place}` not valid TOML" in printed.out) == bool(code)
    assert printed.err == ""


def test_validate_of_a_hub_checks_all_other_files(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = workspace.hub / "jetstream/other.toml"
    broken.write_text("[metrics\n")
    assert _validate(workspace, f"--metric-hub={workspace.hub}") == 1
    printed = capsys.readouterr().out
    assert f"### `{broken}`: 1 error" in printed
    assert f"### `{workspace.hub / OWN}`: ok" in printed


def test_validate_of_the_broken_file_says_what_is_wrong(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace.hub / OWN).write_text("[metrics\n")
    assert _validate(workspace, workspace.hub / OWN) == 1
    assert "- **error** not valid TOML" in capsys.readouterr().out
