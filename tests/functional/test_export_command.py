"""`jetstream export`: the files of what is built, without a build."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from built_tables import exports

from conftest import DEMO_LAST_DAY, REPOSITORY, Project, copy_built, copy_project
from emulators.storage import StorageServer
from tiers import exhaustive

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
OTHER = "pip-first-time-hint"
# Statistics of five periods, metadata, trust and errors.
FILES = 8


@pytest.fixture
def built(demo: Project, tmp_path: Path) -> Project:
    """The demo, built, after its exports were lost."""
    project = copy_built(demo, tmp_path / "built")
    shutil.rmtree(project.exports)
    return project


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An experiment that is locked, and not built."""
    project = copy_project(tmp_path_factory.mktemp("locked") / "project")
    project.sync(REPOSITORY / "metric_hub", REPOSITORY / "demo/experiments.json", SLUG)
    return project


def test_lost_files_are_written_as_the_build_wrote_them(built: Project, demo: Project) -> None:
    done = built.run("jetstream", "export", as_of=DEMO_LAST_DAY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"{slug}: {FILES} files exported" for slug in (SLUG, OTHER)]
    assert exports(built) == exports(demo)


def test_files_come_from_the_tables_that_are_there(built: Project, demo: Project) -> None:
    """A build would make the view anew, and compute the statistics that are gone."""
    with duckdb.connect(str(built.database)) as connection:
        connection.execute(f"drop view analysis.statistics_{NAME}_daily")
        connection.execute(
            f"delete from analysis.statistics_{NAME} where analysis_period = 'weekly'"
        )
    done = built.run("jetstream", "export", SLUG, "--date", DEMO_LAST_DAY)
    assert done.returncode == 0, done.stderr
    missing = f"not built yet: statistics_{NAME}_daily"
    assert done.stdout == f"{SLUG}: {FILES - 1} files exported; {missing}\n"
    expected = {name: text for name, text in exports(demo).items() if NAME in name}
    del expected[f"statistics/statistics_{NAME}_daily.json"]
    expected[f"statistics/statistics_{NAME}_weekly.json"] = b"[]"
    assert exports(built) == expected


@exhaustive
def test_an_experiment_that_is_named_must_be_built(locked: Project) -> None:
    named = locked.run("jetstream", "export", SLUG)
    assert (named.returncode, named.stderr) == (1, "")
    assert named.stdout == f"{SLUG}: not built yet; run `dbt build --select experiment:{SLUG}`\n"
    everything = locked.run("jetstream", "export")
    assert (everything.returncode, everything.stdout) == (0, named.stdout)
    assert not locked.exports.exists()


def test_an_experiment_must_be_known(locked: Project) -> None:
    done = locked.run("jetstream", "export", "no-such-experiment")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no-such-experiment: no such experiment in this project" in done.stderr


def test_a_private_experiment_exports_nothing(project: Project, tmp_path: Path) -> None:
    hub = shutil.copytree(REPOSITORY / "metric_hub", tmp_path / "hub")
    private = '[experiment]\nis_private = true\ndataset_id = "secret"\n'
    (hub / f"jetstream/{SLUG}.toml").write_text(private)
    project.sync(hub, REPOSITORY / "demo/experiments.json", SLUG)
    named = project.run("jetstream", "export", SLUG)
    assert (named.returncode, named.stdout) == (1, "")
    assert named.stderr == f"error: {SLUG}: is private, and exports nothing\n"


def test_a_bucket_that_is_not_there_is_told_in_a_line(
    built: Project, storage: StorageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", storage.url)
    uri = "gs://no-such-bucket/p"
    command = ("jetstream", "export", SLUG)
    done = built.run(*command, as_of=DEMO_LAST_DAY, JETSTREAM_EXPORT_URI=uri)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line == (
        "error: JETSTREAM_EXPORT_URI: cannot export gs://no-such-bucket/p/statistics/"
        f"statistics_{NAME}_daily.json: the bucket `no-such-bucket` does not exist; create it, "
        "or name another"
    )
