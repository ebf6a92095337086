"""dbt Cloud, where this project's package is not installed: notebooks, selection and exports.

Only Vertex AI is replaced: dbt uploads each notebook, and BigFrames runs it unchanged.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
import sqlglot
from packaging.requirements import Requirement
from sqlglot import exp

from conftest import REPOSITORY
from emulators.bigquery import PROJECT, profile
from emulators.equality import equal, first_difference
from emulators.twins import DEMO_DAYS, TOKEN, BigQueryProject, Twins
from tiers import exhaustive

pytestmark = exhaustive

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
# As built in dbt's process, and as built by dbt Cloud.
IN_PROCESS, CLOUD = "analysis", "cloud"
DBT_CLOUD = REPOSITORY / "tests/emulators/dbt_cloud.py"
# The bucket that dbt uploads notebooks to, as the profile says.
NOTEBOOKS = "models"
PACKAGE = "dbt-jetstream @ git+https://github.com/example/dbt-jetstream@v0.1.0"
FILES = {
    *(
        f"statistics/statistics_{NAME}_{period}"
        for period in ("daily", "weekly", "days28", "overall", "preenrollment_weekly")
    ),
    *(f"{kind}/{kind}_{NAME}" for kind in ("metadata", "errors", "trust")),
}


@dataclass
class CloudProject(BigQueryProject):
    """A project in dbt Cloud.

    Attributes:
        uri: Where it exports to; empty where nothing is said.
        python: How Python models run.
    """

    uri: str = f"gs://{CLOUD}/p"
    python: str = "bigframes"

    def environment(self, as_of: str | None = None) -> dict[str, str]:
        """Only variables that dbt Cloud lets users set, and where the emulators are."""
        ours = super().environment(as_of)
        kept = {name: text for name, text in ours.items() if not name.startswith("JETSTREAM_")}
        return kept | {
            "DBT_JETSTREAM_AS_OF": as_of or "",
            "DBT_JETSTREAM_EXPORT_URI": self.uri,
            "DBT_JETSTREAM_PYTHON": self.python,
            "DBT_JETSTREAM_PACKAGE": PACKAGE,
            "DBT_JETSTREAM_NOTEBOOK_TEMPLATE": "4711",
            "BIGQUERY_EMULATOR_HOST": self.server.endpoint,
            "BIGQUERY_STORAGE_EMULATOR_HOST": f"127.0.0.1:{self.server.grpc}",
        }

    def dbt(self, *words: str, as_of: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run dbt without this project's package."""
        return subprocess.run(
            [sys.executable, str(DBT_CLOUD), *words],
            cwd=self.path,
            env=self.environment(as_of),
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def project(bigquery: Twins, tmp_path_factory: pytest.TempPathFactory) -> CloudProject:
    """The demo in dbt Cloud, with a dataset of its own; nothing is built."""
    path = tmp_path_factory.mktemp("cloud") / "project"
    shutil.copytree(bigquery.project.path, path, ignore=shutil.ignore_patterns("target", "logs"))
    server, storage = bigquery.project.server, bigquery.project.storage
    (path / "profiles.yml").write_text(profile(server, TOKEN, CLOUD))
    return CloudProject(path, server, storage, CLOUD)


@pytest.fixture(scope="module")
def built(project: CloudProject) -> CloudProject:
    """An experiment, built by dbt Cloud on two days. Not to be changed."""
    for bucket in (CLOUD, NOTEBOOKS):
        project.storage.make_bucket(bucket)
    for day in DEMO_DAYS:
        done = project.dbt("build", "--select", f"tag:experiment:{SLUG}", as_of=day)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    return project


@pytest.fixture(scope="module")
def statements(built: CloudProject) -> list[exp.Export]:
    """The EXPORT DATA statements of both days, in BigQuery's dialect."""
    queries = [job.query for job in _jobs(built) if job.job_type == "query"]
    exports = [query for query in queries if re.search(r"(?i)\bexport data options\b", query)]
    found = [tree for query in exports for tree in sqlglot.parse(query, read="bigquery")]
    return [tree for tree in found if isinstance(tree, exp.Export)]


def _jobs(built: CloudProject) -> list[Any]:
    """List all jobs: the emulator shows a hundred on its one page where nobody asks for more."""
    return list(built.server.client().list_jobs(max_results=100_000, page_size=100_000))


def _listed(done: subprocess.CompletedProcess[str]) -> set[str]:
    assert done.returncode == 0, done.stdout + done.stderr
    return set(done.stdout.splitlines())


def _content(file: Path) -> list[dict[str, Any]]:
    """Read the rows of an export, and metadata as one."""
    found = json.loads(file.read_text())
    return _untimed(found if isinstance(found, list) else [found])


def _untimed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take from errors and metadata when they changed."""
    times = {"timestamp", "analysis_start_time"}
    return [{key: row[key] for key in row if key not in times} for row in rows]


def test_a_tag_selects_what_the_method_does_where_the_package_is(project: CloudProject) -> None:
    ls = ("--quiet", "ls", "--select")
    with_package = project.run("dbt", *ls, f"experiment:{SLUG}")
    assert _listed(project.dbt(*ls, f"tag:experiment:{SLUG}")) == _listed(with_package)


def test_all_live_experiments_are_selected(project: CloudProject) -> None:
    listed = _listed(project.dbt("--quiet", "ls", "--selector", "live"))
    names = {name.rpartition(".")[2] for name in listed}
    assert {f"statistics_{NAME}", "statistics_pip_first_time_hint", "registry"} <= names


def test_the_method_is_unknown_to_dbt_itself(project: CloudProject) -> None:
    done = project.dbt("ls", "--select", f"experiment:{SLUG}")
    assert done.returncode == 1
    assert "'experiment' is not a valid method name" in done.stdout


def test_a_wrong_date_is_told_with_the_name_of_the_variable(project: CloudProject) -> None:
    done = project.dbt("build", "--select", f"enrollments_{NAME}", as_of="yesterday")
    assert done.returncode == 1
    assert "DBT_JETSTREAM_AS_OF must be a date as YYYY-MM-DD, found 'yesterday'" in done.stdout


def test_every_table_equals_that_of_a_build_in_dbts_process(built: CloudProject) -> None:
    """All but the logs, which hold other experiments there, too, and when they were published."""
    client = built.server.client()
    tables = {table.table_id for table in client.list_tables(IN_PROCESS) if NAME in table.table_id}
    assert {f"statistics_{NAME}", f"trust_{NAME}"} < tables
    of_runs = {"logs", "published_experiments"}
    assert {table.table_id for table in client.list_tables(CLOUD)} - of_runs == tables
    for table in tables:
        here, there = (
            client.query(f"select * from `{PROJECT}.{dataset}.{table}`").result()
            for dataset in (CLOUD, IN_PROCESS)
        )
        columns = {field.name: field.field_type for field in there.schema}
        assert {field.name: field.field_type for field in here.schema} == columns, table
        rows = [[[row[name] for name in columns] for row in found] for found in (here, there)]
        assert rows[1], table
        assert first_difference(list(columns), *rows) is None, table


def test_windows_that_are_done_are_not_computed_again(built: CloudProject) -> None:
    done = built.dbt("run", "--select", f"statistics_{NAME}", as_of=DEMO_DAYS[-1])
    assert done.returncode == 0, done.stdout
    assert f"{CLOUD}.statistics_{NAME}  [MERGE (0.0 rows" in re.sub(r"\x1b\[\d*m", "", done.stdout)


def test_a_notebook_installs_the_package_before_the_model_imports_it(built: CloudProject) -> None:
    names = {f"{CLOUD}/{kind}_{NAME}.py" for kind in ("statistics", "trust")}
    assert set(built.storage.objects(NOTEBOOKS)) == names
    for name in names:
        notebook = nbformat.reads(built.storage.read(NOTEBOOKS, name).decode(), as_version=4)
        nbformat.validate(notebook)
        (cell,) = notebook.cells
        installs = cell.source.index(f"_install_packages(['{PACKAGE}'])")
        assert installs < cell.source.index("from dbt_jetstream.")
        assert TOKEN not in cell.source
    assert Requirement(PACKAGE).name == "dbt-jetstream"


def test_exports_are_statements_that_bigquery_takes(statements: list[exp.Export]) -> None:
    """One wildcard, or BigQuery refuses a large export; without `overwrite` the second day's."""
    found = set()
    for statement in statements:
        options = {
            option.name.lower(): option.args["value"]
            for option in statement.find_all(exp.Property)
            if "value" in option.args
        }
        form = statement.find(exp.FileFormatProperty)
        assert form is not None
        assert form.name == "JSON"
        assert options["overwrite"] == exp.true()
        uri = options["uri"].name
        assert uri.count("*") == 1
        found.add(uri)
        assert isinstance(statement.this, exp.Select)
    assert found == {f"gs://{CLOUD}/p/json_lines/{file}_*.json" for file in FILES}


def test_exported_lines_hold_what_the_files_hold(
    built: CloudProject, statements: list[exp.Export], bigquery: Twins
) -> None:
    for file in FILES:
        objects = sorted(built.storage.objects(CLOUD, f"p/json_lines/{file}_"))
        text = b"".join(built.storage.read(CLOUD, name) for name in objects).decode()
        lines = _untimed([json.loads(line) for line in text.splitlines()])
        if file.startswith("metadata/"):
            # The emulator writes a column of JSON as text.
            lines = [{key: json.loads(value) for key, value in line.items()} for line in lines]
        expected = _content(bigquery.exported / f"{file}.json")
        assert equal(lines, expected), file


def test_without_a_bucket_a_build_warns_and_goes_on(built: CloudProject) -> None:
    view = f"statistics_{NAME}_overall"
    nowhere = replace(built, uri="")
    done = nowhere.dbt("run", "--select", view, as_of=DEMO_DAYS[-1])
    assert done.returncode == 0, done.stdout
    told = (
        f"No export to ./export/statistics/{view}.json: set DBT_JETSTREAM_EXPORT_URI to gs://BUCKET"
    )
    assert told in done.stdout
    assert not (built.path / "export").exists()


def test_python_models_need_the_package_or_notebooks(built: CloudProject, tmp_path: Path) -> None:
    """In a dataset of its own, whose logs say so."""
    (tmp_path / "profiles.yml").write_text(profile(built.server, TOKEN, "elsewhere"))
    done = replace(built, python="in_process").dbt(
        "run", "--select", f"trust_{NAME}", "--profiles-dir", str(tmp_path), as_of=DEMO_DAYS[-1]
    )
    assert done.returncode == 1
    assert "Python models need this project's package beside dbt, or notebooks" in done.stdout
    assert "set DBT_JETSTREAM_PYTHON to bigframes" in done.stdout


def test_the_package_exports_what_dbt_cloud_has_built(
    built: CloudProject, bigquery: Twins, tmp_path: Path
) -> None:
    done = built.run("jetstream", "export", SLUG, as_of=DEMO_DAYS[-1])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{SLUG}: {len(FILES)} files exported\n"
    folder = built.storage.download(CLOUD, "p", tmp_path / "found")
    for file in FILES:
        expected = _content(bigquery.exported / f"{file}.json")
        assert equal(_content(folder / f"{file}.json"), expected), file
