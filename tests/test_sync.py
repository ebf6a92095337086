"""`jetstream sync`: what it writes, what it leaves alone, and what it says about a mistake."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import git
import pytest
import yaml

from conftest import REPOSITORY, Project
from dbt_jetstream.cli import main

HUB = REPOSITORY / "metric_hub"
EXPERIMENTS = REPOSITORY / "demo/experiments.json"
DESKTOP = "pip-first-time-hint"


class Workspace:
    """A copy of the example hub and experiments that a test may spoil, and a project."""

    def __init__(self, path: Path, project: Project) -> None:
        self.hub = path / "hub"
        self.experiments = path / "experiments.json"
        self.project = project
        shutil.copytree(HUB, self.hub)
        shutil.copy(EXPERIMENTS, self.experiments)

    def sync(self, *arguments: str) -> int:
        return main(
            [
                "sync",
                f"--metric-hub={self.hub}",
                f"--experiments={self.experiments}",
                f"--project-dir={self.project.path}",
                "--with-ended",
                *arguments,
            ]
        )

    def rerun(self, *arguments: str, command: str = "rerun") -> int:
        """Take the newest definitions of the desktop demo, and leave building to others."""
        return main(
            [
                command,
                DESKTOP,
                f"--metric-hub={self.hub}",
                f"--experiments={self.experiments}",
                f"--project-dir={self.project.path}",
                "--lock-only",
                *arguments,
            ]
        )

    def edit(self, file: str, change: Callable[[str], str]) -> Path:
        path = self.hub / file
        text = path.read_text()
        changed = change(text)
        assert changed != text
        path.write_text(changed)
        return path

    def configure(self, toml: str) -> Path:
        """Put lines under the experiment's own `[experiment]`."""
        lines = "\n".join(["[experiment]", *toml.splitlines()])
        first = 'segments = ["heavy_users", "new_profiles"]\n'
        kept = "" if "segments" in toml else first
        return self.edit(
            OWN, lambda text: text.replace(f"[experiment]\n{first}", f"{lines}\n{kept}")
        )

    def edit_experiment(self, change: Callable[[dict], object]) -> None:
        experiments = json.loads(self.experiments.read_text())
        change(experiments[0])
        self.experiments.write_text(json.dumps(experiments))

    def files(self) -> dict[Path, bytes]:
        return {
            path.relative_to(self.project.path): path.read_bytes()
            for folder in ("models", "python_models")
            for path in sorted((self.project.path / folder).rglob("*"))
            if path.is_file()
        }

    def lock(self, model: int = 0) -> dict:
        path = self.project.path / f"models/experiments/{DESKTOP}/{DESKTOP}.yml"
        return yaml.safe_load(path.read_text())["models"][model]


@pytest.fixture
def workspace(tmp_path: Path, project: Project) -> Workspace:
    return Workspace(tmp_path, project)


def test_a_second_sync_changes_no_byte(workspace: Workspace) -> None:
    assert workspace.sync() == 0
    before = workspace.files()
    assert workspace.sync() == 0
    assert workspace.files() == before


def test_the_committed_demo_experiments_are_what_sync_writes(workspace: Workspace) -> None:
    assert workspace.sync() == 0
    for path, content in workspace.files().items():
        committed = (REPOSITORY / path).read_text()
        written = content.decode()
        assert _without_versions(written) == _without_versions(committed), path


def _without_versions(text: str) -> object:
    """The copy of the hub is a plain folder, and the lock as old as the newest change to it."""
    document = yaml.safe_load(text) if text.startswith("# Written") else text
    for model in document.get("models", []) if isinstance(document, dict) else []:
        meta = model["config"]["meta"]
        meta.pop("versions", None)
        for outcome in meta.get("metadata", {}).get("outcomes", {}).values():
            del outcome["commit_hash"]
        for key in ("version_info", "version_date"):
            meta.get("metadata", {}).pop(key, None)
    return document


def test_one_experiment_can_be_synced_alone(workspace: Workspace) -> None:
    assert workspace.sync("--experiment", DESKTOP) == 0
    folders = {path.parts[2] for path in workspace.files() if path.parts[1] == "experiments"}
    assert folders == {DESKTOP}


