"""The original's plan, against the dates that mozanalysis gives its queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from mozanalysis.experiment import Experiment
from mozanalysis.exposure import ExposureSignal
from mozanalysis.metrics import DataSource

from conftest import REPOSITORY, Project
from cost.cases import DEMO, LAST_ENROLLMENT, START, TYPES, costs
from cost.dates import ranges
from cost.original import due, required
from dbt_jetstream.review.cost.plans import Costs
from dbt_jetstream.review.cost.scans import Kind, Purpose

Planned = Counter[tuple[str, dt.date, str, dt.date, dt.date]]


def planned(found: Costs) -> Planned:
    """The windows of the original's plan: period, date, source and the dates that are read."""
    periods = {node.name: node.meta["period"] for node in found.definition.periods}
    return Counter(
        (periods[scan.read.model], scan.on, scan.source.name, days.first, days.last)
        for scan in found.original.of(None, Purpose.WINDOWS).scans
        if scan.read.kind == Kind.METRICS
        for days in scan.days
    )


@pytest.mark.parametrize("slug", ["forty-five-days", "ends-with-enrollment", "signal"])
def test_the_dates_that_the_original_reads_are_mozanalysis(cases: Project, slug: str) -> None:
    found = costs(cases.path, slug)
    expected: Planned = Counter()
    for period, date, limits in due(found):
        expected[(period, date, "clients_daily", *required(limits))] += 2  # bases
    assert planned(found) == expected


def test_a_source_is_read_for_the_bases_that_its_metrics_are_analysed_in(cases: Project) -> None:
    """`countries` and `hours` have both bases, `kinds` has enrollments alone."""
    found = costs(cases.path, "direct")
    expected: Planned = Counter()
    for period, date, limits in due(found):
        name, bases = ("events", 1) if period == "overall" else ("clients_daily", 2)
        expected[(period, date, name, *required(limits))] += bases
    assert planned(found) == expected


@pytest.mark.parametrize("slug", DEMO)
def test_the_demo_experiments_plans_are_mozanalysis(slug: str) -> None:
    found = costs(REPOSITORY, slug)
    expected: Planned = Counter()
    for period, date, limits in due(found):
        for name in DEMO[slug][period]:
            expected[(period, date, name, *required(limits))] += 2  # bases
    assert planned(found) == expected


@pytest.mark.parametrize("kind", TYPES)
def test_enrollment_and_exposure_events_are_read_as_by_mozanalysis(
    cases: Project, kind: str
) -> None:
    found = costs(cases.path, f"type-{kind}")
    (limits, *_) = (limits for period, _, limits in due(found) if period == "daily")
    experiment = Experiment("any", str(START), app_id="firefox_desktop")
    expected = ranges(experiment.build_enrollments_query(limits, kind))
    for plan in (found.here, found.original):
        (scan,) = (s for s in plan.scans if s.read.kind == Kind.ENROLLMENT_EVENTS)
        assert sorted((d.first, d.last) for d in scan.days) == sorted(expected)
        assert scan.on == LAST_ENROLLMENT


def test_a_signal_is_read_again_for_every_window_of_the_exposures_basis(cases: Project) -> None:
    """From day 1 to the window's end for the last units, which is the date for which it runs.

    The segment's window ends 3 days after enrollment; on the last enrollment date nobody has them.
    """
    found = costs(cases.path, "signal")
    (signal,) = (source for source in found.sources if source.name == "exposure signal opened")
    assert signal.tables == ("mozdata.telemetry.events",)
    scans = found.original.of(signal, Purpose.WINDOWS).scans
    expected = Counter()
    for _, date, limits in due(found):
        # Jetstream: the window's end for units that enroll last, in days from the first date.
        end = limits.analysis_windows[0].end + 7
        source = DataSource("events", "mozdata.telemetry.events")
        query = ExposureSignal("opened", source, "TRUE", window_start=1, window_end=end)
        ((first, last),) = ranges(query.build_query(limits))
        assert last <= date
        if first <= last:
            expected[(first, last)] += 1
    assert Counter((d.first, d.last) for scan in scans for d in scan.days) == expected
    # Here: days 1 to 44 once, and for the enrollments from day 1 to the last enrollment date.
    assert found.here.of(signal, Purpose.DAYS).source_days == 44
    assert found.here.of(signal, Purpose.ENROLLMENTS).source_days == 7
    (segments,) = (source for source in found.sources if source.name == "clients_last_seen")
    for plan in (found.here, found.original):
        assert plan.of(segments).source_days == 2 + 8
