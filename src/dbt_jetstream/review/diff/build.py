"""Builds experiments of one side in a folder that is thrown away, with that side's own code."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from dbt_jetstream.inputs.settings import FILE
from dbt_jetstream.lock.folder import FOLDERS
from dbt_jetstream.project.package import COPY, INSTALLED
from dbt_jetstream.sync.registry import retired_file

JETSTREAM = "from dbt_jetstream.cli import main; raise SystemExit(main())"
DBT = "from dbt.cli.main import cli; cli()"
PROFILES = "profiles.yml"
LAST_LINES = 3


@dataclass(frozen=True)
class Build:
    """What to build of one side.

    Attributes:
        project: The dbt project; files in it are changed.
        hubs: Its public hubs.
        experiments: Its list of experiments: a file or URL.
        definitions: The experiments whose definitions are locked anew.
        locks: The experiments whose committed lock is built.
        database: A DuckDB file with telemetry.
        as_of: The last day with complete telemetry.
    """

    project: Path
    hubs: list[str]
    experiments: str
    definitions: list[str]
    locks: list[str]
    database: Path
    as_of: dt.date

    def run(self) -> str:
        """Lock and build; returns what went wrong, or nothing."""
        self._clear()
        self._write_profile()
        problem = self._call(JETSTREAM, *self._sync()) if self.definitions else ""
        tags = [f"tag:experiment:{slug}" for slug in (*self.definitions, *self.locks)]
        options = ["--no-use-colors", "--quiet", "--no-partial-parse"]
        return problem or self._call(DBT, *options, "run", "--select", *tags)

    def _clear(self) -> None:
        """Leave of the committed experiments those whose lock is built."""
        for folder in (self.project / place for pair in FOLDERS.values() for place in pair):
            for path in folder.glob("*"):
                if path.is_dir() and path.name not in self.locks:
                    shutil.rmtree(path)
        for path, text in retired_file(self.project, ()).items():
            if text is None:
                (self.project / path).unlink(missing_ok=True)
            else:
                (self.project / path).write_text(text, encoding="utf-8")

    def _sync(self) -> list[str]:
        hubs = [f"--metric-hub={hub}" for hub in self.hubs]
        slugs = [f"--experiment={slug}" for slug in self.definitions]
        return ["sync", "--with-ended", f"--experiments={self.experiments}", *hubs, *slugs]

    def _write_profile(self) -> None:
        settings = yaml.safe_load((self.project / FILE).read_text(encoding="utf-8"))
        target = {
            "type": "duckdb",
            "path": str(self.database),
            "schema": "analysis",
            "threads": 2,
            "plugins": [{"module": "dbt_jetstream.duckdb_plugin"}],
        }
        profile = {settings["profile"]: {"target": "duckdb", "outputs": {"duckdb": target}}}
        (self.database.parent / PROFILES).write_text(yaml.safe_dump(profile), encoding="utf-8")

    def _call(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-P", "-c", program, *arguments],
            cwd=self.project,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return ""
        lines = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
        told = [line for line in lines if "error" in line.lower()] or lines
        return " ".join(told[:LAST_LINES]) or f"exit code {done.returncode}"

    def _environment(self) -> dict[str, str]:
        """Return what the commands see: this side's code, and nothing of the user's target."""
        folder = self.database.parent
        own = {
            "DBT_PROFILES_DIR": str(folder),
            "JETSTREAM_DUCKDB": str(self.database),
            "JETSTREAM_EXPORT_URI": str(folder / "export"),
            "JETSTREAM_AS_OF": self.as_of.isoformat(),
            "NO_COLOR": "1",
        }
        source = self.project / "src"
        if (source / "dbt_jetstream").is_dir():
            own["PYTHONPATH"] = str(source)
        ignored = ("DBT_", "JETSTREAM_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(ignored)}
        return kept | own


def install_packages(project: Path, installed: Path) -> None:
    """Install in a checkout what git does not keep: its own macros, and other packages as they are.

    Args:
        project: The checkout.
        installed: The packages that the working tree has installed.
    """
    place = project / INSTALLED
    if place.parent.exists() or not (project / COPY).is_dir():
        return
    place.parent.mkdir()
    place.symlink_to((project / COPY).resolve())
    for path in installed.iterdir() if installed.is_dir() else ():
        if path.name != place.name:
            (place.parent / path.name).symlink_to(path.resolve())