def test_sync_removes_the_model_of_a_period_that_is_no_longer_analysed(
    workspace: Workspace,
) -> None:
    workspace.sync()
    stub = Path(f"models/experiments/{DESKTOP}/pip_first_time_hint_days28.sql")
    assert stub in workspace.files()
    workspace.edit(
        "jetstream/defaults/firefox_desktop.toml",
        lambda text: text.replace('28_day = ["active_hours", "days_of_use", "search_count"]\n', ""),
    )
    assert workspace.rerun() == 0
    assert stub not in workspace.files()


def test_one_experiments_outcome_never_reaches_another(workspace: Workspace) -> None:
    experiments = json.loads(workspace.experiments.read_text())
    twin = {**experiments[0], "slug": "a-twin"}
    workspace.experiments.write_text(json.dumps([*experiments, twin]))
    assert workspace.sync() == 0
    lock = (workspace.project.path / "models/experiments/a-twin/a-twin.yml").read_text()
    # `searches_per_day` is defined in the config of the desktop demo alone.
    assert "searches_per_day" not in lock


def test_a_changed_metric_changes_the_hash_of_the_tables_that_hold_it(workspace: Workspace) -> None:
    workspace.sync()
    before = _hashes(workspace)
    workspace.edit(
        "jetstream/defaults/firefox_desktop.toml",
        lambda text: text.replace("drop_highest = 0.001", "drop_highest = 0.002"),
    )
    assert workspace.rerun(command="rerun-skip") == 0
    after = _hashes(workspace)
    changed = {name for name, found in after.items() if before[name] != found}
    derived = ("summaries_", "statistics_", "completeness_", "trust_pip_")
    assert changed == {name for name in after if name.startswith(derived)}


def test_a_later_end_rebuilds_nothing_but_the_overall_window(workspace: Workspace) -> None:
    workspace.sync()
    before = _hashes(workspace)
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="2026-04-22"))
    workspace.sync()
    after = _hashes(workspace)
    changed = {name for name, found in after.items() if before[name] != found}
    derived = ("bins_", "summaries_", "statistics_", "completeness_", "trust_")
    computed = {name for name in after if not name.startswith(derived)}
    assert changed & computed == {"pip_first_time_hint_overall"}


def _hashes(workspace: Workspace) -> dict[str, str]:
    path = workspace.project.path / f"models/experiments/{DESKTOP}/{DESKTOP}.yml"
    models = yaml.safe_load(path.read_text())["models"]
    return {m["name"]: m["config"]["meta"]["definition_hash"] for m in models}


OUTCOME = "jetstream/outcomes/firefox_desktop/picture_in_picture.toml"
DEFAULTS = "jetstream/defaults/firefox_desktop.toml"
DEFINITIONS = "definitions/firefox_desktop.toml"
OWN = f"jetstream/{DESKTOP}.toml"

