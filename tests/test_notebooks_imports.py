"""What the notebooks of dbt Cloud import is there without what only commands need."""

from __future__ import annotations

import subprocess
import sys

ABSENT = (
    "metric_config_parser",
    "mozilla_nimbus_schemas",
    "dbt",
    "duckdb",
    "sqlglot",
    "mozanalysis",
)
IMPORTS = f"""
import sys

class Absent:
    def find_spec(self, name, *_):
        if name.split(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(f"No module named {{name!r}}")

sys.meta_path.insert(0, Absent())
import dbt_jetstream.python_model
import dbt_jetstream.trust.model
"""


def test_python_models_need_no_parser_no_dbt_and_no_database() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
