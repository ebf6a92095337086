"""Telemetry of any experiment that is locked: typed columns, enrollments, and effects."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from conftest import DEMO, REPOSITORY
from dbt_jetstream.inputs.hub import HubAddress
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.project.create import create
from dbt_jetstream.review.made_up.locked import Asked, Made, generate_for
from dbt_jetstream.review.types.telemetry import read_types
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Request

PIP, FENIX = "pip-first-time-hint", "fenix-toolbar-shortcut"
EFFECT = 0.2
CLIENTS = 4000


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LockedExperiment]:
    project = tmp_path_factory.mktemp("locked") / "project"
    create(project, dt.date(2026, 4, 15))
    hub, listed = REPOSITORY / "metric_hub", DEMO
    report = sync(Request([HubAddress(str(hub))], listed, project, [PIP, FENIX]))
    return {experiment.slug: experiment for experiment in report.experiments}


def _generate(
    path: Path, *experiments: LockedExperiment, typed: bool = True, **effects: float
) -> tuple[Made, duckdb.DuckDBPyConnection]:
    types = read_types(REPOSITORY / "metric_hub/columns.json") if typed else {}
    asked = Asked(CLIENTS, 1, None, {name.replace("_", "-"): e for name, e in effects.items()})
    made = generate_for(path / "t.duckdb", experiments, types, asked)
    return made, duckdb.connect(str(path / "t.duckdb"))


def test_columns_have_the_types_that_the_hub_lists(
    tmp_path: Path, locked: dict[str, LockedExperiment]
) -> None:
    made, connection = _generate(tmp_path, locked[PIP])
    assert made.guessed == []
    query = "select column_name, column_type from (describe telemetry.events)"
    found = dict(connection.execute(query).fetchall())
    assert found["submission_date"] == "DATE"
    assert found["event_map_values"] == 'STRUCT("key" VARCHAR, "value" VARCHAR)[]'
    assert found["sample_id"] == "BIGINT"


def test_types_that_nobody_lists_are_guessed(
    tmp_path: Path, locked: dict[str, LockedExperiment]
) -> None:
    made, connection = _generate(tmp_path, locked[FENIX], typed=False)
    assert made.guessed == ["fenix.clients_daily", "fenix.events_stream"]
    query = "select column_name, column_type from (describe fenix.events_stream)"
    found = dict(connection.execute(query).fetchall())
    assert found["event_extra"] == "JSON"
    assert found["submission_timestamp"] == "TIMESTAMP"


def test_clients_enroll_in_every_branch_while_enrollment_lasts(
    tmp_path: Path, locked: dict[str, LockedExperiment]
) -> None:
    _, connection = _generate(tmp_path, locked[FENIX])
    rows = connection.execute("""
        select json_extract_string(event_extra, '$.branch'), count(distinct client_id)
        from fenix.events_stream
        where event_name = 'enrollment'
            and submission_timestamp::date between '2026-03-02' and '2026-03-09'
        group by 1 order by 1
    """).fetchall()
    (control, some), (treatment, others) = rows
    assert (control, treatment) == ("control", "treatment")
    # Most of the clients, in halves: five standard deviations.
    assert abs(some - others) < 5 * CLIENTS**0.5
    assert some + others > CLIENTS / 2


def test_every_metric_finds_what_it_looks_for(
    tmp_path: Path, locked: dict[str, LockedExperiment]
) -> None:
    _, connection = _generate(tmp_path, locked[FENIX])
    (shortcuts,) = connection.execute("""
        select count(*) from fenix.events_stream
        where event_category = 'toolbar' and event_name = 'tapped'
            and json_extract_string(event_extra, '$.item') = 'shortcut'
    """).fetchone() or (0,)
    assert shortcuts > CLIENTS


def test_an_effect_is_on_its_branch_from_enrollment_on(
    tmp_path: Path, locked: dict[str, LockedExperiment]
) -> None:
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
    _, without = _generate(tmp_path / "without", locked[PIP])
    _, changed = _generate(tmp_path / "with", locked[PIP], hint=EFFECT)
    factors: dict[tuple[str, bool], list[float]] = {}
    for connection in (without, changed):
        rows = connection.execute("""
            select e.branch, d.submission_date >= e.day, sum(d.active_hours_sum)
            from telemetry.clients_daily as d
            inner join (
                select client_id, event_map_values[1].value as branch, min(submission_date) as day
                from telemetry.events where event_method = 'enroll' group by 1, 2
                qualify count(*) over (partition by client_id) = 1
            ) as e using (client_id)
            group by all
        """).fetchall()
        for branch, is_after, hours in rows:
            factors.setdefault((branch, is_after), []).append(hours)
    # The same draws in both, so that nothing else differs.
    found = {key: after / before for key, (before, after) in factors.items()}
    assert found.pop(("hint", True)) == pytest.approx(1 + EFFECT)
    assert found == pytest.approx(dict.fromkeys(found, 1))


def test_the_same_seed_gives_the_same_rows(
    tmp_path: Path, locked: dict[str, LockedExperiment]
) -> None:
    digests = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        _, connection = _generate(tmp_path / name, locked[FENIX])
        query = "select sum(hash(t)::hugeint) from fenix.events_stream as t"
        digests.append(connection.execute(query).fetchone())
    assert digests[0] == digests[1]


def test_two_experiments_share_their_tables(
    tmp_path: Path, locked: dict[str, LockedExperiment]
) -> None:
    alone, _ = _generate(tmp_path, locked[FENIX])
    both, _ = _generate(tmp_path, locked[FENIX], locked[PIP])
    assert both.rows["fenix.events_stream"] == alone.rows["fenix.events_stream"]
    assert set(both.rows) > set(alone.rows)
    assert {slug: str(day) for slug, day in both.last.items()} == {
        FENIX: "2026-04-15",
        PIP: "2026-04-15",
    }
