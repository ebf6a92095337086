"""The workflow that comments on pull requests."""

from __future__ import annotations

import subprocess

import pytest
import yaml

from conftest import REPOSITORY
from dbt_jetstream.cli import main

WORKFLOW = REPOSITORY / ".github/workflows/metric-review.yml"


def steps() -> list[dict]:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    (job,) = workflow["jobs"].values()
    return job["steps"]


def test_the_workflow_may_read_code_and_write_its_comment_alone() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    # YAML takes the key `on` for true.
    trigger = workflow[True]
    assert list(trigger) == ["pull_request"]
    assert set(trigger["pull_request"]["paths"]) >= {
        "metric_hub/**",
        "models/**",
        "macros/**",
        "src/**",
    }
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    actions = [step["uses"] for step in steps() if "uses" in step]
    assert all(action.startswith("actions/") for action in actions)
    # What others choose, such as a branch's name, reaches no script as text.
    assert not any("${{" in step.get("run", "") for step in steps())


def test_the_commands_of_the_workflow_exist(capsys: pytest.CaptureFixture[str]) -> None:
    scripts = "\n".join(step["run"] for step in steps() if "run" in step).replace("\\\n", " ")
    lines = [line.strip() for line in scripts.splitlines()]
    ours = [line.split("jetstream ", 1)[1].split(" >")[0] for line in lines if "jetstream " in line]
    assert len(ours) == 1
    words = ours[0].split()
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    helped = capsys.readouterr().out
    assert all(word.split("=")[0] in helped for word in words if word.startswith("--"))
    assert "requirements.lock" in scripts
    assert (REPOSITORY / "requirements.lock").exists()
    for script in (step["run"] for step in steps() if "run" in step):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
