"""The types of columns as BigQuery's API tells them."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import REPOSITORY
from dbt_jetstream.review.types.telemetry import read_types
from emulators.twins import Twins


def test_columns_of_telemetry_have_the_types_of_the_file(bigquery: Twins, tmp_path: Path) -> None:
    known = read_types(REPOSITORY / "metric_hub/columns.json")
    out = tmp_path / "columns.json"
    hub = REPOSITORY / "metric_hub"
    done = bigquery.project.run(
        "jetstream", "columns", "--write", f"--out={out}", f"--metric-hub={hub}"
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text())
    assert found["mozdata.fenix.clients_daily"] == known["mozdata.fenix.clients_daily"]
