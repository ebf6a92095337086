"""The cost model of docs/scale.md: counted rows, hand calculations, BigQuery's documents."""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import replace
from typing import Any

import pytest

from conftest import REPOSITORY
from dbt_jetstream.review.cost.plans import Costs, Plan
from dbt_jetstream.review.cost.scans import Kind, Purpose

sys.path.insert(0, str(REPOSITORY / "benchmarks"))

from life.experiment import SLUG, START
from life.telemetry import EVENTS_EACH
from scale import constants, model
from scale.experiments import DAILY_ALONE, costs, enrolls
from scale.model import Source, Workload

COUNTS = json.loads((REPOSITORY / "benchmarks/scale/counts.json").read_text())


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Costs]:
    """What the model's experiments read."""
    return costs(tmp_path_factory.mktemp("scale"))


@pytest.fixture(params=COUNTS, ids=lambda run: f"{run['clients']}-clients")
def run(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A life that was built and counted."""
    found: dict[str, Any] = request.param
    return found


def _workload(run: dict[str, Any]) -> Workload:
    """Describe the telemetry of the benchmark: all its clients enroll in one experiment.

    A client that is active on a day has a row in each of the tables, and four events.
    """
    clients, rows = run["clients"], run["telemetry_rows_a_day"]
    each = {"events": EVENTS_EACH}
    sources = {n: Source(r / clients, 0, 0, r / clients / each.get(n, 1)) for n, r in rows.items()}
    return Workload(1, clients, clients, sources)


def _until(run: dict[str, Any]) -> dt.date:
    return dt.date.fromisoformat(run["until"])


def _read(run: dict[str, Any], plan: Plan) -> dict[str, float]:
    scans = tuple(scan for scan in plan.scans if scan.on <= _until(run))
    return model.rows_read(Plan(scans), _workload(run))


def test_daily_path_reads_the_telemetry_rows_that_the_profiler_counted(
    lives: dict[str, Costs], run: dict[str, Any]
) -> None:
    read = _read(run, lives[SLUG].here.of(None, Purpose.DAYS))
    counted = run["telemetry_rows_read"]
    for name in ("clients_daily", "events"):
        assert read[name] == pytest.approx(counted[f"{name}_client_days: {name}"])


def test_enrollments_read_the_telemetry_rows_that_the_profiler_counted(
    lives: dict[str, Costs], run: dict[str, Any]
) -> None:
    read = _read(run, lives[SLUG].here.of(None, Purpose.ENROLLMENTS))
    counted = run["telemetry_rows_read"]["enrollments: events"]
    assert read["enrollment events"] == pytest.approx(counted)


def test_direct_path_reads_the_telemetry_rows_that_the_profiler_counted(
    lives: dict[str, Costs], run: dict[str, Any]
) -> None:
    direct = lives[SLUG].here.of(None, Purpose.WINDOWS)
    daily = Plan(tuple(s for s in direct.scans if s.read.model.endswith("_daily")))
    counted = run["telemetry_rows_read"]["daily: searches"]
    assert _read(run, daily)["searches"] == pytest.approx(counted)


@pytest.mark.parametrize("name", ["clients_daily", "events"])
def test_client_days_are_as_many_as_the_table_holds(
    lives: dict[str, Costs], run: dict[str, Any], name: str
) -> None:
    definition = lives[SLUG].definition
    (node,) = (n for n in definition.client_days if n.meta["data_source"]["name"] == name)
    modelled = model.client_day_rows(node, definition, _workload(run), _until(run))
    # Enrollment dates are drawn, and on those of enrollment a client has several events a day.
    assert modelled == pytest.approx(run["rows"][node.name], rel=0.04)


def test_metrics_are_as_many_as_the_tables_hold(
    lives: dict[str, Costs], run: dict[str, Any]
) -> None:
    definition = lives[SLUG].definition
    for node in definition.periods:
        modelled = model.metric_rows(node, definition, _workload(run), _until(run))
        assert modelled == run["rows"][node.name], node.name


def test_client_days_by_hand(lives: dict[str, Costs]) -> None:
    """100 units, one in two active: 45 days, 8 enrollment dates, from 28 days before.

    A unit that enrolls on the first date has days -28 to 45, which are 74; one that enrolls on the
    last, 67; on average 70.5. Half of them for each of 100 units: 3,525. The build of day 7 and of
    each of the 38 after it leaves a marker: 39. One row more is that of units without telemetry.
    """
    definition = lives[SLUG].definition
    (node,) = (n for n in definition.client_days if "clients_daily" in n.name)
    work = Workload(1, 100, 100, {"clients_daily": Source(0.5, 0, 0, 0.5)})
    assert model.client_day_rows(node, definition, work, definition.life.end) == 3525 + 39 + 1


def test_metrics_by_hand(lives: dict[str, Costs]) -> None:
    """39 daily windows, 5 weekly, and one each of the other four periods, in both bases."""
    definition = lives[SLUG].definition
    work = replace(Workload(), units=10)
    counted = [
        model.metric_rows(node, definition, work, definition.life.end)
        for node in definition.periods
    ]
    assert sum(counted) == (39 + 5 + 1 + 1 + 1 + 1) * 2 * 10


def test_windows_read_each_day_that_units_can_have_in_them(lives: dict[str, Costs]) -> None:
    """As many days as one basis of the original reads of telemetry: 511, by docs/cost.md."""
    definition = lives[SLUG].definition
    sources = {"clients_daily": Source(1, 0, 0, 1), "events": Source(1, 0, 0, 1)}
    work = Workload(1, 1, 1, sources)
    assert model.windows_read(definition, work) == 511 * 2 * 2


def test_bytes_are_those_of_the_columns_read(lives: dict[str, Costs]) -> None:
    """74 days of the daily path; dates alone are 8 bytes a row."""
    plan = lives[DAILY_ALONE].here.of(None, Purpose.DAYS)
    events = Plan(tuple(scan for scan in plan.scans if scan.source.name == "events"))
    work = Workload(1, 1000, 1, {"events": Source(2, 50, 90, 1)})
    assert model.bytes_read(events, work) == 74 * 1000 * 2 * 50
    arrival = Plan(tuple(replace(s, read=replace(s.read, kind=Kind.DATE)) for s in events.scans))
    assert model.bytes_read(arrival, work) == 74 * 1000 * 2 * 8


def test_a_shared_scan_reads_a_day_once_and_each_client_day_once_more() -> None:
    work = Workload(10, 1000, 100, {"events": Source(2, 50, 90, 0.5)})
    assert model.day_bytes_alone(work, ["events"]) == 10 * 1000 * 2 * 50
    assert model.day_bytes_shared(work, ["events"], 100) == 1000 * 2 * 90 + 10 * 100 * 0.5 * 100


def test_a_sample_reads_and_holds_its_share(lives: dict[str, Costs]) -> None:
    found, work = lives[SLUG], Workload()
    tenth = replace(work, sample=0.1)
    for count in (
        lambda w: model.bytes_read(found.here, w),
        lambda w: model.metric_storage(found, w, 1).bytes,
        lambda w: model.windows_read(found.definition, w),
    ):
        assert count(tenth) == pytest.approx(count(work) / 10)


def test_tables_stay_within_what_bigquery_documents(lives: dict[str, Costs]) -> None:
    """https://docs.cloud.google.com/bigquery/quotas: partitions, columns and characters."""
    life = lives[enrolls(60)].definition.life
    partitions = (life.end - START).days + 1 + 28
    assert partitions < constants.PARTITIONS_PER_JOB == 4000 < constants.PARTITIONS_PER_TABLE
    for found in lives.values():
        assert all(len(n.columns) < constants.COLUMNS_PER_TABLE for n in found.definition.periods)
    for run in COUNTS:
        assert max(run["sql_characters"].values()) < constants.QUERY_CHARACTERS
