"""The demo experiments, as a newcomer meets them."""

from __future__ import annotations

import json
import subprocess

from mozilla_nimbus_schemas.jetstream import AnalysisErrors, Metadata, Statistics

from conftest import BIN, REPOSITORY, Project
from tiers import exhaustive

PREFIXES = ("pip_first_time_hint", "fenix_toolbar_shortcut")


def test_the_exports_of_both_demos_validate(demo: Project) -> None:
    for prefix in PREFIXES:
        statistics = list((demo.exports / "statistics").glob(f"statistics_{prefix}_*.json"))
        assert len(statistics) == 5
        for path in statistics:
            rows = json.loads(path.read_text())
            Statistics.model_validate(rows)
            assert all(isinstance(row["window_index"], str) for row in rows)
        metadata = demo.exports / f"metadata/metadata_{prefix}.json"
        Metadata.model_validate(json.loads(metadata.read_text()))
        errors = demo.exports / f"errors/errors_{prefix}.json"
        AnalysisErrors.model_validate_json(errors.read_text())


def test_no_table_but_the_results_is_left_behind(demo: Project) -> None:
    schemas = demo.query("select distinct schema_name from duckdb_tables() order by 1")
    assert schemas == [("analysis",), ("fenix",), ("telemetry",)]


@exhaustive
def test_the_sql_that_the_macros_compile_to_is_well_laid_out(demo: Project) -> None:
    """All of it; `make lint` looks at an experiment that has each kind of thing once."""
    folder = demo.path / "target/compiled/dbt_jetstream/models/experiments"
    compiled = [path for path in folder.glob("*/*.sql") if path.is_file()]
    assert len(compiled) > 20
    command = [str(BIN / "sqlfluff"), "lint", "--config", str(REPOSITORY / ".sqlfluff")]
    done = subprocess.run(
        [*command, *map(str, compiled)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
