"""A day's work of `jetstream run` on an experiment of the small hub."""

from __future__ import annotations

from conftest import SMALL, Project


def run_small(project: Project, slug: str, day: str) -> str:
    """Run a day, and return what it says; fails the test if it does not end well."""
    done = project.run(
        "jetstream",
        "run",
        f"--metric-hub={SMALL}",
        f"--experiments={SMALL / 'experiments.json'}",
        f"--experiment={slug}",
        f"--date={day}",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
