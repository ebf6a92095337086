"""One version's part of `against_version.py`: makes a project, or runs its compiled SQL."""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from pathlib import Path

import duckdb

SQL = ("bins", "summaries", "pieces", "moments")
UNIFORM = "((hash(number, {seed}) % 1000003 + 0.5) / 1000003)"


def _uniform(seed: int) -> str:
    return UNIFORM.format(seed=seed)


def _heavy(k: int) -> str:
    normal = f"sqrt(-2 * ln({_uniform(10 * k + 1)})) * cos(2 * pi() * {_uniform(10 * k + 2)})"
    return f"case when {_uniform(10 * k + 3)} < 0.2 then 0 else exp(1.5 * {normal}) end"


def _counts(k: int) -> str:
    shape = f"8 * ln({_uniform(10 * k + 4)}) * ln({_uniform(10 * k + 5)}) * 0.7"
    return f"cast(least(floor({shape}), 84) as bigint)"


def _flag(k: int) -> str:
    return f"{_uniform(10 * k + 7)} < 0.3"


def _adjusted(metric: str) -> dict[str, str]:
    covariate = f'{{metric = "{metric}", period = "preenrollment_week"}}'
    return {"linear_model_mean": f"covariate_adjustment = {covariate}"}


def make(path: Path, units: int, segments: int) -> None:
    """Lock 15 metrics, five of a kind, five adjusted; write their tables and compile the models."""
    from synthetic import Metric, made_up_project  # noqa: PLC0415 (of the version at hand)

    mean, deciles = {"bootstrap_mean": ""}, {"bootstrap_mean": "", "deciles": ""}
    curve = deciles | {"empirical_cdf": "", "kernel_density_estimate": ""}
    log_curve = dict.fromkeys(("empirical_cdf", "kernel_density_estimate"), "log_space = true")
    ratio = 'numerator = "heavy_6"\ndenominator = "counts_3"'
    metrics = [
        *(Metric(f"counts_{k}", _counts(k), deciles | _adjusted(f"before_{k}")) for k in range(3)),
        *(Metric(f"counts_{k}", _counts(k), deciles) for k in (3, 4)),
        *(Metric(f"heavy_{k}", _heavy(k), deciles | _adjusted(f"before_{k}")) for k in (5, 6)),
        Metric("heavy_7", _heavy(7), curve),
        Metric("heavy_8", _heavy(8), mean | log_curve),
        Metric("heavy_9", _heavy(9), deciles | {"linear_model_mean": ""}),
        *(Metric(f"flag_{k}", _flag(k), {"binomial": ""}) for k in range(10, 15)),
        Metric("per_day", "", {"population_ratio": ratio}, 'depends_on = ["heavy_6", "counts_3"]'),
    ]
    before = dict.fromkeys(range(3), _counts) | dict.fromkeys((5, 6), _heavy)
    branch = "['control', 'hint', 'hint-animated'][1 + cast(hash(range) % 3 as int)]"
    project = made_up_project(
        path,
        metrics,
        f"select range as number, {branch} as branch from range({units})",
        covariates={f"before_{k}": value(k + 50) for k, value in before.items()},
        segments={
            f"segment_{k}": f"{_uniform(970 + k)} < {0.5 / (k + 1)}" for k in range(segments)
        },
        bases=("enrollments",),
    )
    for name in SQL:
        # Each reads tables of those before it.
        done = project.run(
            "dbt", "run", "--full-refresh", "--select", f"{name}_made_up", as_of="2026-04-15"
        )
        assert done.returncode == 0, done.stdout[-3000:]


def run(path: Path, memory_limit: str, threads: str) -> None:
    """Run the compiled SQL in the order of the models; print CPU seconds and memory as JSON."""
    session = duckdb.connect(str(path / "jetstream.duckdb"))
    session.execute(f"set threads = {threads}")
    session.execute(f"set memory_limit = '{memory_limit}'")
    parts = {}
    try:
        for name in SQL:
            file = (
                path
                / f"target/compiled/dbt_jetstream/models/experiments/made-up/{name}_made_up.sql"
            )
            if file.exists():
                started = time.process_time()
                sql = file.read_text()
                session.execute(f"create or replace table analysis.{name}_made_up as {sql}")
                parts[name] = round(time.process_time() - started, 2)
    except duckdb.Error as error:
        print(json.dumps({"error": f"{name}: {re.sub(chr(10), ' ', str(error))[:150]}"}))
        return
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": sum(parts.values()), "memory": memory, "parts": parts}))


if __name__ == "__main__":
    command, folder, *rest = sys.argv[1:]
    if command == "make":
        make(Path(folder), *map(int, rest))
    else:
        run(Path(folder), *rest)
