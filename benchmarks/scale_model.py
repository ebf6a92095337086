"""Print what many live experiments on many clients take on BigQuery: the tables of docs/scale.md.

    .venv/bin/python -P benchmarks/scale_model.py [--experiments 100] [--daily-clients 1e8]

Source-days come from `jetstream cost`, on locks made for this; limits and prices from
benchmarks/scale/constants.py; CPU seconds from benchmarks/scale/counts.json.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from life.experiment import SLUG
from scale import constants, model, slots
from scale.experiments import DAILY_ALONE, LONG_ENROLLMENTS, costs, enrolls
from scale.model import Workload

from dbt_jetstream.review.cost.plans import Costs
from dbt_jetstream.review.cost.scans import Purpose

TIB, GIB = 2**40, 2**30
ACTIVE = 0.6
SHARES = (0.001, 0.01, 0.05)
DAYS_KEPT = 90


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=100, metavar="N")
    parser.add_argument("--daily-clients", type=float, default=100e6, metavar="N")
    parser.add_argument("--share", type=float, default=0.01, help="of the clients, enrolled by one")
    options = parser.parse_args()
    clients = options.daily_clients
    work = _enrolling(Workload(options.experiments, clients), options.share)
    with tempfile.TemporaryDirectory(prefix="jetstream-scale-") as folder:
        found = costs(Path(folder))
    print(f"{work.experiments} live experiments, {clients:,.0f} daily clients, ", end="")
    print(f"{work.units:,.0f} units each ({options.share:.1%} of all clients)\n")
    _print_reads(found[SLUG], work)
    _print_tables(found[SLUG], work)
    _print_slots(found[SLUG], work)
    _print_shared(found[SLUG], work)
    _print_sensitivity(found, work)
    _print_limits(found, work)


def _enrolling(work: Workload, share: float) -> Workload:
    return replace(work, units=share * work.daily_clients / ACTIVE)


def _a_day(costs: Costs, work: Workload, life: float) -> float:
    """Spread what a life takes over its days, for all experiments."""
    dates = costs.definition.life
    return work.experiments * life / ((dates.end - dates.start).days + 1)


def _print_reads(found: Costs, work: Workload) -> None:
    plans = {
        "here": found.here,
        "  enrollments": found.here.of(None, Purpose.ENROLLMENTS),
        "  daily path": found.here.of(None, Purpose.DAYS),
        "  direct path": found.here.of(None, Purpose.WINDOWS),
        "dates alone": found.arrival,
        "original's plan": found.original,
    }
    rows = []
    for name, plan in plans.items():
        size = model.bytes_read(plan, work)
        day = _a_day(found, work, size) / TIB
        dollars = day * constants.DOLLARS_PER_TIB
        rows.append(
            (name, f"{plan.source_days:,}", f"{size / TIB:,.2f}", f"{day:,.1f}", f"{dollars:,.0f}")
        )
    header = ("telemetry", "source-days a life", "TiB a life", "TiB a day, all", "$ a day")
    _table(header, rows)


def _print_tables(found: Costs, work: Workload) -> None:
    days = model.client_day_storage(found, work, DAYS_KEPT)
    metrics = model.metric_storage(found, work, years=1)
    rows = [
        (
            name,
            f"{storage.rows / 1e6:,.0f}",
            f"{storage.bytes / GIB:,.1f}",
            f"{storage.kept / TIB:,.1f}",
            f"{storage.kept / GIB * constants.DOLLARS_PER_GIB_MONTH:,.0f}",
        )
        for name, storage in (
            ("client days, kept 90 days", days),
            ("metrics, after a year", metrics),
        )
    ]
    _table(("tables", "M rows a life", "GiB a life", "TiB, all", "$ a month"), rows)


def _print_slots(found: Costs, work: Workload) -> None:
    hours = slots.slot_hours(found, work)
    total = sum(hours.values())
    rows = [
        (step, f"{hour:,.1f}", f"{hour / total:.0%}", f"{_a_day(found, work, hour):,.1f}")
        for step, hour in (*hours.items(), ("all", total))
    ]
    _table(("step", "slot hours a life", "share", "slot hours a day, all"), rows)


def _print_shared(found: Costs, work: Workload) -> None:
    """Print a day's new telemetry: of a life's days, those after the first build read one."""
    work = replace(work, experiments=round(_a_day(found, work, model.builds(found.definition) - 1)))
    nodes = found.definition.client_days
    names = [node.meta["data_source"]["name"] for node in nodes]
    width = max(model.row_bytes(node, work) for node in nodes)
    rows = []
    for share in SHARES:
        some = _enrolling(work, share)
        alone = model.day_bytes_alone(some, names)
        shared = model.day_bytes_shared(some, names, width)
        saved = (alone - shared) / TIB * constants.DOLLARS_PER_TIB
        rows.append(
            (
                f"{share:.1%}",
                f"{alone / TIB:,.1f}",
                f"{shared / TIB:,.1f}",
                f"{alone / shared:,.1f}",
                f"{saved:,.0f}",
            )
        )
    header = ("new days, share enrolled", "TiB a day alone", "shared", "times", "$ a day saved")
    _table(header, rows)


def _print_sensitivity(found: dict[str, Costs], work: Workload) -> None:
    cases = [
        (f"{dates} enrollment dates", found[enrolls(dates)], work) for dates in LONG_ENROLLMENTS
    ]
    cases.append(("no metric on the direct path", found[DAILY_ALONE], work))
    cases.append(("10 segments", found[SLUG], replace(work, segments=10)))
    cases += [(f"{s:.1%} enrolled", found[SLUG], _enrolling(work, s)) for s in SHARES]
    cases.append(("a tenth sampled, in sources too", found[SLUG], replace(work, sample=0.1)))
    header = (
        "life",
        "source-days here",
        "times less",
        "TiB a day, all",
        "own tables read, TiB a day",
        "client days, TiB",
        "slot hours a day",
    )
    _table(header, [_case(*case) for case in cases])


def _case(name: str, found: Costs, work: Workload) -> tuple[str, ...]:
    size = model.bytes_read(found.here, work)
    nodes = found.definition.client_days
    width = sum(model.row_bytes(node, work) for node in nodes) / len(nodes)
    own = model.windows_read(found.definition, work) * width
    kept = model.client_day_storage(found, work, DAYS_KEPT).kept
    hours = sum(slots.slot_hours(found, work).values())
    return (
        name,
        f"{found.here.source_days:,}",
        f"{found.original.source_days / found.here.source_days:.1f}",
        f"{_a_day(found, work, size) / TIB:,.1f}",
        f"{_a_day(found, work, own) / TIB:,.2f}",
        f"{kept / TIB:,.1f}",
        f"{_a_day(found, work, hours):,.0f}",
    )


def _print_limits(found: dict[str, Costs], work: Workload) -> None:
    first = found[SLUG]
    merges = model.merges_a_build(first.definition)
    longest = found[enrolls(max(LONG_ENROLLMENTS))].definition.life
    days = (longest.end - longest.start).days + 1 + 28
    day = _a_day(first, work, model.bytes_read(first.here, work)) / TIB
    columns = max(len(node.columns) for node in first.definition.periods)
    statement = max(max(run["sql_characters"].values()) for run in slots.counts())
    hours = _a_day(first, work, sum(slots.slot_hours(first, work).values()))
    rows = [
        ("TiB read a day", f"{day:,.1f}", f"{constants.TIB_PER_DAY:,} by default"),
        (
            "slots, were a day's work done in an hour",
            f"{hours:,.0f}",
            f"{constants.CONCURRENT_SLOTS:,}",
        ),
        ("merges a day", f"{merges * work.experiments:,}", "none known"),
        ("merges into one table at a time", "1", f"{constants.DML_RUNNING_PER_TABLE}"),
        (
            "partitions of client days, 60 enrollment dates",
            f"{days}",
            f"{constants.PARTITIONS_PER_TABLE:,}; {constants.PARTITIONS_PER_JOB:,} a job",
        ),
        ("characters of a statement", f"{statement:,}", f"{constants.QUERY_CHARACTERS:,}"),
        ("columns of a table", f"{columns}", f"{constants.COLUMNS_PER_TABLE:,}"),
    ]
    _table(("limit", "here", "BigQuery"), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table of Markdown: the first column is text, the others are numbers."""
    print(f"| {' | '.join(header)} |")
    print(f"| --- |{' --: |' * (len(header) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print()


if __name__ == "__main__":
    main()
