"""CPU time and memory of the statistics, against real mozilla-jetstream on the same units.

    python benchmarks/statistics.py [--units 10000 100000 1000000] [--only NAME]

Ours is all that follows the metrics table, as dbt runs it: the SQL of bins, pieces and moments on
DuckDB with one thread, and the Python model up to its rows. The original's is its statistics alone,
each branch as the reference, on a data frame that is in memory already; it is installed into
benchmarks/.peer. Bootstraps that would take too long are timed at two small numbers of resamples
and extrapolated linearly to 10,000. Of metrics of one kind the original is timed on one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
# In place of this folder, whose `statistics` would hide the standard library's.
sys.path[0] = str(HERE.parent / "tests")

import duckdb  # noqa: E402

from synthetic import NAME, Metric, made_up_project, summarise  # noqa: E402

PEER = "mozilla-jetstream==2026.8.2"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
CLASSES = {
    "bootstrap_mean": "BootstrapMean",
    "binomial": "Binomial",
    "deciles": "Deciles",
    "linear_model_mean": "LinearModelMean",
    "adjusted": "LinearModelMean",
    "per_client_dau_impact": "PerClientDAUImpact",
    "population_ratio": "PopulationRatio",
    "kernel_density_estimate": "KernelDensityEstimate",
    "empirical_cdf": "EmpiricalCDF",
    "sum": "Sum",
    "count": "Count",
}
COVARIATE = {"metric": "before", "period": "preenrollment_week"}


def _uniform(seed: int) -> str:
    return f"((hash(number, {seed}) % 1000003 + 0.5) / 1000003)"


def _heavy(k: int) -> str:
    normal = f"sqrt(-2 * ln({_uniform(10 * k + 1)})) * cos(2 * pi() * {_uniform(10 * k + 2)})"
    return f"case when {_uniform(10 * k + 3)} < 0.2 then 0 else exp(1.5 * {normal}) end"


def _counts(k: int) -> str:
    shape = f"-8 * ln({_uniform(10 * k + 4)}) * ln({_uniform(10 * k + 5)}) * -0.7"
    zero = f"{_uniform(10 * k + 6)} < 0.35"
    return f"cast(case when {zero} then 0 else least(floor({shape}), 84) end as bigint)"


def _flag(k: int) -> str:
    return f"{_uniform(10 * k + 7)} < 0.3"


KINDS = {"heavy": _heavy, "counts": _counts, "flag": _flag}


@dataclass(frozen=True)
class Scenario:
    """What is computed: statistics of so many metrics of each kind.

    Attributes:
        name: As the table shows it.
        metrics: (kind, how many, statistics).
        is_sliced: Whether it is computed for two segments more, and on both bases.
    """

    name: str
    metrics: tuple[tuple[str, int, tuple[str, ...]], ...]
    is_sliced: bool = False


USUAL = ("bootstrap_mean", "deciles", "empirical_cdf", "kernel_density_estimate")
SINGLE = [
    ("heavy", "bootstrap_mean"),
    ("counts", "bootstrap_mean"),
    ("flag", "binomial"),
    ("heavy", "deciles"),
    ("counts", "deciles"),
    ("heavy", "linear_model_mean"),
    ("heavy", "adjusted"),
    ("heavy", "per_client_dau_impact"),
    ("heavy", "population_ratio"),
    ("heavy", "kernel_density_estimate"),
    ("counts", "kernel_density_estimate"),
    ("heavy", "empirical_cdf"),
    ("heavy", "sum"),
]
SCENARIOS = [
    *(Scenario(f"{statistic}, {kind}", ((kind, 1, (statistic,)),)) for kind, statistic in SINGLE),
    Scenario(
        "5 + 5 + 5 metrics", (("counts", 5, USUAL), ("heavy", 5, USUAL), ("flag", 5, ("binomial",)))
    ),
    Scenario("10 counts, no density", (("counts", 10, USUAL[:3]),)),
    Scenario(
        "desktop's default set, sliced",
        (
            ("heavy", 1, ("bootstrap_mean", "adjusted", "deciles")),
            ("heavy", 1, ("bootstrap_mean", "count")),
            ("counts", 4, ("bootstrap_mean",)),
            ("counts", 1, ("bootstrap_mean", "sum")),
            ("heavy", 1, ("population_ratio",)),
            ("flag", 5, ("binomial",)),
        ),
        is_sliced=True,
    ),
]


def _toml(statistic: str, kind: str) -> tuple[str, str]:
    """A statistic's name and parameters in a configuration."""
    if statistic == "adjusted":
        inline = ", ".join(f'{key} = "{value}"' for key, value in COVARIATE.items())
        return "linear_model_mean", f"covariate_adjustment = {{{inline}}}"
    if statistic == "population_ratio":
        return statistic, f'numerator = "{kind}_sides"\ndenominator = "other"'
    return statistic, ""


def _metrics(scenario: Scenario) -> list[Metric]:
    made = []
    for kind, many, statistics in scenario.metrics:
        for _ in range(many):
            number = len(made)
            named = dict(_toml(s, kind) for s in statistics)
            if "population_ratio" in statistics:
                made.append(Metric(f"{kind}_sides", KINDS[kind](number), {"count": ""}))
                made.append(Metric("other", f"1 + {KINDS['counts'](number)}", {"count": ""}))
                depends = f'depends_on = ["{kind}_sides", "other"]'
                made.append(Metric("ratio", "", named, depends))
            else:
                made.append(Metric(f"{kind}_{number}", KINDS[kind](number), named))
    return made


