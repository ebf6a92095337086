"""`jetstream cost`: what is read here and by the original's plan, against what reads it.

The original's side is checked against mozanalysis, which writes its queries' dates, and against the
SQL that the original rendered for the golden experiment; ours against the project's macros, run for
every date of an experiment's life, and against what dbt ran.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mozanalysis.experiment import Experiment, TimeLimits
from mozanalysis.exposure import ExposureSignal
from mozanalysis.metrics import DataSource

from conftest import GOLDEN, REPOSITORY, Project, copy_project, requires_golden
from dbt_jetstream.cli import main
from dbt_jetstream.cost.plans import Costs, Plan, costs_of
from dbt_jetstream.cost.prices import Prices
from dbt_jetstream.cost.scans import Kind, Purpose
from dbt_jetstream.diff.definition import read_lock
from dbt_jetstream.lock.document import LockedExperiment
from dbt_jetstream.lock.held import held_locks
from dbt_jetstream.render import Relation, Renderer

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 12, 31)
START, LAST_ENROLLMENT = dt.date(2026, 3, 2), dt.date(2026, 3, 9)
PERIODS = ("daily", "weekly", "28_day", "overall", "preenrollment_weekly", "preenrollment_days28")
DEFINITIONS = """
[data_sources.clients_daily]
from_expression = "mozdata.telemetry.clients_daily"
experiments_column_type = "simple"

[data_sources.events]
from_expression = "(SELECT e.* FROM mozdata.telemetry.events AS e)"
experiments_column_type = "none"

[metrics.hours]
select_expression = "COALESCE(SUM(active_hours_sum), 0)"
data_source = "clients_daily"
[metrics.hours.statistics.count]

[metrics.countries]
select_expression = "COUNT(DISTINCT country)"
data_source = "clients_daily"
[metrics.countries.statistics.count]

[metrics.kinds]
select_expression = "COUNT(DISTINCT event_method)"
data_source = "events"
analysis_bases = ["enrollments"]
[metrics.kinds.statistics.count]

[segments.data_sources.clients_last_seen]
from_expression = "mozdata.telemetry.clients_last_seen"
window_start = -2
window_end = 3

[segments.seen]
select_expression = "COUNT(ds.client_id) > 0"
data_source = "clients_last_seen"
"""
EVERYTHING = "\n".join(["[metrics]", *(f'{period} = ["hours"]' for period in PERIODS)])
DIRECT = '[metrics]\ndaily = ["hours"]\nweekly = ["countries", "hours"]\noverall = ["kinds"]'
SIGNAL = """
[experiment.exposure_signal]
name = "opened"
friendly_name = "Opened"
description = "Opened it"
data_source = "events"
select_expression = "event_method = 'open'"
window_start = 1
window_end = "analysis_window_end"
"""
QUERY = '''
[experiment]
enrollment_query = """
    SELECT client_id AS analysis_id, branch, submission_date AS enrollment_date
    FROM mozdata.telemetry.own_enrollments
"""
'''
TYPES = ("normandy", "glean-event", "fenix-fallback", "cirrus", "background-update")
# By slug: the experiment's own config, and its end date.
CASES: dict[str, tuple[str, str | None]] = {
    "forty-five-days": (EVERYTHING, "2026-04-16"),
    "direct": (DIRECT, "2026-04-15"),
    "signal": (f'[experiment]\nsegments = ["seen"]\n{SIGNAL}\n{EVERYTHING}', "2026-04-15"),
    "own-query": (f"{QUERY}{EVERYTHING}", "2026-04-15"),
    "open-ended": (DIRECT, None),
    "ends-with-enrollment": (EVERYTHING, LAST_ENROLLMENT.isoformat()),
    **{
        f"type-{name}": (
            f'[experiment]\nenrollments_query_type = "{name}"\n{EVERYTHING}',
            "2026-04-15",
        )
        for name in TYPES
    },
}


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which all cases are locked."""
    path = tmp_path_factory.mktemp("cost")
    project = copy_project(path / "project")
    hub = path / "hub"
    (hub / "definitions").mkdir(parents=True)
    (hub / "jetstream/defaults").mkdir(parents=True)
    (hub / "definitions/firefox_desktop.toml").write_text(DEFINITIONS)
    (hub / "jetstream/defaults/firefox_desktop.toml").write_text("[metrics]\n")
    (template, *_) = json.loads((REPOSITORY / "demo/experiments.json").read_text())
    experiments = []
    for slug, (config, end) in CASES.items():
        (hub / f"jetstream/{slug}.toml").write_text(config)
        own = {"slug": slug, "id": slug, "outcomes": [], "segments": [], "endDate": end}
        experiments.append(template | own)
    (path / "experiments.json").write_text(json.dumps(experiments))
    project.sync(hub, path / "experiments.json")
    return project


