"""Lints the SQL that the macros compile to, as reviewers read it: `make lint` runs it.

    .venv/bin/python tests/lint_sql.py

One experiment that has each kind of metric, statistic and data source once stands for all: its SQL
is a quarter of the demo's, which `make test-all` lints.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from dbt_jetstream.inputs.hub import HubAddress
from dbt_jetstream.review.render import Renderer
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Request

REPOSITORY = Path(__file__).resolve().parent.parent
SMALL = REPOSITORY / "tests/small_hub"
SLUG = "pip-first-time-hint"
PROJECT = ("dbt_project.yml", "seeds", "macros")
MORE = """
[metrics.countries]
select_expression = "COUNT(DISTINCT country)"
data_source = "clients_daily"
[metrics.countries.statistics.bootstrap_mean]

[metrics.hours]
select_expression = "COALESCE(SUM(active_hours_sum), 0)"
data_source = "clients_daily"
[metrics.hours.statistics.binomial]
[metrics.hours.statistics.deciles]
[metrics.hours.statistics.empirical_cdf]
[metrics.hours.statistics.kernel_density_estimate]
[metrics.hours.statistics.linear_model_mean]
[metrics.hours.statistics.linear_model_mean.covariate_adjustment]
period = "preenrollment_week"
[metrics.hours.statistics.bootstrap_mean]
pre_treatments = ["remove_nulls", {name = "log"}, {name = "censor_lowest_values", fraction = 0.1}]

[metrics.hours_per_toggle]
depends_on = ["hours", "toggles_shown"]
[metrics.hours_per_toggle.statistics.population_ratio]
numerator = "hours"
denominator = "toggles_shown"
"""
METRICS = ("hours", "countries", "toggles_shown", "hours_per_toggle")


def main() -> int:
    """Lint; returns sqlfluff's exit code."""
    with tempfile.TemporaryDirectory(prefix="jetstream-lint-") as name:
        paths = render(Path(name))
        config = str(REPOSITORY / ".sqlfluff")
        command = [str(Path(sys.executable).with_name("sqlfluff")), "lint", "--config", config]
        processes = ["--processes", str(os.cpu_count() or 1)]
        return subprocess.run([*command, *processes, *map(str, paths)], check=False).returncode


def render(folder: Path) -> list[Path]:
    """Write the SQL of an experiment's models into a folder; returns the files."""
    hub, project = shutil.copytree(SMALL, folder / "hub"), folder / "project"
    project.mkdir()
    for entry in PROJECT:
        copy = shutil.copytree if (REPOSITORY / entry).is_dir() else shutil.copy
        copy(REPOSITORY / entry, project / entry)
    config = hub / f"jetstream/{SLUG}.toml"
    listed = ", ".join(f'"{metric}"' for metric in METRICS)
    settings, _, statistics = config.read_text().partition("[metrics]\n")
    periods = f'[metrics]\nweekly = [{listed}]\npreenrollment_weekly = ["hours"]\n'
    kept = statistics[statistics.index("[metrics.") :]
    config.write_text(settings + periods + kept + MORE)
    report = sync(Request([HubAddress(str(hub))], hub / "experiments.json", project, [SLUG]))
    (locked,) = report.experiments
    models = Renderer(project, "duckdb").render(locked)
    paths = []
    for model, sql in models.items():
        paths.append(folder / f"{model}.sql")
        paths[-1].write_text(f"{sql.strip()}\n")
    return paths


if __name__ == "__main__":
    sys.exit(main())
