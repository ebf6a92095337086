"""Results in the terminal and in Python: the numbers that were exported."""

from __future__ import annotations

import csv
import io
import json
import os

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from conftest import REPOSITORY, Project
from dbt_jetstream import results
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.results.of_experiment import COLUMNS
from dbt_jetstream.results.of_experiment import KEYS as KEY_COLUMNS
from tiers import exhaustive

SLUG = "pip-first-time-hint"
KEYS = list(KEY_COLUMNS)


def exported(demo: Project) -> list[dict]:
    """All exported rows of the experiment, with the period that the file's name tells."""
    found = []
    prefix = "statistics_pip_first_time_hint_"
    for path in sorted((demo.exports / "statistics").glob(f"{prefix}*.json")):
        period = path.stem.removeprefix(prefix)
        found += [row | {"analysis_period": period} for row in json.loads(path.read_text())]
    return found


@pytest.fixture
def at_demo(demo: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(demo.path)
    for name, value in demo.environment().items():
        monkeypatch.setenv(name, value)
    return demo


def test_the_frame_holds_exactly_what_is_exported(at_demo: Project) -> None:
    frame = results.statistics(SLUG, project=at_demo.path)
    rows = exported(at_demo)
    assert len(frame) == len(rows) > 10_000
    theirs = {
        tuple(_text(row[key]) for key in KEYS): [row[n] for n in ("point", "lower", "upper")]
        for row in rows
    }
    for row in frame.to_dict("records"):
        mine = [row[name] for name in ("point", "lower", "upper")]
        numbers = theirs[tuple(_text(row[key]) for key in KEYS)]
        assert [None if pd.isna(value) else value for value in mine] == pytest.approx(numbers)


def _text(value: object) -> str:
    """Write a value as both forms do: the export has numbers as text."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    try:
        return f"{float(str(value)):g}"
    except ValueError:
        return str(value)


def test_a_period_can_be_asked_for(at_demo: Project) -> None:
    frame = results.statistics(SLUG, period="overall", project=at_demo.path)
    assert set(frame["analysis_period"]) == {"overall"}
    assert frame["point"].dtype == float
    assert frame.loc[frame["comparison"].isna(), "comparison"].tolist()[0] is None


@pytest.mark.parametrize(
    ("slug", "period", "said"),
    [("no-such", None, "run `jetstream sync` first"), (SLUG, "monthly", "no such period")],
)
def test_a_mistake_says_what_to_do(
    at_demo: Project, slug: str, period: str | None, said: str
) -> None:
    with pytest.raises(ConfigErrors) as raised:
        results.statistics(slug, period=period, project=at_demo.path)
    assert said in str(raised.value.errors[0])


def test_the_table_has_each_branch_against_the_reference(demo: Project) -> None:
    done = demo.run("jetstream", "results", SLUG, "fenix-toolbar-shortcut")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert f"{SLUG}: overall, window 1, enrolled units" in done.stdout
    (row,) = (
        row
        for row in exported(demo)
        if row["analysis_period"] == "overall"
        and (row["metric"], row["statistic"], row["branch"]) == ("active_hours", "mean", "hint")
        and (row["segment"], row["analysis_basis"]) == ("all", "enrollments")
        and (row["comparison"], row["comparison_to_branch"]) == ("relative_uplift", "control")
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    (hint,) = (line for line in lines if line[:3] == ["active_hours", "mean", "hint"])
    ends = [f"{row['lower']:+.2%}", "to", f"{row['upper']:+.2%}"]
    assert hint[4:8] == [f"{row['point']:+.2%}", *ends]


def test_a_window_can_be_chosen(demo: Project) -> None:
    options = ["--period", "weekly", "--window", "2", "--basis", "exposures"]
    done = demo.run("jetstream", "results", SLUG, *options, "--reference", "hint")
    assert done.returncode == 0, done.stderr
    assert f"{SLUG}: weekly, window 2, exposed units" in done.stdout
    assert "relative to branch hint" in done.stdout


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--period", "days28x", "there are overall, days28, weekly"),
        ("--window", "9", "--window 9: no results; there are 1"),
        ("--segment", "nobody", "there are all, heavy_users, new_profiles"),
        ("--reference", "nowhere", "there are control, hint, hint-animated"),
    ],
)
def test_a_choice_without_results_says_what_there_is(
    demo: Project, option: str, value: str, said: str
) -> None:
    done = demo.run("jetstream", "results", SLUG, option, value)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@exhaustive
def test_json_and_csv_hold_what_is_exported(demo: Project) -> None:
    done = demo.run("jetstream", "results", SLUG, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) == len(exported(demo))
    done = demo.run("jetstream", "results", SLUG, "--csv", "--period", "overall")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    overall = [row for row in found if row["analysis_period"] == "overall"]
    chosen = [
        row for row in overall if (row["analysis_basis"], row["segment"]) == ("enrollments", "all")
    ]
    assert len(rows) == len(chosen) > 100
    for csv_row, json_row in zip(rows, chosen, strict=True):
        assert csv_row["metric"] == json_row["metric"]
        assert float(csv_row["point"] or "nan") == pytest.approx(
            float("nan") if json_row["point"] is None else json_row["point"], nan_ok=True
        )


@exhaustive
def test_the_example_notebook_runs(demo: Project) -> None:
    notebook = nbformat.read(REPOSITORY / "examples/results.ipynb", as_version=4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": demo.path}})
    before = dict(os.environ)
    os.environ.update(demo.environment())
    try:
        done = client.execute()
    finally:
        os.environ.clear()
        os.environ.update(before)
    shape = done.cells[1].outputs[0].data["text/plain"]
    overall = [row for row in exported(demo) if row["analysis_period"] == "overall"]
    assert shape == f"({len(overall)}, {len(COLUMNS)})"
