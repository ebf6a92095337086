"""A project whose metrics are made up: what follows from the metrics table on is real."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from conftest import REPOSITORY, Project, copy_project

SLUG = "made-up"
NAME = "made_up"
LAST_DAY = "2026-04-15"
BRANCHES = ("control", "hint", "hint-animated")
DEFINITIONS = """
[data_sources.clients_daily]
from_expression = "mozdata.telemetry.clients_daily"
experiments_column_type = "simple"

[segments.data_sources.clients_last_seen]
from_expression = "mozdata.telemetry.clients_last_seen"
window_start = 0
window_end = 0
"""


@dataclass(frozen=True)
class Metric:
    """A made-up metric.

    Attributes:
        name: The metric.
        expression: SQL of its value per unit.
        statistics: TOML of its statistics, by their names.
        more: More keys of the metric, as TOML.
    """

    name: str
    expression: str
    statistics: dict[str, str]
    more: str = ""


def _config(metrics: list[Metric], covariates: list[str], segments: list[str]) -> str:
    names = [metric.name for metric in metrics]
    lines = [
        "[experiment]",
        f"segments = {json.dumps(segments)}",
        "[metrics]",
        f"overall = {json.dumps(names)}",
        f"preenrollment_weekly = {json.dumps(covariates)}",
    ]
    counted = [Metric(name, "", {"count": ""}) for name in covariates]
    for metric in [*metrics, *counted]:
        lines.append(f"[metrics.{metric.name}]")
        if "depends_on" not in metric.more:
            lines += ['select_expression = "SUM(1)"', 'data_source = "clients_daily"']
        lines.append(metric.more)
        for statistic, parameters in metric.statistics.items():
            lines += [f"[metrics.{metric.name}.statistics.{statistic}]", parameters]
    return "\n".join(lines)


def _segments(names: list[str]) -> str:
    return "".join(
        f"[segments.{name}]\n"
        'select_expression = "COALESCE(LOGICAL_OR(TRUE), FALSE)"\n'
        'data_source = "clients_last_seen"\n'
        for name in names
    )


def made_up_project(
    path: Path,
    metrics: list[Metric],
    units: str,
    *,
    covariates: dict[str, str] | None = None,
    segments: dict[str, str] | None = None,
    bases: tuple[str, ...] = ("enrollments", "exposures"),
) -> Project:
    """Lock an experiment with these metrics and write its metrics tables; nothing else is built.

    Args:
        path: Where to put the project.
        metrics: The metrics of the overall window.
        units: SQL of a relation with `branch` and what the expressions use, one row per unit.
        covariates: SQL of metrics before enrollment, by their names.
        segments: SQL of whether a unit is in a segment, by its name.
        bases: The analysis bases; every second unit is exposed.
    """
    project = copy_project(path)
    covariates, segments = covariates or {}, segments or {}
    hub = path / "hub"
    (hub / "definitions").mkdir(parents=True)
    (hub / "jetstream/defaults").mkdir(parents=True)
    (hub / "definitions/firefox_desktop.toml").write_text(DEFINITIONS + _segments([*segments]))
    (hub / "jetstream/defaults/firefox_desktop.toml").write_text("[metrics]\n")
    config = _config(metrics, [*covariates], [*segments])
    (hub / f"jetstream/{SLUG}.toml").write_text(config)
    (template, *_) = json.loads((REPOSITORY / "demo/experiments.json").read_text())
    experiment = template | {"slug": SLUG, "id": SLUG, "outcomes": [], "segments": []}
    (path / "experiments.json").write_text(json.dumps([experiment]))
    project.sync(hub, path / "experiments.json")
    values = {m.name: m.expression for m in metrics if m.expression}
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("create schema if not exists analysis")
        for period, columns in (("overall", values), ("preenrollment_weekly", covariates)):
            if columns:
                connection.execute(_table(period, units, columns | segments, bases))
    return project


def _table(period: str, units: str, columns: dict[str, str], bases: tuple[str, ...]) -> str:
    listed = "".join(f", {expression} as {name}" for name, expression in columns.items())
    return (
        f"create table analysis.{NAME}_{period} as "
        "select 'unit-' || number as analysis_id, branch, date '2026-03-01' as enrollment_date, "
        "1::bigint as window_index, '' as absent_sources, analysis_basis, "
        "case when number % 2 = 0 then date '2026-03-02' end as exposure_date"
        f"{listed} from ({units}), "
        f"(select unnest({list(bases)}) as analysis_basis) "
        "where analysis_basis = 'enrollments' or number % 2 = 0"
    )


def summarise(project: Project) -> None:
    """Build what follows from the metrics."""
    nodes = [f"{kind}_{NAME}" for kind in ("bins", "pieces", "moments", "statistics")]
    done = project.run("dbt", "run", "--select", *nodes, as_of=LAST_DAY)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