MISTAKES = {
    "misspelt metric": (
        DEFAULTS,
        lambda text: text.replace('"unenroll"]\nweekly', '"unenrol"]\nweekly'),
        ["metrics.daily", "unknown metric `unenrol`", "did you mean `unenroll`?"],
    ),
    "missing data source": (
        OUTCOME,
        lambda text: text.replace('data_source = "events"', 'data_source = "event"', 1),
        ["metrics.pip_toggles_shown.data_source", "unknown data source `event`", "`events`"],
    ),
    "SQL that does not parse": (
        OWN,
        lambda text: text.replace(
            "\"{{agg_sum('search_count_all')}}\"", '"COALESCE(SUM(search_count_all, 0"'
        ),
        ["metrics.searches_per_day.select_expression", "SQL that cannot be parsed"],
    ),
    "TOML syntax error": (
        OWN,
        lambda text: text.replace("segments = [", "segments = "),
        ["not valid TOML", "line"],
    ),
    "unknown statistic": (
        OWN,
        lambda text: text.replace(
            "[metrics.searches_per_day.statistics.bootstrap_mean]",
            "[metrics.searches_per_day.statistics.bootstrap_means]",
        ),
        [
            "metrics.searches_per_day.statistics.bootstrap_means",
            "unknown statistic `bootstrap_means`",
            "`bootstrap_mean`",
        ],
    ),
    "unknown pre-treatment": (
        OWN,
        lambda text: text.replace("normalize_over_analysis_period", "normalise_over_period"),
        [
            "metrics.searches_per_day.statistics.bootstrap_mean",
            "unknown pre-treatment `normalise_over_period`",
        ],
    ),
    "unknown parameter": (
        DEFAULTS,
        lambda text: text.replace("drop_highest = 0.001", "drop_higest = 0.001"),
        ["metrics.search_count.statistics.bootstrap_mean", "no parameter `drop_higest`"],
    ),
    "parameter out of range": (
        DEFAULTS,
        lambda text: text.replace("drop_highest = 0.001", "drop_highest = 1.5"),
        ["metrics.search_count.statistics.bootstrap_mean", "fraction below 1", "1.5"],
    ),
    "unknown segment": (
        OWN,
        lambda text: text.replace('"heavy_users"', '"heavy_user"', 1),
        ["experiment.segments", "unknown segment `heavy_user`", "`heavy_users`"],
    ),
    "data source that does not parse": (
        DEFINITIONS,
        lambda text: text.replace(
            '"mozdata.telemetry.clients_daily"', '"(SELECT * FROM telemetry.x WHERE"', 1
        ),
        ["data_sources.clients_daily.from_expression", "SQL that cannot be parsed"],
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_leaves_what_was_synced(
    workspace: Workspace, mistake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.sync()
    before = workspace.files()
    capsys.readouterr()
    file, change, expected = MISTAKES[mistake]
    path = workspace.edit(file, change)
    assert workspace.rerun() == 1
    printed = capsys.readouterr()
    mentions = [line for line in printed.err.splitlines() if str(path) in line]
    assert len(mentions) == 1, printed.err
    for words in expected:
        assert words in mentions[0]
    assert "Traceback" not in printed.err
    assert workspace.files() == before


def test_an_experiment_without_start_date_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(startDate=None))
    assert workspace.sync() == 1
    printed = capsys.readouterr().err
    assert str(workspace.experiments) in printed
    assert f"{DESKTOP}.startDate" in printed
    assert not [path for path in workspace.files() if DESKTOP in path.parts]


def test_a_date_in_another_form_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="15.4.2026"))
    assert workspace.sync() == 1
    assert "endDate: expected a date as YYYY-MM-DD, found '15.4.2026'" in capsys.readouterr().err


def test_an_experiment_that_ends_before_enrollment_does_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="2026-03-08"))
    assert workspace.sync() == 1
    printed = capsys.readouterr().err
    assert f"error: {workspace.experiments}: {DESKTOP}.endDate" in printed
    assert "no analysis window is ever complete" in printed
    assert not (workspace.project.path / "models/experiments" / DESKTOP).exists()


def test_an_application_that_no_platform_describes_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(appName="toaster"))
    assert workspace.sync() == 1
    printed = capsys.readouterr().err
    assert "unknown application `toaster`" in printed
    assert "seeds/platforms.csv" in printed