def _project(path: Path, scenario: Scenario, units: int) -> None:
    """Write a project whose metrics tables hold so many units."""
    relation = (
        "select range as number, ['control', 'hint', 'hint-animated']"
        f"[1 + cast(hash(range) % 3 as int)] as branch from range({units})"
    )
    has_covariate = any("adjusted" in statistics for _, _, statistics in scenario.metrics)
    before = {"before": f"{_heavy(0)} * (0.5 + {_uniform(999)})"} if has_covariate else {}
    segments = {"one_half": f"{_uniform(97)} < 0.5", "one_fifth": f"{_uniform(98)} < 0.2"}
    project = made_up_project(
        path,
        _metrics(scenario),
        relation,
        covariates=before,
        segments=segments if scenario.is_sliced else {},
        bases=("enrollments", "exposures") if scenario.is_sliced else ("enrollments",),
    )
    summarise(project)


def _ours(path: Path) -> dict[str, float]:
    """Run a project's compiled SQL and its Python model in a process of their own."""
    command = [sys.executable, "-P", str(HERE / "ours.py"), str(path)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | ONE_THREAD
    )
    return json.loads(done.stdout.splitlines()[-1])


def _replicates(statistic: str, kind: str, units: int) -> list[int] | None:
    """Two numbers of resamples that a slow bootstrap is timed at; None where it runs in full."""
    slow = {"population_ratio": 1_000, "bootstrap_mean": 30_000 if kind == "heavy" else 10**9}
    if units <= slow.get(statistic, 10**9):
        return None
    most = max(2, min(1_000, int(2e7 / units)))
    return [max(1, most // 4), most + 1]


def _requests(scenario: Scenario, units: int) -> list[tuple[int, dict]]:
    """What the original is asked, and how often each counts."""
    slices: list[tuple[str | None, float]] = [(None, 1.0)]
    if scenario.is_sliced:
        bases = ("analysis_basis == 'enrollments'", "analysis_basis == 'exposures'")
        parts = (("", 1.0), (" and one_half", 0.5), (" and one_fifth", 0.2))
        slices = [(b + p, s / (i + 1)) for i, b in enumerate(bases) for p, s in parts]
    requests = []
    number = 0
    for kind, many, statistics in scenario.metrics:
        metric = f"{kind}_{number}"
        number += many if "population_ratio" not in statistics else 3
        for statistic in statistics:
            arguments: dict = {}
            if statistic == "adjusted":
                arguments = {"covariate_adjustment": COVARIATE}
            if statistic == "population_ratio":
                metric = "ratio"
                arguments = {"numerator": f"{kind}_sides", "denominator": "other"}
            for where, share in slices:
                request = {
                    "statistic": CLASSES[statistic],
                    "metric": metric,
                    "arguments": arguments,
                    "replicates": _replicates(statistic, kind, int(units * share)),
                    "where": where,
                }
                requests.append((many, request))
    return requests


def _peer_python() -> Path:
    """The original's own environment, made where it is missing."""
    folder = HERE / ".peer"
    python = folder / "bin/python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", PEER], check=True)
    return python


def _theirs(path: Path, scenario: Scenario, units: int) -> float:
    """CPU seconds of the original on the units of a project's metrics table."""
    file = path / "units.parquet"
    with duckdb.connect(str(path / "jetstream.duckdb"), read_only=True) as connection:
        tables = [
            t for (t,) in connection.execute("select table_name from duckdb_tables()").fetchall()
        ]
        joined = f"select o.* from analysis.{NAME}_overall as o"
        if f"{NAME}_preenrollment_weekly" in tables:
            joined = (
                f"select o.*, p.before as before_pre from analysis.{NAME}_overall as o "
                f"join analysis.{NAME}_preenrollment_weekly as p "
                "using (analysis_id, branch) where p.analysis_basis = 'enrollments'"
            )
        columns = "* exclude (analysis_id, window_index, enrollment_date, exposure_date)"
        connection.execute(f"copy (select {columns} from ({joined})) to '{file}'")
    requests = _requests(scenario, units)
    task = {"file": str(file), "requests": [r for _, r in requests]}
    done = subprocess.run(
        [str(_peer_python()), "-P", str(HERE / "peer.py")],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | ONE_THREAD,
    )
    seconds = json.loads(done.stdout.splitlines()[-1])
    return sum(many * s for (many, _), s in zip(requests, seconds, strict=True))


def main() -> None:
    """Print a table of all scenarios and sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--only", default="", help="scenarios whose name holds this")
    parser.add_argument("--no-peer", action="store_true", help="time ours alone")
    options = parser.parse_args()
    print("| what | units | ours, CPU s | of it SQL | extra MB | original, CPU s | ratio |")
    print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for scenario in SCENARIOS:
        for units in options.units:
            if options.only in scenario.name:
                _report(scenario, units, has_peer=not options.no_peer)


def _report(scenario: Scenario, units: int, *, has_peer: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    try:
        _project(folder / "project", scenario, units)
        ours = _ours(folder / "project")
        theirs = _theirs(folder / "project", scenario, units) if has_peer else float("nan")
    finally:
        shutil.rmtree(folder)
    print(
        f"| {scenario.name} | {units:,} | {ours['total']:.3f} | {ours['sql']:.3f} "
        f"| {ours['extra_mb']:.0f} | {theirs:.3g} | {theirs / ours['total']:.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
