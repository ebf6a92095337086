"""A project with copies of the two demo experiments under other slugs, on the same clients."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

REPOSITORY = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
DESKTOP, FENIX = "pip-first-time-hint", "fenix-toolbar-shortcut"


class Copies:
    """The project.

    Attributes:
        folder: Where it lies.
        slugs: The experiments.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self.folder = folder
        found = json.loads((REPOSITORY / "demo/experiments.json").read_text(encoding="utf-8"))
        self._experiments = [_copy(found[i % 2], i) for i in range(number)]
        self.slugs = [experiment["slug"] for experiment in self._experiments]

    def create(self, clients: int) -> None:
        """Write the project and its telemetry; nothing is locked yet."""
        for name in ("macros", "seeds", "tests/generic", "metric_hub"):
            shutil.copytree(REPOSITORY / name, self.folder / name)
        for name in ("dbt_project.yml", "selectors.yml"):
            shutil.copy(REPOSITORY / name, self.folder)
        shutil.copy(REPOSITORY / "profiles.example.yml", self.folder / "profiles.yml")
        (self.folder / "models").mkdir()
        for path in (REPOSITORY / "models").glob("*.*"):
            shutil.copy(path, self.folder / "models")
        (self.folder / "python_models").mkdir()
        self.jetstream("demo-data", "--clients", str(clients))
        (self.folder / "demo").mkdir()
        experiments = self.folder / "demo/experiments.json"
        experiments.write_text(json.dumps(self._experiments), encoding="utf-8")
        for slug in self.slugs:
            config = self.folder / f"metric_hub/jetstream/{slug.rpartition('-')[0]}.toml"
            if config.exists():
                shutil.copy(config, config.with_name(f"{slug}.toml"))
        with duckdb.connect(str(self.folder / "jetstream.duckdb")) as connection:
            _enroll(connection, self.slugs)

    def jetstream(self, *arguments: str) -> str:
        """Run one of our commands; returns what it printed."""
        return self.run([str(BIN / "jetstream"), *arguments])

    def run(self, command: list[str], **variables: str) -> str:
        """Run a command in the project; returns what it printed."""
        environment = os.environ | {
            "DBT_PROFILES_DIR": str(self.folder),
            "JETSTREAM_DUCKDB": str(self.folder / "jetstream.duckdb"),
            "JETSTREAM_EXPORT_URI": str(self.folder / "export"),
        }
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout


def _copy(experiment: dict[str, Any], number: int) -> dict[str, Any]:
    return {**experiment, "slug": f"{experiment['slug']}-{number}", "endDate": None}


def _enroll(connection: duckdb.DuckDBPyConnection, slugs: list[str]) -> None:
    """Give every copy the enrollments and exposures of its original."""
    desktop = [slug for slug in slugs if slug.startswith(DESKTOP)]
    fenix = [slug for slug in slugs if slug.startswith(FENIX)]
    connection.execute(
        "insert into telemetry.events by name select events.* replace (slug as event_string_value) "
        "from telemetry.events, unnest($slugs) as copies (slug) "
        "where event_string_value = $original",
        {"slugs": desktop, "original": DESKTOP},
    )
    connection.execute(
        "update telemetry.clients_daily set experiments = experiments || list_transform("
        "$slugs, lambda slug: {'key': slug, 'value': "
        "list_filter(experiments, lambda e: e.key = $original)[1].value})"
        " where len(list_filter(experiments, lambda e: e.key = $original)) > 0",
        {"slugs": desktop, "original": DESKTOP},
    )
    connection.execute(
        "insert into fenix.events_stream by name select events_stream.* replace "
        "(replace(event_extra::varchar, $original, slug)::json as event_extra) "
        "from fenix.events_stream, unnest($slugs) as copies (slug) "
        "where contains(event_extra::varchar, $original)",
        {"slugs": fenix, "original": FENIX},
    )
