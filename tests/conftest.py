"""Projects that tests build: the repository's macros and tests, and experiments of their own."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pytest

import forked
from dbt_jetstream.template_code import FILE as CODE

pytest_plugins = ["emulators.storage", "emulators.twins"]

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"
GOLDEN = SHARED / "golden"
DEMO_LAST_DAY = "2026-04-15"
BIN = Path(sys.executable).parent


@dataclass
class Project:
    """A dbt project in a folder of its own, with its own database and exports."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "jetstream.duckdb"

    @property
    def exports(self) -> Path:
        return self.path / "export"

    def environment(self, as_of: str | None = None) -> dict[str, str]:
        """What commands in the project see of the world.

        No variable names the project's folder: dbt parses a copy anew where its profile differs.
        """
        named = ("JETSTREAM_AS_OF", "JETSTREAM_DUCKDB", "JETSTREAM_EXPORT_URI")
        kept = {name: text for name, text in os.environ.items() if name not in named}
        given = {"JETSTREAM_AS_OF": as_of} if as_of else {}
        return kept | {"DBT_PROFILES_DIR": ".", "NO_COLOR": "1"} | given

    def run(
        self, *command: str, as_of: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `jetstream` or `dbt` in the project; the caller looks at the exit code."""
        done = forked.run(command, self.path, self.environment(as_of) | variables)
        _share_code(self.path)
        return done

    def sync(self, hub: Path, experiments: Path, *slugs: str) -> None:
        chosen = [word for slug in slugs for word in ("--experiment", slug)]
        done = self.run(
            "jetstream",
            "sync",
            "--metric-hub",
            str(hub),
            "--experiments",
            str(experiments),
            "--with-ended",
            *chosen,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def build(self, slug: str, as_of: str) -> str:
        """Build an experiment; fails the test with dbt's output if it does not succeed."""
        done = self.run("dbt", "build", "--select", f"experiment:{slug}", as_of=as_of)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def copy_project(path: Path) -> Project:
    """Copy what makes the project, without any experiment, and what dbt has parsed of it."""
    shutil.copytree(_parsed_project(), path, dirs_exist_ok=True)
    return Project(path)


@cache
def _parsed_project() -> Path:
    """The project that is copied: dbt parses its macros once for all tests, not once for each."""
    path = Path(tempfile.mkdtemp(prefix="jetstream-tests-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    for folder in ("macros", "seeds", "tests/generic"):
        shutil.copytree(REPOSITORY / folder, path / folder)
    for folder in ("models", "python_models"):
        (path / folder).mkdir()
    for file in ("dbt_project.yml", "selectors.yml"):
        shutil.copy(REPOSITORY / file, path)
    for file in (REPOSITORY / "models").glob("*.*"):
        shutil.copy(file, path / "models")
    shutil.copy(REPOSITORY / "profiles.example.yml", path / "profiles.yml")
    # Not by the project's `run`, which shares what it compiles with the project that is made here.
    parsed = forked.run(("dbt", "parse"), path, Project(path).environment())
    assert parsed.returncode == 0, parsed.stdout
    shutil.rmtree(path / "logs")
    for file in (path / "target").iterdir():
        if file.name != "partial_parse.msgpack":
            file.unlink()
    return path


def _share_code(path: Path) -> None:
    """Give the code of macros that a run compiled to all projects that are copied from now on."""
    made = path / "target" / CODE
    if not made.exists():
        return
    shared = _parsed_project() / "target" / CODE
    # The larger holds more macros: runs only add to it.
    if not shared.exists() or made.stat().st_size > shared.stat().st_size:
        shutil.copy(made, shared)


def end_sources(project: Project, *names: str) -> None:
    """Say in the project's settings that the telemetry of these data sources has ended."""
    path = project.path / "dbt_project.yml"
    settings = path.read_text()
    listed = f"jetstream_ended_sources: [{', '.join(names)}]"
    changed = settings.replace("jetstream_ended_sources: []", listed)
    assert changed != settings
    path.write_text(changed)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project."""
    return copy_project(tmp_path / "project")


def demo_project(
    path: Path, *slugs: str, seed: int = 7, hub: Path = REPOSITORY / "metric_hub"
) -> Project:
    """A project with little telemetry and the demo experiments locked, not built yet."""
    project = copy_project(path)
    done = project.run("jetstream", "demo-data", "--clients", "400", "--seed", str(seed))
    assert done.returncode == 0, done.stderr
    project.sync(hub, REPOSITORY / "demo/experiments.json", *slugs)
    return project


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Both demo experiments, built for the last day of their telemetry. Not to be changed."""
    project = demo_project(tmp_path_factory.mktemp("demo") / "project")
    project.build("*", DEMO_LAST_DAY)
    return project


def load_golden(project: Project) -> None:
    """Load the golden telemetry into a project and lock the golden experiment.

    Its events end two weeks before the experiment does; the original does not mind.
    """
    end_sources(project, "events")
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("create schema telemetry")
        for file in sorted((GOLDEN / "input/telemetry").glob("*.parquet")):
            connection.execute(f"create table telemetry.{file.stem} as from '{file}'")
    project.sync(GOLDEN / "input/metric_hub", GOLDEN / "input/experiments.json")


requires_golden = pytest.mark.skipif(
    not GOLDEN.exists(), reason="needs the golden data beside the repository, at ../shared/golden"
)
