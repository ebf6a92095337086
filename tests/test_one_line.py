"""What a user can get wrong outside of configs costs a line, which names what and where."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import SMALL, Project, project_with_telemetry, small_project
from dbt_jetstream.cli import main
from dbt_jetstream.cli.told import run_lines
from dbt_jetstream.daily.build import Failure
from dbt_jetstream.daily.run import RunReport
from dbt_jetstream.exports.places import export_text
from dbt_jetstream.sync.request import SyncReport
from tiers import FAST, sample

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
SYNCED = (f"--metric-hub={SMALL}", f"--experiments={SMALL / 'experiments.json'}")
HOLDING = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"


@pytest.fixture
def held(project: Project) -> Iterator[tuple[Project, int]]:
    """A project whose database another process holds, and that process."""
    command = [sys.executable, "-c", HOLDING, str(project.database)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as other:  # type: ignore[call-overload]
        assert other.stdout.readline() == "held\n"
        yield project, other.pid
        other.communicate("\n")


COMMANDS = {
    "run": SYNCED,
    "demo-data": ("--clients", "10"),
    "export": (),
    "report": ("--out", "site"),
    "results": (SLUG,),
    "validate": ("--dry-run", str(SMALL / f"jetstream/{SLUG}.toml")),
}


@pytest.mark.parametrize("command", sample([*COMMANDS], 3))
def test_a_database_that_another_process_holds_is_one_line(
    held: tuple[Project, int], command: str
) -> None:
    project, process = held
    project.sync(SMALL, SMALL / "experiments.json", SLUG)
    done = project.run("jetstream", command, *COMMANDS[command])
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert re.fullmatch(
        rf"error: \S*jetstream\.duckdb: another process \({process}\) has the database open; .*",
        line,
    )


FOLDERS = {
    "run": SYNCED,
    "rerun": (SLUG, *SYNCED),
    "sync": SYNCED,
    "export": (),
    "report": ("--out", "site"),
    "results": (SLUG,),
    "cost": (SLUG,),
    "render": (SLUG, "--out", "statements"),
    "validate": (str(SMALL / f"jetstream/{SLUG}.toml"),),
    "diff": ("--base", "main"),
}


@pytest.mark.parametrize("command", FOLDERS)
def test_a_folder_that_is_no_project_is_one_line_and_stays_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert main([command, *FOLDERS[command], f"--project-dir={folder}"]) == 1
        printed = capsys.readouterr()
        assert printed.err.splitlines() == [
            f"error: {folder}: is no dbt project, it has no dbt_project.yml; go to one, or name it "
            "by --project-dir"
        ]
        assert printed.out == ""
    assert list(tmp_path.iterdir()) == []


def test_an_export_below_a_file_names_the_variable_and_the_file(tmp_path: Path) -> None:
    (tmp_path / "export").write_text("")
    with pytest.raises(OSError, match="is a file") as refused:
        export_text(str(tmp_path / "export/errors/errors_x.json"), "[]")
    assert str(refused.value) == (
        f"JETSTREAM_EXPORT_URI: {tmp_path}/export: is a file; name a folder that can be written to"
    )


def test_an_export_that_cannot_be_written_names_the_folder_of_all() -> None:
    message = r"^JETSTREAM_EXPORT_URI: /proc/none: cannot write below it \(No such file"
    with pytest.raises(OSError, match=message):
        export_text("/proc/none/errors/errors_x.json", "[]")


def _report(*messages: str) -> list[str]:
    failures = [
        Failure(SLUG, f"model_{i}", message, None, ()) for i, message in enumerate(messages)
    ]
    report = RunReport(None, None, failures, {}, {}, set(), [], [], {})
    return [line for line in run_lines(report) if line.startswith("failed")]


def test_what_blocks_all_exports_is_said_once() -> None:
    reason = "JETSTREAM_EXPORT_URI: /x: is a file; name a folder that can be written to"
    assert _report(f"Runtime Error {reason}", f"UDF: OSError: {reason}", "Binder Error") == [
        f"failed: exports of model_0, model_1: {reason}",
        f"failed: {SLUG}: model_2: Binder Error",
    ]


def _verdict(*logged: dict[str, object]) -> str:
    report = RunReport(SyncReport(), None, [], {}, {}, set(), list(logged), [], {})
    assert report.is_well
    return list(run_lines(report))[-1]


def _logged(slug: str, without_result: int = 0, is_late: bool = False) -> dict[str, object]:
    return {
        "experiment": slug,
        "message": "…",
        "is_late": is_late,
        "without_result": without_result,
    }


def test_statistics_without_a_result_are_no_failure_and_not_well() -> None:
    assert _verdict(_logged(SLUG)) == "all is well"
    one, more = _logged(SLUG, 1), _logged("another", 12)
    assert _verdict(one) == f"nothing failed, but 1 statistic of {SLUG} has no result"
    assert _verdict(one, more, _logged(SLUG, is_late=True)) == (
        f"nothing failed, but 13 statistics of another, {SLUG} have no result, and not all "
        "telemetry is there: see 1 notice above"
    )
    assert _verdict(*(_logged(str(number), 2) for number in range(11))) == (
        "nothing failed, but 22 statistics of 11 experiments have no result"
    )


@pytest.mark.skipif(FAST, reason="runs dbt")
def test_an_unknown_slug_is_said_by_dbt_once(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", SLUG)
    misspelt = SLUG.replace("shortcut", "shortcuts")
    done = project.run("dbt", "ls", "--select", f"experiment:{misspelt}")
    said = f"there is no experiment `{misspelt}` in this project, or it is retired; "
    assert done.stdout.count(f"{said}did you mean `{SLUG}`?") == 1
    done = project.run("dbt", "ls", "--select", "experiment:nope", "--exclude", "experiment:no*")
    assert "`nope` in this project, or it is retired; `jetstream sync` locks" in done.stdout
    assert "`no*`" not in done.stdout
    assert (
        "there is no experiment" not in project.run("dbt", "ls", "-s", f"experiment:{SLUG}").stdout
    )


@pytest.mark.parametrize("command", ["rerun", "rerun-skip"])
def test_an_unknown_slug_is_one_line_and_nothing_is_built(project: Project, command: str) -> None:
    done = project.run("jetstream", command, "nope", *SYNCED)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith("experiments.json: nope: no such experiment in the file; check the slug")
    assert done.stdout == ""


def test_what_is_locked_is_built_though_it_is_not_listed_any_more(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", SLUG)
    empty = tmp_path / "none.json"
    empty.write_text("[]")
    asked = ("--experiment", SLUG, f"--metric-hub={SMALL}", f"--experiments={empty}")
    done = project.run("jetstream", "run", *asked, "--date", "2026-03-01")
    assert "nothing was synced; what is locked was built" in done.stderr
    assert "build" in done.stdout


TWICE = """
[experiment]
enrollment_query = '''
SELECT
    client_id AS analysis_id,
    'control' AS branch,
    DATE '2026-03-03' AS enrollment_date
FROM mozdata.telemetry.clients_daily
WHERE submission_date BETWEEN '2026-03-03' AND '2026-03-04'
'''
"""


@pytest.mark.skipif(FAST, reason="runs dbt")
def test_units_that_a_query_enrolls_twice_are_said_in_words(tmp_path: Path) -> None:
    slug = "pip-first-time-hint"
    project = project_with_telemetry(tmp_path / "project")
    hub = tmp_path / "hub"
    (hub / "jetstream").mkdir(parents=True)
    for file in (*SMALL.glob("definitions/*"), *SMALL.glob("jetstream/defaults/*")):
        target = hub / file.relative_to(SMALL)
        target.parent.mkdir(exist_ok=True)
        target.write_text(file.read_text())
    own = (SMALL / f"jetstream/{slug}.toml").read_text()
    (hub / f"jetstream/{slug}.toml").write_text(own.replace("[experiment]\n", TWICE))
    asked = (f"--metric-hub={hub}", SYNCED[1], "--experiment", slug, "--date", "2026-03-24")
    done = project.run("jetstream", "run", *asked)
    words = (
        r"\d+ pairs of a unit and a branch are enrolled in several rows; let `enrollment_query` "
        "return one row for each, as by GROUP BY"
    )
    assert re.search(f"failed: {slug}: enrollments_pip_first_time_hint: {words}\n", done.stdout)
    errors = (project.exports / "errors/errors_pip_first_time_hint.json").read_text()
    assert re.search(words, errors)
