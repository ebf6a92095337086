"""Times a day's work on many experiments: sync, parse and build, in one `jetstream run` each.

    .venv/bin/python benchmarks/experiments.py --experiments 100 --clients 2000

The experiments are copies of the two demo experiments under other slugs, on the same clients. Three
runs are timed: the first, which locks all of them and computes what has become due; the next day,
which adds a day; and the same day again, with nothing new due.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

REPOSITORY = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
DESKTOP, FENIX = "pip-first-time-hint", "fenix-toolbar-shortcut"
FIRST_DAY, NEXT_DAY = "2026-04-05", "2026-04-06"


def main() -> None:
    """Make the project and time the runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=100, metavar="N")
    parser.add_argument("--clients", type=int, default=2000, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jetstream-experiments-") as folder:
        project = Path(folder)
        _make_project(project, options.experiments, options.clients)
        for title, date in (
            ("first run, all windows so far", FIRST_DAY),
            ("the next day", NEXT_DAY),
            ("the same day again", NEXT_DAY),
        ):
            _run(project, title, date)


def _make_project(project: Path, number: int, clients: int) -> None:
    for name in ("macros", "seeds", "tests/generic", "metric_hub"):
        shutil.copytree(REPOSITORY / name, project / name)
    for name in ("dbt_project.yml", "selectors.yml"):
        shutil.copy(REPOSITORY / name, project)
    shutil.copy(REPOSITORY / "profiles.example.yml", project / "profiles.yml")
    (project / "models").mkdir()
    for path in (REPOSITORY / "models").glob("*.*"):
        shutil.copy(path, project / "models")
    (project / "python_models").mkdir()
    _jetstream(project, "demo-data", "--clients", str(clients))
    experiments = json.loads((REPOSITORY / "demo/experiments.json").read_text(encoding="utf-8"))
    copies = [_copy(experiments[i % 2], i) for i in range(number)]
    (project / "demo").mkdir()
    (project / "demo/experiments.json").write_text(json.dumps(copies), encoding="utf-8")
    for copy in copies:
        config = project / f"metric_hub/jetstream/{copy['slug'].rpartition('-')[0]}.toml"
        if config.exists():
            shutil.copy(config, config.with_name(f"{copy['slug']}.toml"))
    with duckdb.connect(str(project / "jetstream.duckdb")) as connection:
        _enroll(connection, [copy["slug"] for copy in copies])


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


def _run(project: Path, title: str, date: str) -> None:
    start = time.monotonic()
    printed = _jetstream(project, "run", "--date", date)
    seconds = time.monotonic() - start
    parts = next(line for line in printed.splitlines() if line.startswith("took: "))
    print(f"{title}: {seconds:.0f} s in all; {parts.removeprefix('took: ')}", flush=True)


def _jetstream(project: Path, *arguments: str) -> str:
    environment = os.environ | {
        "DBT_PROFILES_DIR": str(project),
        "JETSTREAM_DUCKDB": str(project / "jetstream.duckdb"),
        "JETSTREAM_EXPORT_URI": str(project / "export"),
    }
    done = subprocess.run(
        [str(BIN / "jetstream"), *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"jetstream {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
