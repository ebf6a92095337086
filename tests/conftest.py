"""Projects that tests build: the repository's macros and tests, and experiments of their own."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from xdist.scheduler import LoadScopeScheduling

import forked
from dbt_jetstream import PLAIN_DBT
from dbt_jetstream.inside_dbt.template_code import FILE as CODE
from store import kept
from tiers import ALL, FAST

pytest_plugins = ["emulators.storage", "emulators.twins"]

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"
GOLDEN = SHARED / "golden"
DEMO_LAST_DAY = "2026-04-15"
BIN = Path(sys.executable).parent
DEMO = REPOSITORY / "demo/experiments.json"
SMALL = REPOSITORY / "tests/small_hub"
HEAVY = ("tests/bigquery/", "tests/functional/")
# An emulator that is loaded once, and hundreds of experiments that are locked once.
TOGETHER = ("tests/bigquery/", "tests/conformance/")
# In full, hundreds of builds on Google's analyzer: the first, and each test by itself.
LONGEST = ("tests/conformance/test_googlesql.py",) if ALL else ()
# For commands whose artifacts, such as the manifest, or whose log a test reads.
ARTIFACTS = {"DBT_WRITE_JSON": "true"}
LOG = {"DBT_LOG_LEVEL_FILE": "debug"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what takes longest come first, so that both processes end together."""
    items.sort(key=lambda item: _place(item.nodeid))


def _place(nodeid: str) -> int:
    return next((n for n, part in enumerate((LONGEST, HEAVY)) if nodeid.startswith(part)), 2)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what all tests import, a million objects."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)


class _ByFile(LoadScopeScheduling):
    """Gives files to processes, and folders whose files share what takes long to make."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(LONGEST):
            return nodeid
        path = nodeid.partition("::")[0]
        folder = next((name for name in TOGETHER if path.startswith(name)), None)
        return folder or path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return _ByFile(config, log)


# `make test-plain-dbt`: nothing of dbt is replaced.
IS_PLAIN = os.environ.get(PLAIN_DBT) == "1"
leaves_metrics_out = pytest.mark.skipif(
    IS_PLAIN, reason=f"with {PLAIN_DBT} a metric that fails costs its data source"
)


def selected(slug: str) -> str:
    """Select an experiment: dbt as it comes knows no `experiment:`."""
    return f"tag:experiment:{slug}" if IS_PLAIN else f"experiment:{slug}"


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
        dbt writes its artifacts and its log only for those who read them, by `ARTIFACTS` and `LOG`.
        """
        named = ("JETSTREAM_AS_OF", "JETSTREAM_DUCKDB", "JETSTREAM_EXPORT_URI")
        kept = {name: text for name, text in os.environ.items() if name not in named}
        given = {"JETSTREAM_AS_OF": as_of} if as_of else {}
        quiet = {"DBT_WRITE_JSON": "false", "DBT_LOG_LEVEL_FILE": "none"}
        return kept | quiet | {"DBT_PROFILES_DIR": ".", "NO_COLOR": "1"} | given

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

    def build(self, slug: str, as_of: str, **variables: str) -> str:
        """Build an experiment; fails the test with dbt's output if it does not succeed."""
        select = ("--select", selected(slug))
        done = self.run("dbt", "build", *select, as_of=as_of, **variables)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def copy_project(path: Path) -> Project:
    """Copy what makes the project, without any experiment, and what dbt has parsed of it."""
    shutil.copytree(kept("parsed", _parse), path, dirs_exist_ok=True)
    return Project(path)


def copy_built(project: Project, path: Path) -> Project:
    """Copy a project with all that it has built."""
    shutil.copytree(project.path, path)
    _copy_larger(kept("parsed", _parse) / "target" / CODE, path / "target" / CODE)
    return Project(path)


def _parse(path: Path) -> None:
    """Make the project that is copied: dbt parses its macros once, not once for each test."""
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
    for file in (path / "target").iterdir():
        if file.name not in {"partial_parse.msgpack", CODE}:
            file.unlink()


def _share_code(path: Path) -> None:
    """Give the code of macros that a run compiled to all projects that are copied from now on."""
    _copy_larger(path / "target" / CODE, kept("parsed", _parse) / "target" / CODE)


def _copy_larger(file: Path, place: Path) -> None:
    """Copy code of macros to where there is less of it: the larger file holds more macros."""
    if file.exists() and (not place.exists() or file.stat().st_size > place.stat().st_size):
        # Not beside it: others copy the folder meanwhile.
        with tempfile.TemporaryDirectory(dir=place.parents[2]) as folder:
            Path(shutil.copy(file, folder)).replace(place)


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
    path: Path, *slugs: str, hub: Path = REPOSITORY / "metric_hub", experiments: Path = DEMO
) -> Project:
    """Make a project with little telemetry and the demo experiments locked, not built yet."""
    project = project_with_telemetry(path)
    project.sync(hub, experiments, *slugs)
    return project


def project_with_telemetry(path: Path) -> Project:
    """Make a project with the demo's telemetry of 400 clients, without any experiment."""
    project = copy_project(path)
    shutil.copy(kept("telemetry", _generate) / project.database.name, project.database)
    return project


def _generate(path: Path) -> None:
    environment = Project(path).environment()
    command = ("jetstream", "demo-data", "--clients", "400", "--seed", "7")
    done = forked.run(command, path, environment)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def demo() -> Project:
    """Both demo experiments with all that the repository has of them, dbt's unit tests included.

    Built for the last day of their telemetry. Not to be changed.
    """
    if FAST:
        pytest.skip("needs a dbt build: `make test` runs it")

    def make(path: Path) -> None:
        project = demo_project(path)
        for file in REPOSITORY.glob("models/experiments/*/unit_tests.yml"):
            shutil.copy(file, path / file.relative_to(REPOSITORY))
        project.build("*", DEMO_LAST_DAY, **ARTIFACTS, **LOG)

    return Project(kept("demo", make))


def small_project(path: Path, slug: str) -> Project:
    """Copy a project in which a demo experiment is locked with two metrics, not built yet."""

    def make(path: Path) -> None:
        demo_project(path, slug, hub=SMALL, experiments=SMALL / "experiments.json")

    return copy_built(Project(kept(f"small-{slug}", make)), path)


def small_built(slug: str, *days: str) -> Project:
    """A demo experiment with two metrics, built on one day after the other. Not to be changed."""

    def make(path: Path) -> None:
        path.rmdir()
        *before, last = days
        if before:
            project = copy_built(small_built(slug, *before), path)
        else:
            project = small_project(path, slug)
        project.build(slug, last)

    return Project(kept("-".join(("small", slug, *days)), make))


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


def golden_project() -> Project:
    """The golden experiment, built after its end. Not to be changed."""

    def make(path: Path) -> None:
        project = copy_project(path)
        load_golden(project)
        project.build("*", "2024-04-15")

    return Project(kept("golden", make))


requires_golden = pytest.mark.skipif(
    not GOLDEN.exists(), reason="needs the golden data beside the repository, at ../shared/golden"
)
