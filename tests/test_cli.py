"""The `jetstream` command: its help, its exit codes, and what it says of unusable arguments."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import BIN, REPOSITORY, SMALL, Project
from dbt_jetstream.cli import main
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.cli.parser import build_parser
from tiers import exhaustive

DOCS = (REPOSITORY / "docs/cli.md").read_text()
# Shells start what runs in the background with Ctrl-C ignored.
LISTEN = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
# What a command needs when it runs, and `--help` does not: together they take seconds.
HEAVY = {"dbt", "duckdb", "metric_config_parser", "pandas", "rich", "shtab", "sqlglot", "yaml"}


def commands() -> dict[str, argparse.ArgumentParser]:
    (found,) = (a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    return found.choices


def examples(command: argparse.ArgumentParser) -> list[str]:
    """The lines of the help text below "examples:"."""
    _, _, after = command.format_help().partition("\nexamples:\n")
    return [line.strip() for line in after.partition("\n\n")[0].splitlines()]


@pytest.mark.parametrize("name", commands())
def test_a_command_describes_itself_with_examples_that_can_be_typed(name: str) -> None:
    command = commands()[name]
    assert command.description
    assert examples(command)
    for example in examples(command):
        words = shlex.split(example, comments=True)
        words = words[: words.index(">")] if ">" in words else words
        assert words[:2] == ["jetstream", name]
        build_parser().parse_args(words[1:])
    for line in command.format_help().splitlines():
        assert len(line) <= 100


@pytest.mark.parametrize("name", commands())
def test_every_argument_is_explained_and_documented(name: str) -> None:
    section = re.search(rf"^## .*`{name}`.*\n((?:(?!^## ).*\n)*)", DOCS, re.MULTILINE)
    assert section, f"docs/cli.md has no section on {name}"
    for action in commands()[name]._actions:
        assert action.help
        for option in set(action.option_strings) - {"-h", "--help"}:
            assert f"`{option}" in section[1], f"docs/cli.md does not tell of {name} {option}"


def test_the_help_lists_commands_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    printed = capsys.readouterr().out
    for name in commands():
        assert re.search(rf"^    {name}  +\w", printed, re.MULTILINE)
    for code in ExitCode:
        assert re.search(rf"^  {code.value} +\w", printed, re.MULTILINE)
        assert f"| {code.value} |" in DOCS


def test_help_imports_nothing_that_takes_time() -> None:
    script = (
        "import sys\nfrom dbt_jetstream.cli.parser import build_parser\n"
        "build_parser().format_help()\nprint(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) & HEAVY == set()


@pytest.mark.parametrize("words", [[], ["no-such-command"], ["run", "--date", "yesterday"]])
def test_a_wrong_command_line_has_a_code_of_its_own(words: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2


@pytest.mark.parametrize(
    "stop",
    [
        "os.kill(os.getpid(), signal.SIGINT)",
        # DuckDB stops a query with an error of its own; between two, Python raises its own.
        "connection = duckdb.connect()\n"
        "    while True: connection.execute('select sum(sqrt(range)) from range(1000000)')",
        "raise RuntimeError('Query interrupted')",
    ],
)
def test_an_interrupt_is_one_line(stop: str) -> None:
    script = (
        f"{LISTEN}import duckdb, os, sys\n"
        "from dbt_jetstream.cli import demo_data, main\n"
        f"def work(options):\n    print('works', flush=True)\n    {stop}\n"
        "demo_data._demo_data = work\n"
        "sys.exit(main(['demo-data']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "works\n"
    if "while True" in stop:
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=30)
    assert (process.returncode, printed) == (130, "interrupted\n")


@exhaustive
def test_an_interrupted_build_is_one_line(project: Project) -> None:
    script = (
        f"{LISTEN}import os, sys, time\n"
        "from dbt.task.build import BuildTask\n"
        "from dbt_jetstream.cli import main\n"
        "BuildTask.run_queue = lambda *_: os.kill(os.getpid(), signal.SIGINT) or time.sleep(9)\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    hub = f"--metric-hub={SMALL}"
    experiments = f"--experiments={SMALL / 'experiments.json'}"
    done = subprocess.run(
        [sys.executable, "-c", script, "run", hub, experiments],
        cwd=project.path,
        env=project.environment("2026-04-15"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "interrupted\n")


@pytest.mark.parametrize("words", [["completion", "bash"], ["validate"]])
def test_a_reader_that_stops_reading_gets_no_traceback(words: list[str]) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        done = subprocess.run(
            [BIN / "jetstream", *words],
            cwd=REPOSITORY,
            stdout=theirs,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(theirs)
    assert (done.returncode, done.stderr) == (141, "")


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
