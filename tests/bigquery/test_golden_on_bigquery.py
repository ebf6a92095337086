"""The golden experiment on BigQuery: equal to DuckDB's, and to the original's statistics."""

from __future__ import annotations

import subprocess
import sys

from conftest import GOLDEN, requires_golden
from emulators.equality import differences, different_exports
from emulators.twins import Twins
from tiers import exhaustive

pytestmark = [requires_golden, exhaustive]


def test_all_tables_of_the_golden_experiment_are_equal(golden: Twins) -> None:
    assert differences(golden.duckdb.database, golden.project.server) == {}


def test_all_exports_of_the_golden_experiment_are_equal(golden: Twins) -> None:
    assert different_exports(golden.duckdb.exports, golden.exported) == {}


def test_statistics_in_the_bucket_equal_the_originals(golden: Twins) -> None:
    expected = GOLDEN / "expected/statistics"
    command = [sys.executable, GOLDEN / "compare.py", expected, golden.exported / "statistics"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "rows 51722 missing 0 extra 0" in done.stdout