def test_an_unknown_slug_is_refused_with_the_nearest_known_one(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert workspace.sync("--experiment", "pip-first-time-hnt") == 1
    assert f"did you mean `{DESKTOP}`?" in capsys.readouterr().err


def test_a_folder_that_is_no_hub_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(workspace.hub)
    assert workspace.sync() == 1
    assert "no hub here" in capsys.readouterr().err


def test_a_private_experiment_has_a_dataset_of_its_own_and_exports_nothing(
    workspace: Workspace,
) -> None:
    assert workspace.sync() == 0
    workspace.configure('is_private = true\ndataset_id = "secret"')
    assert workspace.sync() == 0
    public = workspace.project.path / "models/experiments" / DESKTOP
    private = workspace.project.path / "models/private" / DESKTOP
    assert not list(public.glob("*"))
    models = yaml.safe_load((private / f"{DESKTOP}.yml").read_text())["models"]
    assert {model["config"]["schema"] for model in models} == {"secret"}
    assert "export_" not in str([model["config"].get("post_hook") for model in models])
    assert list((workspace.project.path / "python_models/private" / DESKTOP).glob("*.py"))


def test_a_private_experiment_without_a_dataset_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace.configure("is_private = true")
    assert workspace.sync() == 1
    assert f"{path}: experiment: dataset_id must be set" in capsys.readouterr().err


def test_an_experiment_of_a_private_hub_is_private(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    private = tmp_path / "private"
    private.mkdir()
    path = workspace.hub / OWN
    path.rename(private / path.name)
    assert workspace.sync("--private-metric-hub", str(private)) == 1
    mistake = f"{private / path.name}: experiment.dataset_id: a private experiment needs"
    assert mistake in capsys.readouterr().err
    text = (private / path.name).read_text()
    text = text.replace("[experiment]", '[experiment]\ndataset_id = "secret"', 1)
    (private / path.name).write_text(text)
    assert workspace.sync("--private-metric-hub", str(private)) == 0
    assert (workspace.project.path / "models/private" / DESKTOP).exists()


def test_a_skipped_experiment_is_not_locked(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.configure("skip = true")
    assert workspace.sync() == 0
    assert f"skipped {DESKTOP}: its config says `skip = true`" in capsys.readouterr().out
    assert not (workspace.project.path / "models/experiments" / DESKTOP).exists()


def test_of_two_hubs_the_later_one_wins(workspace: Workspace, tmp_path: Path) -> None:
    later = tmp_path / "later"
    (later / "definitions").mkdir(parents=True)
    (later / "definitions/firefox_desktop.toml").write_text(
        "[metrics.uri_count]\n"
        'select_expression = "SUM(scalar_parent_browser_engagement_total_uri_count_sum) * 2"\n'
        'data_source = "clients_daily"\n'
    )
    assert workspace.sync("--metric-hub", str(later)) == 0
    assert "count_sum) * 2" in str(workspace.files())


def test_a_hub_can_be_a_git_url(workspace: Workspace) -> None:
    with git.Repo.init(workspace.hub) as repository:
        repository.git.add(all=True)
        author = git.Actor("An Analyst", "analyst@example.com")
        commit = repository.index.commit("The hub", author=author, committer=author).hexsha
    workspace.hub = f"file://{workspace.hub}"
    assert workspace.sync() == 0
    assert workspace.lock()["config"]["meta"]["versions"]["metric_hub"] == commit


def test_a_url_that_git_cannot_clone_is_refused(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.hub = f"file://{tmp_path}/nothing-here"
    assert workspace.sync() == 1
    assert f"{workspace.hub}: git cannot clone it" in capsys.readouterr().err


def test_a_mistake_in_a_cloned_hub_is_named_by_its_url(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.configure('segments = ["nobody"]')
    with git.Repo.init(workspace.hub) as repository:
        repository.git.add(all=True)
        author = git.Actor("An Analyst", "analyst@example.com")
        repository.index.commit("The hub", author=author, committer=author)
    workspace.hub = f"file://{workspace.hub}"
    assert workspace.sync() == 1
    assert f"{workspace.hub}/{OWN}: experiment.segments" in capsys.readouterr().err


def test_a_key_without_effect_is_a_warning(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace.configure('weekly = ["uri_count"]')
    assert workspace.sync() == 0
    assert f"warning: {path}: experiment.weekly: has no effect here" in capsys.readouterr().err


def test_a_hub_in_git_gives_its_commits_to_the_lock(workspace: Workspace) -> None:
    with git.Repo.init(workspace.hub) as repository:
        repository.git.add(all=True)
        author = git.Actor("An Analyst", "analyst@example.com")
        commit = repository.index.commit("The hub", author=author, committer=author).hexsha
    assert workspace.sync() == 0
    assert workspace.lock()["config"]["meta"]["versions"]["metric_hub"] == commit
    path = workspace.project.path / f"models/experiments/{DESKTOP}/{DESKTOP}.yml"
    assert f"commit_hash: {commit}" in path.read_text()
