"""A Python model in dbt's own process, on emulated BigQuery: the least that uses `in_process`."""

from __future__ import annotations

from pathlib import Path

from conftest import copy_project
from emulators.bigquery import PROJECT, BigQueryServer, profile
from tiers import exhaustive

DATASET = "in_process"
COUNTED = "select 'control' as branch, 3 as units union all select 'treatment', 4"
ADDED = """\
import pyarrow as pa

from dbt_jetstream.statistics.tables import table_of

TEXT = pa.string()
SCHEMA = pa.schema([("branch", TEXT), ("units", pa.int64()), ("definition_hash", TEXT)])


def model(dbt, session):
    dbt.config(
        materialized="jetstream_table",
        unique_key="branch",
        submission_method="in_process",
        meta={"definition_hash": "one"},
    )
    counted = dbt.ref("counted")
    rows = table_of(counted).rows(branch="treatment")
    units = rows["units"][0].as_py() + (10 if dbt.grows else 0)
    row = {"branch": "treatment", "units": units, "definition_hash": "one"}
    return pa.Table.from_pylist([row], schema=SCHEMA)
"""


@exhaustive
def test_a_python_model_reads_a_table_and_its_rows_are_merged(
    tmp_path: Path, emulator: BigQueryServer
) -> None:
    project = copy_project(tmp_path / "project")
    (project.path / "profiles.yml").write_text(profile(emulator, dataset=DATASET))
    (project.path / "models/counted.sql").write_text(COUNTED)
    (project.path / "python_models/added.py").write_text(ADDED)
    found = []
    for _ in range(2):
        done = project.run("dbt", "run", "--select", "counted", "added")
        assert done.returncode == 0, done.stdout
        rows = emulator.client().query(f"select branch, units from `{PROJECT}.{DATASET}.added`")
        found.append([tuple(row.values()) for row in rows.result()])
    # Four units were counted, and the second run adds ten, in the place of the first's row.
    assert found == [[("treatment", 4)], [("treatment", 14)]]
