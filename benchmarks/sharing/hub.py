"""The experiments: metrics of one data source, which every experiment shares or picks."""

from __future__ import annotations

import json
from pathlib import Path

import bare_project

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.held import held_locks
from dbt_jetstream.review.diff.comparable import read_lock

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
    bare_project.create(folder)
    _write_hub(folder / "metric_hub", experiments)
    numbers = range(experiments)
    (folder / "demo/experiments.json").write_text(json.dumps([_experiment(n) for n in numbers]))
    bare_project.sync(folder, DAY)
    locks = held_locks(folder)
    return [read_lock(locks[slug(n)]) for n in numbers]


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
