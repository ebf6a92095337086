"""Days are those of UTC, wherever a build runs."""

from __future__ import annotations

import subprocess

from conftest import BIN, Project


def test_a_timestamp_s_day_is_that_of_utc(project: Project) -> None:
    """In a process of its own: DuckDB asks for the machine's zone when it starts."""
    query = "select cast(timestamptz '2026-03-02 01:00:00+00' as date) as day"
    done = subprocess.run(
        [BIN / "dbt", "--quiet", "show", "--inline", query, "--output", "json"],
        cwd=project.path,
        env=project.environment() | {"TZ": "America/Los_Angeles"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "2026-03-02" in done.stdout
