"""Shell completion: what bash offers after the script of `jetstream completion bash`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from conftest import BIN
from dbt_jetstream.cli import main

# The words of a command line; bash is asked to complete the last one.
ASK = r"""
PATH="$1:$PATH"; shift
source <(jetstream completion bash)
read -r _ _ _ _ function _ <<<"$(complete -p jetstream)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
"$function" "$1" "${@: -1}" "${@: -2:1}"
printf '%s\n' "${COMPREPLY[@]}"
"""
SLUGS = ["fenix-toolbar-shortcut", "pip-first-time-hint"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's folder with two locks, one of them private, and a file."""
    path = tmp_path_factory.mktemp("completion")
    for parent, slug in zip(("experiments", "private"), SLUGS, strict=True):
        (path / "models" / parent / slug).mkdir(parents=True)
    (path / "models/sources").mkdir()
    (path / "demo").mkdir()
    (path / "demo.json").touch()
    return path


def completed(folder: Path, *words: str) -> list[str]:
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "bash", str(BIN), "jetstream", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    # Outside a line that is edited, `compopt` says that it cannot do its work.
    unexpected = [line for line in done.stderr.splitlines() if "compopt" not in line]
    assert unexpected == []
    return sorted(done.stdout.split())


def test_commands_are_completed(folder: Path) -> None:
    assert {"sync", "run", "rerun", "validate", "completion"} <= set(completed(folder, ""))
    assert completed(folder, "rer") == ["rerun", "rerun-skip"]


def test_options_of_a_command_are_completed(folder: Path) -> None:
    assert completed(folder, "sync", "--with") == ["--with-ended"]
    assert completed(folder, "validate", "--e") == ["--experiments"]
    assert completed(folder, "run", "--dry-run", "--da") == ["--date"]


def test_slugs_of_locked_experiments_are_completed(folder: Path) -> None:
    assert completed(folder, "rerun", "") == SLUGS
    assert completed(folder, "rerun", "--lock-only", "pip") == SLUGS[1:]
    assert completed(folder, "run", "--experiment", "f") == SLUGS[:1]


def test_outside_a_project_there_are_no_slugs(tmp_path: Path) -> None:
    assert completed(tmp_path, "rerun", "") == []


def test_the_name_of_a_folder_is_never_run(tmp_path: Path) -> None:
    (tmp_path / "models/experiments/$(touch broken)").mkdir(parents=True)
    assert completed(tmp_path, "rerun", "") == []
    assert not (tmp_path / "broken").exists()


def test_files_and_folders_are_completed(folder: Path) -> None:
    assert completed(folder, "validate", "d") == ["demo", "demo.json"]
    assert completed(folder, "sync", "--experiments", "d") == ["demo", "demo.json"]
    assert completed(folder, "sync", "--project-dir", "d") == ["demo"]
    assert completed(folder, "sync", "--metric-hub", "d") == ["demo"]


def test_shells_are_completed(folder: Path) -> None:
    assert completed(folder, "completion", "") == ["bash", "tcsh", "zsh"]


@pytest.mark.parametrize(
    ("shell", "words"),
    [("zsh", ["#compdef jetstream", "_jetstream_slugs()"]), ("tcsh", ["complete jetstream"])],
)
def test_other_shells_have_a_script(
    shell: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(word in script for word in [*words, "rerun-skip"])
