"""Which experiments a diff shows: relocked, removed, retired, made up for a file, never private."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from dbt_jetstream.cli import main
from diff.markdown import headings, items
from diff.repository import DEFAULTS, DEFINITIONS, DESKTOP, FENIX, change, git


def test_a_lock_alone(project: Path, diff: Callable[..., str]) -> None:
    change(project / DEFAULTS, "drop_highest = 0.001", "drop_highest = 0.002")
    git(project, "commit", "--quiet", "--all", "--message=default")
    try:
        rerun = ["rerun", "--lock-only", f"--project-dir={project}", DESKTOP]
        assert main(rerun) == 0
        printed = diff()
    finally:
        git(project, "checkout", "--quiet", ".")
        git(project, "reset", "--quiet", "--hard", "HEAD~1")
    assert headings(printed) == [f"`{DESKTOP}`: relocked", f"SQL of `{DESKTOP}`"]
    assert "### Definitions" not in printed
    found = items(printed)
    assert "statistic `bootstrap_mean` of `search_count`: `drop_highest` `0.001` → `0.002`" in found
    assert "rerun 1: all its windows are computed again" in found
    # A rerun builds everything anew.
    (rebuilt,) = [item for item in found if item.startswith("tables that are rebuilt")]
    assert "`enrollments_pip_first_time_hint`" in rebuilt
    assert "`statistics_pip_first_time_hint`" in rebuilt


def test_a_lock_with_its_definition_is_told_once(project: Path, diff: Callable[..., str]) -> None:
    change(project / DEFAULTS, "drop_highest = 0.001", "drop_highest = 0.002")
    assert main(["rerun-skip", "--lock-only", f"--project-dir={project}", DESKTOP]) == 0
    printed = diff()
    assert printed.count("`drop_highest` `0.001` → `0.002`") == 1
    assert "As in its lock above." in printed
    # The windows that are there are accepted: no table with windows is rebuilt.
    rebuilt = [item for item in items(printed) if item.startswith("tables that are rebuilt")]
    assert not any("pieces_" in item or "`statistics_" in item for item in rebuilt)


def test_a_lock_that_is_added_or_leaves(project: Path, diff: Callable[..., str]) -> None:
    for folder in ("models/experiments", "python_models/experiments"):
        shutil.rmtree(project / folder / FENIX)
    printed = diff("--project-dir", str(project))
    assert headings(printed) == [f"`{FENIX}`: removed"]
    assert items(printed) == ["its models leave the project; its tables stay"]


def test_an_experiment_that_is_retired(project: Path, diff: Callable[..., str]) -> None:
    from dbt_jetstream.sync.registry import retired_file

    for path, text in retired_file(project, [FENIX]).items():
        (project / path).write_text(text)
    printed = diff()
    assert headings(printed) == [f"`{FENIX}`: retired: no longer built, its tables stay"]


def test_a_file_that_no_experiment_uses_is_tried_on_a_made_up_one(
    project: Path, diff: Callable[..., str]
) -> None:
    definitions = project / DEFINITIONS
    text = (
        '\n[metrics.spare]\nselect_expression = "SUM(search_count_all)"\n'
        'data_source = "clients_daily"\n'
    )
    definitions.write_text(
        definitions.read_text().replace("\n[data_sources]\n", f"{text}\n[data_sources]\n")
    )
    printed = diff()
    assert headings(printed, "h3")[0] == "Files of the hub that no experiment uses"
    assert headings(printed)[0] == f"`{DEFINITIONS}`"
    (item,) = items(printed)
    assert item.startswith("metric `spare` added (overall)")
    assert DESKTOP not in printed
    assert FENIX not in printed


def test_private_experiments_are_not_shown(project: Path, diff: Callable[..., str]) -> None:
    secret = '[experiment]\nis_private = true\ndataset_id = "secret"\nenrollment_period = 9\n'
    (project / f"metric_hub/jetstream/{FENIX}.toml").write_text(secret)
    printed = diff()
    assert FENIX not in printed
    assert printed.count("\n") == 1


def test_private_hubs_are_not_shown(
    project: Path, diff: Callable[..., str], tmp_path: Path
) -> None:
    hub = tmp_path / "private/jetstream"
    hub.mkdir(parents=True)
    (hub / f"{FENIX}.toml").write_text("[experiment]\nenrollment_period = 9\n")
    settings = project / "dbt_project.yml"
    hubs = "jetstream_metric_hubs: [metric_hub]"
    change(settings, hubs, f"{hubs}\n  jetstream_private_metric_hubs: [{tmp_path}/private]")
    fenix = project / "metric_hub/definitions/fenix.toml"
    change(fenix, "/ 3600.0", "/ 60.0")
    printed = diff()
    assert FENIX not in printed
    assert "private" not in printed