def locked_in(project: Path, slug: str) -> LockedExperiment:
    return read_lock(held_locks(project)[slug])


def costs(project: Path, slug: str, until: dt.date | None = None) -> Costs:
    return costs_of(locked_in(project, slug), TODAY, until)


def test_the_original_reads_1022_source_days_where_74_exist(cases: Project) -> None:
    """One data source, all six periods, both bases; 45 days from the start to the end.

    Units enroll on 8 dates, so that a window of n days needs n + 7 dates of telemetry. The last
    enrollment date is day 7, and day 45 the last.

        daily             39 windows, due on days 7 to 45        39 * (1 + 7)    =  312
        weekly            due on days 13, 20, 27, 34, 41          5 * (7 + 7)    =   70
        28 days           due on day 34; the next on day 62       1 * (28 + 7)   =   35
        overall           45 - 8 + 1 = 38 days                         38 + 7    =   45
        7 days before                                                   7 + 7    =   14
        28 days before                                                 28 + 7    =   35
                                                                                 ------
                                                                                    511, twice

    What exists is days -28 to 45: 28 + 46 = 74, and each is read once here.
    """
    found = costs(cases.path, "forty-five-days")
    (source,) = (source for source in found.sources if source.name == "clients_daily")
    assert source.tables == ("mozdata.telemetry.clients_daily",)
    assert found.original.of(source).source_days == 1022
    assert found.here.of(source).source_days == 74
    assert found.distinct_days(source) == 74
    # Enrollment and exposure events, once each on 8 dates.
    (events,) = (source for source in found.sources if source.name == "enrollment events")
    for plan in (found.here, found.original):
        assert plan.of(events).source_days == 16
        assert plan.source_days == plan.of(source).source_days + 16


def time_limits(period: str, start: dt.date, end: dt.date, date: dt.date) -> TimeLimits | None:
    """What mozanalysis says of the window that the original computes for a date, if one is due.

    As in `Analysis._get_timelimits_if_ready` of mozilla-jetstream, with 8 enrollment dates.
    """
    dates = {"first_enrollment_date": str(start), "num_dates_enrollment": 8}
    before, length = str(date - DAY), (end - start).days - 8 + 1
    single = {"last_date_full_data": before, **dates}
    if period == "overall":
        limits = {"analysis_start_days": 0, "analysis_length_dates": length, **single}
        # mozanalysis refuses an empty window.
        is_due = date == end and length > 0
        return TimeLimits.for_single_analysis_window(**limits) if is_due else None
    if period.startswith("preenrollment"):
        days = 7 if period == "preenrollment_weekly" else 28
        limits = {"analysis_start_days": -days, "analysis_length_dates": days, **single}
        is_due = date == start + 8 * DAY
        return TimeLimits.for_single_analysis_window(**limits) if is_due else None
    today, yesterday = (series(period, on, dates) for on in (str(date), before))
    is_new = today is not None and (
        yesterday is None or len(today.analysis_windows) > len(yesterday.analysis_windows)
    )
    return last_window(today) if today is not None and is_new else None


def series(period: str, date: str, dates: dict[str, Any]) -> TimeLimits | None:
    label = {"daily": "daily", "weekly": "weekly", "days28": "28_day"}[period]
    try:
        return TimeLimits.for_ts(last_date_full_data=date, time_series_period=label, **dates)
    except ValueError:
        return None


