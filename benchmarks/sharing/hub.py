"""The experiments: metrics of one data source, which every experiment shares or picks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from dbt_jetstream.diff.definition import read_lock
from dbt_jetstream.lock.document import LockedExperiment
from dbt_jetstream.lock.held import held_locks

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SOURCE = "clients_daily"
BRANCHES = ("control", "treatment")
DAY = "2026-03-09"
FIRST_ENROLLMENT, LAST_ENROLLMENT, END = "2026-03-02", DAY, "2026-04-16"
# Eight metrics that every experiment has, and sixteen of which each has four.
DEFAULT_METRICS, OTHER_METRICS, OWN_METRICS = 8, 16, 4
SHAPES = (
    "COALESCE(SUM({column}), 0)",
    "COALESCE(SUM(IF({column} > 2, {column}, 0)), 0)",
    "COALESCE(LOGICAL_OR({column} > 4), FALSE)",
    "MAX({column})",
)


def column(number: int) -> str:
    """Name the telemetry column of a metric."""
    return f"measure_{number:02}"


def slug(number: int) -> str:
    """Name an experiment, about as long as real ones are named.

    They differ early: DuckDB's statistics of a row group hold the first eight bytes of texts.
    """
    return f"e{number:03}-one-of-many-experiments"


def metrics_of(number: int) -> list[str]:
    """List the metrics of an experiment: the default ones and its own."""
    return [f"metric_{n:02}" for n in _numbers(number)]


def columns_of(experiments: int) -> list[str]:
    """List the columns that the metrics of the first experiments read."""
    return sorted({column(n) for number in range(experiments) for n in _numbers(number)})


def _numbers(number: int) -> list[int]:
    own = {DEFAULT_METRICS + (number * 5 + i * 3) % OTHER_METRICS for i in range(OWN_METRICS)}
    return [*range(DEFAULT_METRICS), *sorted(own)]


def locked(folder: Path, experiments: int) -> list[LockedExperiment]:
    """Lock experiments with `jetstream sync` in a project of their own.

    Args:
        folder: Where the project is made.
        experiments: How many.
    """
    for name in ("macros", "seeds"):
        shutil.copytree(REPOSITORY / name, folder / name)
    for name in ("models", "python_models", "demo"):
        (folder / name).mkdir()
    shutil.copy(REPOSITORY / "dbt_project.yml", folder)
    shutil.copy(REPOSITORY / "selectors.yml", folder)
    profile = {"type": "duckdb", "path": str(folder / "project.duckdb"), "schema": "analysis"}
    profiles = {"jetstream": {"target": "duckdb", "outputs": {"duckdb": profile}}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))
    _write_hub(folder / "metric_hub", experiments)
    numbers = range(experiments)
    (folder / "demo/experiments.json").write_text(json.dumps([_experiment(n) for n in numbers]))
    _sync(folder)
    locks = held_locks(folder)
    return [read_lock(locks[slug(n)]) for n in numbers]


def _sync(folder: Path) -> None:
    done = subprocess.run(
        [str(BIN / "jetstream"), "sync", "--with-ended"],
        cwd=folder,
        env=os.environ | {"DBT_PROFILES_DIR": str(folder), "JETSTREAM_AS_OF": DAY},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"jetstream sync failed:\n{done.stdout}\n{done.stderr}")


def _write_hub(folder: Path, experiments: int) -> None:
    for name in ("definitions", "jetstream/defaults"):
        (folder / name).mkdir(parents=True)
    (folder / "definitions/functions.toml").write_text("[functions]\n")
    (folder / "definitions/firefox_desktop.toml").write_text(_definitions())
    (folder / "jetstream/defaults/firefox_desktop.toml").write_text("[metrics]\n")
    for number in range(experiments):
        names = metrics_of(number)
        lines = ["[metrics]", f"weekly = {json.dumps(names)}"]
        lines += [f"[metrics.{name}.statistics.bootstrap_mean]" for name in names]
        (folder / f"jetstream/{slug(number)}.toml").write_text("\n".join(lines) + "\n")


def _definitions() -> str:
    lines = [
        f"[data_sources.{SOURCE}]",
        f'from_expression = "mozdata.telemetry.{SOURCE}"',
        'experiments_column_type = "simple"',
    ]
    for number in range(DEFAULT_METRICS + OTHER_METRICS):
        sql = SHAPES[number % len(SHAPES)].format(column=column(number))
        lines += [f"[metrics.metric_{number:02}]", f'select_expression = "{sql}"']
        lines += [f'data_source = "{SOURCE}"']
    return "\n".join(lines) + "\n"


def _experiment(number: int) -> dict[str, object]:
    """Describe an experiment in Experimenter's form."""
    return {
        "slug": slug(number),
        "appName": "firefox_desktop",
        "appId": "firefox-desktop",
        "branches": [{"slug": branch, "ratio": 1} for branch in BRANCHES],
        "referenceBranch": BRANCHES[0],
        "startDate": FIRST_ENROLLMENT,
        "enrollmentEndDate": LAST_ENROLLMENT,
        "proposedEnrollment": 7,
        "endDate": END,
        "outcomes": [],
        "segments": [],
    }
