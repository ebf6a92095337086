"""The `jetstream` command: what it says about arguments that it cannot use."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import REPOSITORY, Project
from dbt_jetstream.cli import main


def test_a_number_of_clients_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("0", "-3", "many"):
        with pytest.raises(SystemExit) as stopped:
            main(["demo-data", "--clients", text])
        assert stopped.value.code == 2
        assert f"expected a positive whole number, found {text}" in capsys.readouterr().err


def test_more_clients_than_can_be_generated_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JETSTREAM_DUCKDB", str(tmp_path / "demo.duckdb"))
    assert main(["demo-data", "--clients", "99999999999"]) == 1
    printed = capsys.readouterr().err.splitlines()
    assert len(printed) == 1
    assert printed[0].startswith("error: demo-data: clients is 99999999999")
    assert not (tmp_path / "demo.duckdb").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file or directory"),
        ("# experiments", "not valid JSON"),
        ('{"slug": "a"}', "expected a JSON array of experiments, found an object"),
        ('[{"appName": "fenix"}]', "[0]: the experiment has no slug"),
        ('[{"slug": "a"}]', "a.branches: `branches` is missing"),
    ],
)
def test_a_file_that_holds_no_experiments_is_named(
    project: Project,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: str | None,
    words: str,
) -> None:
    path = tmp_path / "experiments.json"
    if content is not None:
        path.write_text(content)
    hub = f"--metric-hub={REPOSITORY / 'metric_hub'}"
    assert main(["sync", hub, f"--experiments={path}", f"--project-dir={project.path}"]) == 1
    printed = capsys.readouterr().err
    assert str(path) in printed
    assert words in printed
    assert "Traceback" not in printed