def last_window(limits: TimeLimits) -> TimeLimits:
    last = limits.analysis_windows[-1]
    return TimeLimits(
        first_enrollment_date=limits.first_enrollment_date,
        last_enrollment_date=limits.last_enrollment_date,
        first_date_data_required=str(
            dt.date.fromisoformat(limits.first_enrollment_date) + last.start * DAY
        ),
        last_date_data_required=limits.last_date_data_required,
        analysis_windows=[last],
    )


def due(found: Costs) -> Iterator[tuple[str, dt.date, TimeLimits]]:
    """Yield period, date and limits of everything that the original computes."""
    life = found.definition.life
    date = life.start
    while date <= life.end:
        for node in found.definition.periods:
            limits = time_limits(node.meta["period"], life.start, life.end, date)
            if limits is not None:
                yield node.meta["period"], date, limits
        date += DAY


def required(limits: TimeLimits) -> tuple[dt.date, dt.date]:
    first, last = limits.first_date_data_required, limits.last_date_data_required
    return dt.date.fromisoformat(first), dt.date.fromisoformat(last)


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


# Which data sources have a metric in each period: what the example hub says.
DEMO = {
    "pip-first-time-hint": {
        "daily": {"clients_daily", "events"},
        "weekly": {"clients_daily", "events"},
        "days28": {"clients_daily"},
        "overall": {"clients_daily", "events"},
        "preenrollment_weekly": {"clients_daily"},
    },
    "fenix-toolbar-shortcut": {
        "daily": {"clients_daily"},
        "weekly": {"clients_daily", "events_stream"},
        "days28": {"clients_daily", "events_stream"},
        "overall": {"clients_daily", "events_stream"},
        "preenrollment_weekly": {"clients_daily"},
    },
}


@pytest.mark.parametrize("slug", DEMO)
def test_the_demo_experiments_plans_are_mozanalysis(slug: str) -> None:
    found = costs(REPOSITORY, slug)
    expected: Planned = Counter()
    for period, date, limits in due(found):
        for name in DEMO[slug][period]:
            expected[(period, date, name, *required(limits))] += 2  # bases
    assert planned(found) == expected


DATE = r"(?:DATE_(?:ADD|SUB)\()?'(\d{4}-\d\d-\d\d)'(?:,\s*INTERVAL\s+(-?\d+)\s+DAY\))?"
BETWEEN = re.compile(rf"BETWEEN\s+{DATE}\s+AND\s+{DATE}", re.IGNORECASE)


def ranges(sql: str) -> list[tuple[dt.date, dt.date]]:
    """The literal dates between which BigQuery SQL reads."""
    found = []
    for match in BETWEEN.finditer(sql):
        sign = -1 if "DATE_SUB" in match[0].upper() else 1
        first = dt.date.fromisoformat(match[1]) + sign * int(match[2] or 0) * DAY
        found.append((first, dt.date.fromisoformat(match[3]) + int(match[4] or 0) * DAY))
    return found


def days_in(found: list[tuple[dt.date, dt.date]]) -> int:
    return sum((last - first).days + 1 for first, last in found)


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


