"""The golden experiment: tables and statistics equal those of the original."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from conftest import GOLDEN, Project, golden_project, requires_golden

SLUG = "pip-toggle-visibility"

pytestmark = requires_golden


@pytest.fixture(scope="module")
def built() -> Project:
    return golden_project()


def _compare(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(GOLDEN / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_enrollments_and_metrics_equal_the_originals_row_for_row(built: Project) -> None:
    done = _compare("compare_tables.py", GOLDEN / "expected/tables", built.database, SLUG)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == "tables 23 equal 23"


def test_statistics_equal_the_originals_up_to_its_sampling_noise(built: Project) -> None:
    expected = GOLDEN / "expected/statistics"
    done = _compare("compare.py", expected, built.exports / "statistics")
    assert done.returncode == 0, done.stdout
    assert "rows 51722 missing 0 extra 0" in done.stdout


def test_the_metadata_names_the_originals_metrics_and_outcomes(built: Project) -> None:
    name = "metadata/metadata_pip_toggle_visibility.json"
    ours = json.loads((built.exports / name).read_text())
    original = json.loads((GOLDEN / "expected" / name).read_text())
    assert ours["metrics"] == original["metrics"]
    assert ours["schema_version"] == original["schema_version"]
    assert ours["external_config"] is None
    # The original lists every metric of the experiment here, since resolving changed its outcome.
    assert ours["outcomes"]["picture_in_picture"]["metrics"] == ["toggle_shown", "any_toggle"]
    assert ours["outcomes"]["picture_in_picture"]["default_metrics"] == ["toggle_shown"]


def test_an_undefined_mean_is_a_row_without_numbers(built: Project) -> None:
    rows = json.loads(
        (built.exports / "statistics/statistics_pip_toggle_visibility_weekly.json").read_text()
    )
    logs = [row for row in rows if row["metric"] == "searches_per_day_log"]
    assert logs
    assert {row["point"] for row in logs} == {None}


def test_summaries_hold_all_values_and_where_numpy_clips_them(built: Project) -> None:
    """drop_highest clips each branch at its own quantile: 0.005 by default, 0.001 for searches."""
    for metric, drop_highest in {"active_hours": 0.005, "search_count": 0.001}.items():
        for branch in ("control", "treatment-a", "treatment-b"):
            raw = built.query(
                f"select {metric} from analysis.pip_toggle_visibility_weekly where branch = "
                f"'{branch}' and analysis_basis = 'exposures' and window_index = 2 and in_germany "
                "and exposure_date is not null"
            )
            values = np.array([float(value) for (value,) in raw])
            expected, counts = np.unique(values, return_counts=True)
            summary = built.query(
                "select moment, value, units from (select *, null as moment "
                "from analysis.pieces_pip_toggle_visibility union all by name "
                "select * from analysis.moments_pip_toggle_visibility) "
                f"where metric = '{metric}' and branch = '{branch}' and series = 'values' "
                "and analysis_period = 'weekly' and window_index = 2 and segment = 'in_germany' "
                "and analysis_basis = 'exposures' order by moment nulls first, value"
            )
            *pieces, (moment, clip, _) = summary
            assert [value for _, value, _ in pieces] == pytest.approx(expected.tolist(), rel=1e-12)
            assert [units for _, _, units in pieces] == counts.tolist()
            assert moment == "clip"
            assert clip == pytest.approx(np.quantile(values, 1 - drop_highest), rel=1e-15)
