"""New projects, and commands in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dbt_jetstream.cli import main

AS_OF = "2026-04-15"
# The exit code, stdout and stderr.
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.setenv("JETSTREAM_AS_OF", AS_OF)
    for variable in ("DBT_PROFILES_DIR", "JETSTREAM_DUCKDB"):
        monkeypatch.delenv(variable, raising=False)

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def project(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new project, which commands are run in."""
    folder = tmp_path / "my-tests"
    assert command("init", str(folder))[0] == 0
    monkeypatch.chdir(folder)
    return folder
