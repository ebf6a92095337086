"""Mistakes in a change, and commands that cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dbt_jetstream.cli import main
from diff.markdown import headings, items
from diff.repository import DEFAULTS, DEFINITIONS, DESKTOP, FENIX, OWN, change, git


def test_a_mistake_is_an_error_and_the_others_are_compared(
    project: Path, diff: Callable[..., str]
) -> None:
    change(project / OWN, '"heavy_users"', '"heavy_user"')
    fenix = project / "metric_hub/definitions/fenix.toml"
    change(fenix, "/ 3600.0", "/ 60.0")
    printed = diff(code=1)
    error, *others = items(printed)
    assert error.replace("\\", "") == (
        f"{OWN}: experiment.segments: unknown segment `heavy_user`; did you mean `heavy_users`?"
    )
    assert len(others) == 1
    assert "metric `active_hours`: SQL changed" in others[0]
    broken = f"`{DESKTOP}`: cannot be resolved: see the errors"
    assert headings(printed) == [broken, f"`{FENIX}`", f"SQL of `{FENIX}`"]


def test_a_mistake_that_the_base_has_as_well_is_only_counted(
    project: Path, diff: Callable[..., str]
) -> None:
    change(project / OWN, '"heavy_users"', '"heavy_user"')
    git(project, "commit", "--quiet", "--all", "--message=mistake")
    try:
        assert diff().count("\n") == 1
        change(project / DEFAULTS, "drop_highest = 0.001", "drop_highest = 0.002")
        # The experiment that takes the default cannot be resolved on either side.
        assert diff().count("\n") == 1
    finally:
        git(project, "reset", "--quiet", "--hard", "HEAD~1")


def test_a_column_that_does_not_exist_is_said_before_anything_is_merged(
    project: Path, diff: Callable[..., str]
) -> None:
    change(project / DEFINITIONS, "agg_sum('active_hours_sum')", "agg_sum('activ_hours_sum')")
    printed = diff(code=1)
    sentence = (
        "column `activ_hours_sum` does not exist in clients_daily; did you mean `active_hours_sum`?"
    )
    (error,) = (item for item in items(printed) if "does not exist" in item)
    assert error.replace("\\", "") == (
        f"{DEFINITIONS}: metrics.active_hours.select_expression: {sentence}"
    )
    # What the change does is said as well.
    assert f"`{DESKTOP}`" in headings(printed)


def test_a_column_that_the_base_lacks_as_well_is_no_mistake_of_the_change(
    project: Path, diff: Callable[..., str]
) -> None:
    change(project / DEFINITIONS, "agg_sum('active_hours_sum')", "agg_sum('activ_hours_sum')")
    git(project, "commit", "--quiet", "--all", "--message=mistake")
    try:
        change(project / DEFAULTS, "drop_highest = 0.001", "drop_highest = 0.002")
        assert "does not exist" not in diff()
    finally:
        git(project, "reset", "--quiet", "--hard", "HEAD~1")


def test_a_toml_file_that_cannot_be_read_is_an_error(
    project: Path, diff: Callable[..., str]
) -> None:
    (project / DEFAULTS).write_text("[metrics\n")
    printed = diff(code=1)
    assert DEFAULTS in items(printed)[0].replace("\\", "")
    assert headings(printed) == [f"`{DESKTOP}`: cannot be resolved: see the errors"]


def test_an_unknown_reference_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for reference in ("nope", "--output=x", "a b", "HEAD:README"):
        assert main(["diff", f"--base={reference}", f"--project-dir={project}"]) == 1
        assert capsys.readouterr().err == (
            f"error: --base {reference}: git knows no such branch, tag or commit; fetch it, or "
            "check its name\n"
        )


def test_no_repository_and_no_project_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "--base=main", f"--project-dir={tmp_path}"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {tmp_path}: is no dbt project, it has no dbt_project.yml")
    (tmp_path / "dbt_project.yml").write_text("name: x\n")
    assert main(["diff", "--base=main", f"--project-dir={tmp_path}"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "is in no git repository" in line
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message=empty")
    # The base has none, whatever the working folder has.
    assert main(["diff", "--base=HEAD", f"--project-dir={tmp_path}"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "no dbt_project.yml" in line
    assert git(tmp_path, "worktree", "list").count("\n") == 1