def test_an_own_enrollment_query_counts_as_its_tables_on_the_enrollment_dates(
    cases: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    found = costs(cases.path, "own-query")
    (source, *_) = found.sources
    tables = ("mozdata.telemetry.events", "mozdata.telemetry.own_enrollments")
    assert source.tables == tables
    assert found.here.of(source).source_days == 8 + 8
    assert main(["cost", "own-query", f"--project-dir={cases.path}"]) == 0
    assert "Its own enrollment query is taken to read" in capsys.readouterr().out


def test_the_original_does_nothing_for_an_experiment_that_ends_with_enrollment_but_its_first_day(
    cases: Project,
) -> None:
    """It would compute the week before on the day after the end. We compute it with enrollment."""
    found = costs(cases.path, "ends-with-enrollment")
    # Day 0, for both bases; 8 enrollment dates, twice.
    assert found.original.source_days == 2 * 8 + 16
    # Days -28 to 7, and the same events.
    assert found.here.source_days == 28 + 8 + 16


def test_an_experiment_without_an_end_is_counted_up_to_today(cases: Project) -> None:
    locked = locked_in(cases.path, "open-ended")
    found = costs_of(locked, dt.date(2026, 3, 22), None)
    (source,) = (source for source in found.sources if source.name == "clients_daily")
    # Days 0 to 20. Weeks are due on days 13 and 20, for 14 dates each: `countries` is read then.
    assert found.here.of(source, Purpose.DAYS).source_days == 21
    assert found.here.of(source, Purpose.WINDOWS).source_days == 2 * 14
    # By the original: daily windows on days 7 to 20, for 8 dates each, and those weeks; both bases.
    assert found.original.of(source).source_days == 2 * (14 * 8 + 2 * 14)
    # Overall waits for an end.
    assert [s.name for s in found.sources] == ["enrollment events", "clients_daily"]


# Ours, against the macros on each date of the life.


class Life:
    """The project's macros for one experiment, as a run on each date would call them."""

    def __init__(self, locked: LockedExperiment) -> None:
        self.locked = locked
        self.renderer = Renderer(REPOSITORY, "bigquery")
        self.macros = self.renderer.macros
        self.asked: list[tuple[dt.date, dt.date]] = []
        self.telemetry = {t.key: Relation(t.dotted, t.name) for t in locked.tables}
        self.experiment = locked.nodes[0].meta["experiment"]
        self.see(newest_day=self.newest_day)

    def see(self, **names: Any) -> None:
        self.renderer.environment.globals.update(names)

    def newest_day(self, _relation: str, _date: str, first: dt.date, last: dt.date) -> dt.date:
        """Everything has arrived."""
        self.asked.append((first, last))
        return last

    def dates(self) -> Iterator[dt.date]:
        date = dt.date.fromisoformat(self.experiment["start_date"])
        while date <= dt.date.fromisoformat(self.experiment["end_date"]) + 3 * DAY:
            self.see(env_var=lambda name, *_, on=date: str(on) if name == "JETSTREAM_AS_OF" else "")
            yield date
            date += DAY

    def days(self, source: dict[str, Any]) -> list[tuple[dt.date, dt.date]]:
        """What keeps a table of days reads on each date."""
        found: list[tuple[dt.date, dt.date]] = []
        for _ in self.dates():
            last = found[-1][1] if found else None
            self.see(
                is_incremental=lambda on=last: on is not None, read_until=lambda _, on=last: on
            )
            days = self.macros["unread_days"](source, self.experiment, "e", self.telemetry)
            if days["first"] <= days["last"]:
                found.append((days["first"], days["last"]))
        return found

    def windows(self, lock: dict[str, Any]) -> list[tuple[dt.date, dt.date]]:
        """What the metrics of a period read of telemetry on each date."""
        found = []
        done: list[int] = []
        for _ in self.dates():
            all_due = self.macros["windows_due"](lock["windows"], self.experiment)
            missing = [window for window in all_due if window["index"] not in done]
            if not missing:
                continue
            self.see(windows_missing=lambda *_, new=missing: new, read_until=lambda _: dt.date.max)
            days = {part["name"]: "client_days" for part in lock["data_sources"]}
            new = self.macros["windows_to_compute"](lock, days, self.telemetry, None)
            assert new == missing
            done += [window["index"] for window in new]
            for part in lock["data_sources"]:
                if part["direct_metrics"]:
                    found += literal(self.macros["direct_metrics"](part, lock, new, self.telemetry))
        return found


LITERAL = re.compile(r"between date '([\d-]+)' and date '([\d-]+)'")
PAIR = re.compile(r">= date '([\d-]+)'\s+and \S+ <= date '([\d-]+)'")


def literal(sql: str) -> list[tuple[dt.date, dt.date]]:
    """The literal dates between which our SQL reads."""
    found = [*LITERAL.findall(sql), *PAIR.findall(sql)]
    return [(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) for first, last in found]


def of_plan(plan: Plan) -> list[tuple[dt.date, dt.date]]:
    return sorted((days.first, days.last) for scan in plan.scans for days in scan.days if len(days))


@pytest.mark.parametrize("slug", ["forty-five-days", "direct", "ends-with-enrollment", *DEMO])
def test_what_is_read_here_is_what_the_macros_read_on_each_date(cases: Project, slug: str) -> None:
    path = REPOSITORY if slug in DEMO else cases.path
    found = costs(path, slug)
    life = Life(found.definition.locked)
    days = [d for node in found.definition.client_days for d in life.days(node.meta["data_source"])]
    assert of_plan(found.here.of(None, Purpose.DAYS)) == sorted(days)
    windows = [d for node in found.definition.periods for d in life.windows(node.meta)]
    assert of_plan(found.here.of(None, Purpose.WINDOWS)) == sorted(windows)
    assert life.macros["enrollment_has_arrived"](found.definition.meta, life.telemetry)
    assert of_plan(found.arrival) == sorted(life.asked)


def test_a_signal_is_read_here_as_the_macros_read_it(cases: Project) -> None:
    found = costs(cases.path, "signal")
    life = Life(found.definition.locked)
    (signal,) = (source for source in found.sources if source.name == "exposure signal opened")
    assert found.definition.signal is not None
    expected = life.days(found.definition.signal)
    assert of_plan(found.here.of(signal, Purpose.DAYS)) == sorted(expected)


@pytest.mark.parametrize("slug", ["signal", "type-cirrus", "type-background-update", *DEMO])
def test_the_enrollments_are_read_as_their_model_reads_them(cases: Project, slug: str) -> None:
    path = REPOSITORY if slug in DEMO else cases.path
    found = costs(path, slug)
    (node, *_) = found.definition.locked.nodes
    sql = Renderer(REPOSITORY, "bigquery").render(found.definition.locked, lambda n: n is node)
    expected = literal(sql[node.name])
    assert of_plan(found.here.of(None, Purpose.ENROLLMENTS)) == sorted(expected)


@pytest.mark.parametrize("slug", DEMO)
def test_dbt_reads_the_days_that_are_counted(demo: Project, slug: str) -> None:
    """One run on the last day reads what daily runs read: each day once, and each window."""
    found = costs(demo.path, slug)
    folder = demo.path / "target/run/dbt_jetstream/models/experiments" / slug
    read: list[tuple[dt.date, dt.date]] = []
    for node in found.definition.locked.nodes:
        sql = folder / f"{node.name}.sql"
        if "enrollment" in node.meta or "data_source" in node.meta:
            read += literal(sql.read_text())
        elif "data_sources" in node.meta:
            # Client days have dates, too; telemetry is `ds`.
            telemetry = re.findall(r"ds\.\w+ between .*", sql.read_text())
            read += literal("\n".join(telemetry))
    assert days_in(read) == found.here.source_days


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The golden experiment, locked."""
    project = copy_project(tmp_path_factory.mktemp("cost-golden") / "project")
    project.sync(GOLDEN / "input/metric_hub", GOLDEN / "input/experiments.json")
    return project


FILE = re.compile(r"pip_toggle_visibility_(enrollments|exposures)_(\w+)_(\d+)")


@requires_golden
def test_the_original_rendered_the_dates_that_are_counted(golden: Project) -> None:
    """Every file of the golden SQL, by basis, period and window."""
    found = costs(golden.path, "pip-toggle-visibility")
    tables = {"day": "daily", "week": "weekly", "preenrollment_week": "preenrollment_weekly"}
    compared = 0
    for path in sorted((GOLDEN / "expected/sql").glob("pip_*.sql")):
        match = FILE.fullmatch(path.stem)
        assert match
        basis, table, index = match.groups()
        (model,) = (
            node.name
            for node in found.definition.periods
            if node.meta["period"] == tables.get(table, table)
        )
        scans = [
            scan
            for scan in found.original.of(None, Purpose.WINDOWS).scans
            if (scan.read.model, scan.read.bases) == (model, (basis,))
        ]
        on = sorted({scan.on for scan in scans})[int(index) - 1]
        expected = [d for scan in scans if scan.on == on for d in scan.days]
        assert sorted(ranges(path.read_text())) == sorted((d.first, d.last) for d in expected)
        compared += len(expected)
    # Days 1, 2, 7, 28 and 39, weeks 1 and 4 and overall read two data sources, 28 days and both
    # windows before enrollment one.
    assert compared == 2 * (8 * 2 + 3 * 1)
    sql = (GOLDEN / "expected/sql/enrollments_pip_toggle_visibility.sql").read_text()
    assert of_plan(found.original.of(None, Purpose.ENROLLMENTS)) == sorted(ranges(sql))


@requires_golden
def test_the_golden_experiment_s_daily_source_has_the_same_figures(golden: Project) -> None:
    """45 days, 8 enrollment dates, all six periods: as above. Segments read 13 + 8 days more."""
    found = costs(golden.path, "pip-toggle-visibility")
    (source,) = (source for source in found.sources if source.name == "clients_daily")
    assert found.original.of(source, Purpose.WINDOWS).source_days == 1022
    assert found.here.of(source, Purpose.DAYS).source_days == 74
    assert found.here.of(source, Purpose.ENROLLMENTS).source_days == 13 + 8


# Bytes.


def asked_days(sql: str) -> int:
    """Days of telemetry that there is: until the end of the century."""
    found = [(f, last) for f, last in literal(sql) if last < dt.date(2100, 1, 1)]
    return days_in(found)


def test_bytes_are_those_of_a_day_times_days_and_those_of_every_query(cases: Project) -> None:
    """A server that answers 70 bytes per query and 1,000 per day and range of dates."""
    found = costs(cases.path, "direct")
    prices = Prices(REPOSITORY, lambda sql: 70 + 1000 * asked_days(sql), TODAY)
    for plan in (found.here, found.original):
        expected = 70 * len(plan.scans) + 1000 * plan.source_days
        assert prices.bytes_of_plan(found.definition, plan) == expected


def test_a_week_at_the_end_is_asked_about_and_a_day_without_telemetry(cases: Project) -> None:
    asked: list[str] = []

    def bytes_of(sql: str) -> int:
        asked.append(sql)
        return 0

    found = costs(cases.path, "direct")
    today = dt.date(2026, 4, 1)
    Prices(REPOSITORY, bytes_of, today).bytes_of_plan(found.definition, found.original)
    dates = {days for sql in asked for days in literal(sql)}
    assert dates == {
        (START, LAST_ENROLLMENT),
        (today - 6 * DAY, today),
        (dt.date(9000, 1, 1), dt.date(9000, 1, 1)),
    }
    # The events; then daily, weekly in both bases and overall in one, twice each.
    assert len(asked) == 1 + 2 * 5


def columns(sql: str) -> set[str]:
    """Names of telemetry's columns that SQL mentions; here every one has a name of its own."""
    known = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b|\bcountry\b|\bexperiments\b", sql))
    return known & {
        "active_hours_sum",
        "search_count_all",
        "ad_clicks_count_all",
        "scalar_parent_browser_engagement_total_uri_count_sum",
        "is_default_browser",
        "country",
        "experiments",
        "submission_date",
        "client_id",
        "event_category",
        "event_method",
        "event_object",
        "event_string_value",
        "event_map_values",
    }


@requires_golden
@pytest.mark.parametrize("table", ["overall", "week", "day", "preenrollment_week"])
def test_the_query_that_is_priced_reads_the_columns_that_the_original_s_reads(
    golden: Project, table: str
) -> None:
    found = costs(golden.path, "pip-toggle-visibility")
    tables = {"day": "daily", "week": "weekly", "preenrollment_week": "preenrollment_weekly"}
    period = tables.get(table, table)
    renderer = Prices(REPOSITORY, lambda _: 0, TODAY).renderer
    scans = {
        scan.source: scan
        for scan in found.original.of(None, Purpose.WINDOWS).scans
        if scan.read.model == f"pip_toggle_visibility_{period}"
        and scan.read.bases == ("exposures",)
    }
    asked = [renderer.query(found.definition, s, s.days[0]) for s in scans.values()]
    assert all(
        f"`mozdata`.`telemetry`.`{x.name}`" in sql for x, sql in zip(scans, asked, strict=True)
    )
    path = GOLDEN / f"expected/sql/pip_toggle_visibility_exposures_{table}_1.sql"
    assert set().union(*map(columns, asked)) == columns(path.read_text())


# The command.


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
