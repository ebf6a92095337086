"""`jetstream init` writes a project whose README can be followed."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from conftest import BIN, REPOSITORY
from dbt_jetstream.project.package import SHIPPED, package_folder
from dbt_jetstream.project.template import name_of
from project.conftest import AS_OF, Command
from tiers import exhaustive

COMMANDS = re.compile(r"```sh\n(.*?)```", re.DOTALL)
EXPORTED = "export/statistics/statistics_{}_overall.json"


def _commands(readme: str) -> list[str]:
    """The command lines of a README."""
    lines = [line for block in COMMANDS.findall(readme) for line in block.splitlines()]
    return [line.partition("  #")[0].strip() for line in lines]


def test_the_project_is_named_after_its_folder(project: Path) -> None:
    settings = yaml.safe_load((project / "dbt_project.yml").read_text())
    profiles = yaml.safe_load((project / "profiles.yml").read_text())
    assert settings["name"] == settings["profile"] == "my_tests"
    assert set(settings["models"]) == set(settings["seeds"]) == set(profiles) == {"my_tests"}
    assert "PROJECT_NAME" not in (project / "README.md").read_text()


def test_the_macros_are_a_copy_that_git_keeps(project: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    ignored = ["target/x", "jetstream.duckdb", ".jetstream/journal.json", "models/private/a.sql"]
    kept = [".jetstream/package/dbt_project.yml", "models/experiments/a/a.yml"]
    done = subprocess.run(
        ["git", "check-ignore", *ignored, *kept],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == ignored
    assert package_folder(project) == project / ".jetstream/package"


def test_the_example_ends_on_the_last_day_and_is_locked_without_a_warning(
    project: Path, command: Command
) -> None:
    (entry,) = json.loads((project / "experiments.json").read_text())
    assert entry["endDate"] == AS_OF
    assert command("sync") == (0, "locked example: 16 models\n26 files changed\n", "")
    assert command("validate", "metric_hub/jetstream/example.toml")[0] == 0


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("My-Tests", "my_tests"),
        ("2026", "project_2026"),
        ("dbt_jetstream", "project_dbt_jetstream"),
    ],
)
def test_any_folder_gives_a_name_that_dbt_takes(tmp_path: Path, folder: str, name: str) -> None:
    assert name_of(tmp_path / folder) == name


@pytest.mark.parametrize(
    ("there", "problem"),
    [
        ("dbt_project.yml", "is a dbt project; add to it by `jetstream init --into {}`"),
        ("notes.txt", "is not empty; name a new or empty folder"),
    ],
)
def test_a_folder_with_files_is_left_alone(
    tmp_path: Path, command: Command, there: str, problem: str
) -> None:
    (tmp_path / there).write_text("")
    assert command("init", str(tmp_path)) == (
        1,
        "",
        f"error: {tmp_path}: {problem}\n".format(tmp_path),
    )
    assert [path.name for path in tmp_path.iterdir()] == [there]


def test_a_file_is_no_folder(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("")
    code, _, err = command("init", str(path))
    assert (code, err) == (1, f"error: {path}: is a file; name a new or empty folder\n")


def test_the_package_has_the_version_of_the_wheel() -> None:
    versions = {
        re.search(r'^version(?: =|:) "(.+)"$', path.read_text(), re.MULTILINE)[1]  # type: ignore[index]
        for path in (REPOSITORY / "pyproject.toml", SHIPPED / "dbt_project.yml")
    }
    assert len(versions) == 1


def test_the_package_and_this_project_have_the_same_hooks_and_versions_of_dbt() -> None:
    own, package = (
        yaml.safe_load((folder / "dbt_project.yml").read_text()) for folder in (REPOSITORY, SHIPPED)
    )
    for key in ("on-run-start", "on-run-end", "require-dbt-version"):
        assert own[key] == package[key]


@exhaustive
def test_the_readme_leads_to_a_page_and_to_an_experiment_of_ones_own(project: Path) -> None:
    last_day = ""
    environment = {key: text for key, text in os.environ.items() if key != "JETSTREAM_AS_OF"}
    environment |= {"PATH": f"{BIN}:{os.environ['PATH']}", "JETSTREAM_AS_OF": AS_OF}
    for line in _commands((project / "README.md").read_text()):
        if line.startswith("pip "):
            continue
        done = subprocess.run(
            line.replace("LAST_DAY", last_day).replace("--effect", "--clients 3000 --effect"),
            shell=True,
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, line + done.stdout + done.stderr
        # What `demo-data` says last.
        last_day = done.stdout.strip().rpartition(" ")[2]
    assert (project / "site/example.html").is_file()
    for slug in ("example", "my_experiment"):
        assert (project / EXPORTED.format(slug)).is_file()
