"""Where types of telemetry come from: the target, dbt's sources, and the file beside the hub."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from conftest import REPOSITORY
from dbt_jetstream.cli import main
from dbt_jetstream.lock.parts.fragments import Table
from dbt_jetstream.review.types.sources import declared_columns
from dbt_jetstream.review.types.target import columns_in_target

DAILY = Table("mozdata", "telemetry", "clients_daily")
NESTED = {
    "id": ("VARCHAR", "STRING"),
    "day": ("DATE", "DATE"),
    "at": ("TIMESTAMP", "TIMESTAMP"),
    "zoned": ("TIMESTAMPTZ", "TIMESTAMP"),
    "hours": ("DOUBLE", "FLOAT64"),
    "small": ("UTINYINT", "INT64"),
    "large": ("HUGEINT", "INT64"),
    "price": ("DECIMAL(10, 2)", "NUMERIC"),
    "is_default": ("BOOLEAN", "BOOL"),
    "extra": ("JSON", "JSON"),
    "tags": ("VARCHAR[]", "ARRAY<STRING>"),
    "ping": ("STRUCT(a INTEGER, b VARCHAR[])", "STRUCT<`a` INT64, `b` ARRAY<STRING>>"),
    "counts": ("MAP(VARCHAR, BIGINT)", "ARRAY<STRUCT<key STRING, value INT64>>"),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the example hub, and a database with one table."""
    path = tmp_path / "project"
    for folder in ("metric_hub", "seeds"):
        shutil.copytree(REPOSITORY / folder, path / folder)
    for file in ("dbt_project.yml", "profiles.example.yml"):
        shutil.copy(REPOSITORY / file, path)
    (path / "profiles.example.yml").rename(path / "profiles.yml")
    (path / "models").mkdir()
    monkeypatch.setenv("DBT_PROFILES_DIR", str(path))
    monkeypatch.setenv("JETSTREAM_DUCKDB", str(path / "raw.duckdb"))
    with duckdb.connect(str(path / "raw.duckdb")) as connection:
        columns = ", ".join(f'"{name}" {kind}' for name, (kind, _) in NESTED.items())
        connection.execute("create schema telemetry")
        connection.execute(f"create table telemetry.clients_daily ({columns})")
    return path


@pytest.fixture
def columns(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def run(*words: str) -> tuple[int, str]:
        code = main(["columns", f"--project-dir={project}", *words])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_duckdb_s_types_are_bigquery_s(project: Path) -> None:
    found = columns_in_target(project, None, [DAILY, Table("mozdata", "telemetry", "gone")])
    assert found == {DAILY.dotted: {name: kind for name, (_, kind) in NESTED.items()}}


def test_the_file_is_compared_and_written(
    project: Path, columns: Callable[..., tuple[int, str]]
) -> None:
    file = project / "metric_hub/columns.json"
    before = json.loads(file.read_text())
    code, printed = columns()
    assert code == 1
    assert "mozdata.telemetry.clients_daily.hours: new, FLOAT64" in printed
    assert "mozdata.telemetry.clients_daily.country: is gone" in printed
    assert "mozdata.telemetry.events: not in the target; its columns in the file stay" in printed
    assert "is not up to date: `jetstream columns --write` writes it" in printed
    assert json.loads(file.read_text()) == before
    assert columns("--write")[0] == 0
    written = json.loads(file.read_text())
    assert written["mozdata.telemetry.events"] == before["mozdata.telemetry.events"]
    assert written[DAILY.dotted]["counts"] == "ARRAY<STRUCT<key STRING, value INT64>>"
    code, printed = columns()
    assert (code, "is up to date" in printed) == (0, True)


def test_tables_of_a_private_hub_stay_out_of_a_public_file(
    project: Path, tmp_path: Path, columns: Callable[..., tuple[int, str]]
) -> None:
    private = tmp_path / "private"
    (private / "definitions").mkdir(parents=True)
    (private / "definitions/firefox_desktop.toml").write_text(
        '[data_sources.secret]\nfrom_expression = "mozdata.secret.plans"\n'
    )
    hubs = (f"--metric-hub={project / 'metric_hub'}", f"--private-metric-hub={private}")
    _, printed = columns("--write", *hubs)
    assert "secret" not in printed + (project / "metric_hub/columns.json").read_text()


def test_a_missing_database_is_one_line(
    project: Path, columns: Callable[..., tuple[int, str]]
) -> None:
    (project / "raw.duckdb").unlink()
    code, printed = columns()
    assert code == 1
    (line,) = printed.splitlines()
    assert line.startswith("error: ")
    assert "no such database" in line


SOURCES = """
sources:
- name: raw
  schema: telemetry
  database: "{{ target.database }}"
  tables:
  - name: daily
    identifier: clients_daily
    columns:
    - {name: client_id, data_type: string}
    - {name: hours, data_type: float64}
  - name: events
    columns:
    - {name: client_id, data_type: string}
    - {name: event}
- name: shop
  database: other
  tables:
  - name: sales
    columns: [{name: price, data_type: numeric}]
"""


def test_sources_that_declare_all_their_types_are_known(project: Path) -> None:
    (project / "models/staging.yml").write_text(SOURCES)
    tables = [
        DAILY,
        Table("mozdata", "telemetry", "events"),
        Table("other", "shop", "sales"),
        Table("mozdata", "shop", "sales"),
    ]
    assert declared_columns(project, tables) == {
        DAILY.dotted: {"client_id": "string", "hours": "float64"},
        "other.shop.sales": {"price": "numeric"},
    }


@pytest.mark.parametrize(
    "text", ["sources: [data_type:", "data_type: x\nsources:\n", "- sources: data_type:"]
)
def test_a_file_that_dbt_cannot_read_declares_nothing(project: Path, text: str) -> None:
    (project / "models/odd.yml").write_text(text)
    assert declared_columns(project, [DAILY]) == {}


def test_a_type_that_is_none_of_bigquery_s_is_said_and_accuses_nobody(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "metric_hub/columns.json"
    known = json.loads(file.read_text())
    known["mozdata.telemetry.clients_daily"]["search_count_all"] = "VARCHAR(10)"
    file.write_text(json.dumps(known))
    shutil.copytree(REPOSITORY / "macros", project / "macros")
    config = project / "metric_hub/jetstream/pip-first-time-hint.toml"
    assert main(["validate", f"--project-dir={project}", str(config)]) == 0
    printed = capsys.readouterr().out
    assert (
        "- types not checked, mozdata.telemetry.clients_daily.search_count_all: VARCHAR(10) is no "
        "type of BigQuery"
    ) in printed
