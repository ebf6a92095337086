"""Ours: a project with the experiment, and one `dbt build` per day, as a scheduled job runs it."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml

from life.experiment import END, LAST_ENROLLMENT, SLUG, write_experiments, write_hub
from life.telemetry import ALIAS

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Build:
    """One day's build.

    Attributes:
        day: The last day with telemetry.
        cpu: CPU seconds of the whole process, dbt's start and parse included.
        memory: The process' largest resident size, in bytes.
    """

    day: date
    cpu: float
    memory: int


@dataclass(frozen=True)
class Project:
    """A dbt project in a folder of its own.

    Attributes:
        folder: Where it lies.
        telemetry: The DuckDB file with the raw telemetry.
        memory_limit: What DuckDB may use.
    """

    folder: Path
    telemetry: Path
    memory_limit: str

    @property
    def database(self) -> Path:
        """Where the models are built."""
        return self.folder / "jetstream.duckdb"

    @property
    def queries(self) -> Path:
        """What the profiler has said, a line a query."""
        return self.folder / "queries.jsonl"

    def create(self) -> None:
        """Copy what makes a project, and lock the experiment in it."""
        for name in ("macros", "seeds", "tests/generic"):
            shutil.copytree(REPOSITORY / name, self.folder / name)
        for name in ("models", "python_models"):
            (self.folder / name).mkdir()
        for name in ("dbt_project.yml", "selectors.yml"):
            shutil.copy(REPOSITORY / name, self.folder)
        for path in (REPOSITORY / "models").glob("*.*"):
            shutil.copy(path, self.folder / "models")
        (self.folder / "profiles.yml").write_text(yaml.safe_dump(self._profile()))
        write_hub(self.folder / "metric_hub")
        write_experiments(self.folder / "demo/experiments.json")
        self._run([str(BIN / "jetstream"), "sync", "--with-ended"], END)

    def _profile(self) -> dict[str, object]:
        # One node at a time, so that CPU seconds are its own; two threads for each query.
        output = {
            "type": "duckdb",
            "path": str(self.database),
            "schema": "analysis",
            "threads": 1,
            "attach": [{"path": str(self.telemetry), "alias": ALIAS, "read_only": True}],
            "config_options": {"threads": 2, "memory_limit": self.memory_limit},
            "plugins": [
                {"module": "dbt_jetstream.duckdb_plugin"},
                {"module": "life.profiled_dbt"},
            ],
        }
        return {"jetstream": {"target": "duckdb", "outputs": {"duckdb": output}}}

    def builds(self, until: date = END) -> Iterator[Build]:
        """Build every day from the last enrollment date on."""
        day = LAST_ENROLLMENT
        while day <= until:
            yield self._build(day)
            day += timedelta(days=1)

    def _build(self, day: date) -> Build:
        command = [str(BIN / "dbt"), "build", "--select", f"experiment:{SLUG}"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        memory = self._run(command, day)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Build(day, cpu, memory)

    def _run(self, command: list[str], day: date) -> int:
        """Run a command; return the largest resident size of its process, in bytes."""
        environment = os.environ | {
            "DBT_PROFILES_DIR": str(self.folder),
            "JETSTREAM_EXPORT_URI": str(self.folder / "export"),
            "JETSTREAM_AS_OF": str(day),
            "LIFECYCLE_QUERIES": str(self.queries),
            "PYTHONPATH": str(REPOSITORY / "benchmarks"),
        }
        log = self.folder / "last.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=output, stderr=output
            )
            _, status, used = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{' '.join(command)} failed on {day}:\n{log.read_text()[-4000:]}")
        return used.ru_maxrss * 1024
