"""Progress bars: for slow work on a terminal, on stderr, and nowhere else."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from conftest import REPOSITORY, Project, copy_project
from dbt_jetstream.common.progress import SECONDS
from terminal import Seen, run_python
from tiers import exhaustive, sample

HUB = f"--metric-hub={REPOSITORY / 'metric_hub'}"
EXPERIMENTS = f"--experiments={REPOSITORY / 'demo/experiments.json'}"
# Four steps, each of so many seconds, with a line of output after each. Bars come after half of
# the usual time.
WORK = """
import sys, time
from dbt_jetstream.common import progress as bars
bars.SECONDS = 1
with bars.progress("Locking experiments", 4) as advance:
    for step in range(4):
        time.sleep(float(sys.argv[1]))
        advance()
        with advance.hidden():
            print("done", step, flush=True)
"""
PRINTED = "done 0\ndone 1\ndone 2\ndone 3\n"
# The command as it is, but for bars that do not wait. A pause makes sure that they are seen.
AT_ONCE = """
import sys, time
from dbt_jetstream.common import progress
from dbt_jetstream.cli import main
progress.SECONDS = 0
inner = progress.Advance.__call__
def count(self, steps=1):
    inner(self, steps)
    time.sleep(0.05)
progress.Advance.__call__ = count
raise SystemExit(main(sys.argv[1:]))
"""


def test_two_seconds_pass_before_a_bar_is_shown() -> None:
    assert SECONDS == 2


def test_fast_work_shows_no_bar() -> None:
    fast = run_python(WORK, "0.15")
    assert (fast.code, fast.piped, fast.terminal) == (0, PRINTED, "")


@pytest.mark.parametrize("environment", sample([{}, {"NO_COLOR": "1"}], 2))
def test_slow_work_shows_a_bar_on_the_terminal_alone(environment: dict[str, str]) -> None:
    slow = run_python(WORK, "0.4", environment=environment)
    assert (slow.code, slow.piped) == (0, PRINTED)
    # After a second, two steps of 0.4 seconds are done.
    assert re.search(r"Locking experiments ━+\S* +2 of 4 0:00:01", slow.words)
    assert "1 of 4" not in slow.words
    # The last thing is to go up to the bar's line and to erase it.
    assert slow.terminal.endswith("\x1b[1A\x1b[2K")
    colours = re.search(r"\x1b\[[0-9;]*[1-9][0-9;]*m", slow.terminal)
    assert (colours is None) == ("NO_COLOR" in environment)


@exhaustive
def test_lines_stand_by_themselves_where_output_goes_to_the_same_terminal() -> None:
    slow = run_python(WORK, "0.4", stdout_too=True)
    screen = _screen(slow)
    assert [line for line in screen if line] == PRINTED.splitlines()


def _screen(seen: Seen) -> list[str]:
    """What is left on the screen in the end, as a terminal would draw it."""
    lines, row, column = [""], 0, 0
    for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", seen.terminal):
        if token == "\n":
            row, lines = row + 1, [*lines, ""] if row + 1 == len(lines) else lines
        elif token == "\r":
            column = 0
        elif token == "\x1b[2K":
            lines[row] = ""
        elif token == "\x1b[1A":
            row -= 1
        elif not token.startswith("\x1b"):
            lines[row] = (
                lines[row][:column].ljust(column) + token + lines[row][column + len(token) :]
            )
            column += len(token)
    return lines


@pytest.mark.parametrize("term", sample(["dumb", "unknown"], 2))
def test_a_terminal_that_cannot_move_its_cursor_shows_nothing(term: str) -> None:
    assert run_python(WORK, "0.3", environment={"TERM": term}).terminal == ""


def test_nothing_is_shown_without_a_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORK, "0.3"], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == (PRINTED, "")


@exhaustive
def test_a_bar_goes_away_when_the_work_fails() -> None:
    script = WORK.replace("advance()", "advance(); assert step < 3, 'broken'")
    failed = run_python(script, "0.35")
    bar, _, message = failed.terminal.rpartition("\x1b[2K")
    assert "3 of 4" in bar
    assert message.startswith("Traceback")
    assert failed.terminal.count("\x1b[?25l") == failed.terminal.count("\x1b[?25h") > 0


@exhaustive
def test_a_bar_inside_another_says_nothing() -> None:
    nested = WORK.replace(
        "        time.sleep",
        "        with bars.progress('Inner'): time.sleep(0.1)\n        time.sleep",
    )
    seen = run_python(nested, "0.35")
    assert seen.code == 0
    assert "Locking experiments" in seen.words
    assert "Inner" not in seen.words


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with one experiment locked, by a sync whose bars are read by the tests."""
    return copy_project(tmp_path_factory.mktemp("progress") / "project")


def jetstream(project: Project, *arguments: str) -> Seen:
    environment = {k: v for k, v in project.environment().items() if k != "NO_COLOR"}
    return run_python(AT_ONCE, *arguments, environment=environment, cwd=project.path)


@exhaustive
def test_commands_show_how_far_they_are(small: Project) -> None:
    generated = jetstream(small, "demo-data", "--clients=20")
    assert generated.code == 0
    # Population, participation and telemetry of two applications.
    assert re.search(r"Generating telemetry ━+ +6 of 6", generated.words)
    synced = jetstream(small, "sync", HUB, EXPERIMENTS, "--with-ended")
    assert synced.code == 0
    assert re.search(r"Locking experiments ━+ +2 of 2", synced.words)
    assert synced.piped.startswith("locked ")
    assert "\x1b" not in synced.piped
    hub = REPOSITORY / "metric_hub/jetstream"
    paths = [str(path) for path in sorted(hub.glob("*.toml"))]
    checked = jetstream(small, "validate", HUB, *paths)
    assert checked.code == 0
    assert f"{len(paths)} of {len(paths)}" in checked.words
    assert "\x1b" not in checked.piped


@exhaustive
def test_a_build_counts_the_nodes_that_dbt_announces(small: Project) -> None:
    script = AT_ONCE.replace("from dbt_jetstream.cli import main\n", "").replace(
        "raise SystemExit(main(sys.argv[1:]))",
        "from pathlib import Path\n"
        "from dbt_jetstream.daily.build import Dbt\n"
        "dbt = Dbt(Path().resolve(), None)\n"
        "dbt.parse()\n"
        "print(dbt.build(['--resource-type', 'seed'], ['registry']))\n",
    )
    environment = small.environment()
    built = run_python(script, environment=environment, cwd=small.path)
    assert (built.code, built.piped) == (0, "[]\n"), built.words[-2000:]
    seeds = len({file.stem for file in (small.path / "seeds").glob("*.csv")} - {"registry"})
    assert f"{seeds} of {seeds}" in built.words
    assert "Reading the project" in built.words
