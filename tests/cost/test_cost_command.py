"""`jetstream cost` as it prints: tables, rows for programs, and mistakes."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from conftest import REPOSITORY, Project
from dbt_jetstream.cli import main


def run_cost(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["cost", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_table_shows_both_plans(cases: Project, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run_cost(capsys, "forty-five-days", f"--project-dir={cases.path}")
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    assert out.startswith("forty-five-days, 2026-03-02 to 2026-04-16, 8 enrollment dates: ")
    telemetry = "mozdata.telemetry."
    assert [
        "clients_daily",
        "74",
        "-",
        "74",
        "-",
        "74",
        "1,022",
        "13.8",
        f"{telemetry}clients_daily",
    ] in lines
    assert [
        "enrollment",
        "events",
        "8",
        "16",
        "-",
        "-",
        "16",
        "16",
        "1.0",
        f"{telemetry}events",
    ] in lines
    # 1,038 / 90
    assert ["all", "82", "16", "74", "-", "90", "1,038", "11.5"] in lines
    # 74 dates of client days, and 8 of enrollment events.
    assert "of 82 source-days runs read the date alone" in out


def test_all_experiments_are_summed(capsys: pytest.CaptureFixture[str]) -> None:
    """By hand, for each demo experiment: 44 days, so that 38 days, 5 weeks and one month are due.

    Both: events 16. fenix: client days 52 and 45; the original, twice 304 + 70 + 35 + 44 + 14 and
    70 + 35 + 44. pip: segments 21 and 35, client days 52 and 45, `countries_seen` overall 44; the
    original, twice 304 + 70 + 35 + 44 + 14 and 304 + 70 + 44.
    """
    code, out, _ = run_cost(capsys, f"--project-dir={REPOSITORY}")
    fenix = (16 + 52 + 45, 16 + 2 * (304 + 70 + 35 + 44 + 14) + 2 * (70 + 35 + 44))
    hint = (16 + 21 + 35 + 52 + 45 + 44, 16 + 56 + 2 * 467 + 2 * (304 + 70 + 44))
    here, original = fenix[0] + hint[0], fenix[1] + hint[1]
    assert code == 0
    expected = f"2 experiments: {here:,} source-days here, {original:,} by the original's plan, "
    assert out.splitlines()[-1] == f"{expected}{original / here:.1f} times as many"


def test_rows_for_programs_add_up(cases: Project, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run_cost(capsys, "direct", "--json", f"--project-dir={cases.path}")
    rows = json.loads(out)
    assert code == 0
    sums = Counter()
    for row in rows:
        sums[(row["plan"], row["purpose"])] += row["source_days"]
        assert (row["experiment"], row["bytes"]) == ("direct", None)
    # Client days of days 0 to 44; `countries` in 5 weeks of 14 dates, `kinds` overall: 37 + 7.
    assert sums["here", "days"] == 45
    assert sums["here", "windows"] == 5 * 14 + 44
    # Daily 38 * 8 and weekly 5 * 14 in both bases, overall in one.
    assert sums["original", "windows"] == 2 * (304 + 70) + 44
    assert sums["here", "arrival"] == 45 + 44 + 8
    (weeks,) = (
        r
        for r in rows
        if (r["plan"], r["purpose"], r["data_source"]) == ("here", "windows", "clients_daily")
    )
    assert (weeks["queries"], weeks["first_date"], weeks["last_date"]) == (
        5,
        "2026-03-02",
        "2026-04-12",
    )


def test_a_date_counts_up_to_it(cases: Project, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("forty-five-days", f"--project-dir={cases.path}", "--date")
    _, out, _ = run_cost(capsys, *arguments, "2026-03-10")
    # Days -28 to 8; by the original days 0 and 1 and both windows before enrollment.
    assert re.search(rf"clients_daily +37 +- +37 +- +37 +{2 * (8 + 8 + 14 + 35)} ", out)
    _, out, _ = run_cost(capsys, *arguments, "2026-03-08")
    assert "clients_daily" not in out
    assert "up to 2026-03-08" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such"], "no-such: no such experiment in this project (known: direct, "),
        (["direct", "--bytes"], "only BigQuery tells bytes, and this target is duckdb"),
        (["--bytes", "--target", "nowhere"], "nowhere"),
    ],
)
def test_a_mistake_is_one_line(
    cases: Project,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.setenv("DBT_PROFILES_DIR", str(cases.path))
    code, out, err = run_cost(capsys, *arguments, f"--project-dir={cases.path}")
    assert (code, out) == (1, "")
    (line,) = err.splitlines()
    assert message in line


def test_a_project_without_locks_says_so(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run_cost(capsys, f"--project-dir={project.path}")
    assert code == 1
    assert "no experiment is locked; run `jetstream sync` first" in err
