"""Experiments of every platform, and a hub for them, to be compared with mozanalysis.

One case per platform, analysis unit, exposure signal and sample size, where these go together, and
one for every kind of limit that a signal's window can have.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from metric_config_parser.experiment import EnrollmentsQueryType

from telemetry import START
from tiers import sample

ENROLLMENT_PERIOD = 3
ENROLLMENT_DATES = ENROLLMENT_PERIOD + 1
LAST_ENROLLMENT = START + dt.timedelta(days=ENROLLMENT_PERIOD)
END = START + dt.timedelta(days=18)

Limit = int | str | None


@dataclass(frozen=True)
class Platform:
    """An application as the hub and experiments name it.

    Attributes:
        app_name: Also the name of its definitions.
        app_id: What Experimenter calls it; the dataset follows from it.
        query_type: How mozanalysis finds enrollments.
        use_glean_ids: mozanalysis' argument of this name.
        joins: Whether its data sources include one that joins another.
    """

    app_name: str
    app_id: str
    query_type: EnrollmentsQueryType
    use_glean_ids: bool | None = None
    joins: bool = False


DESKTOP = Platform("firefox_desktop", "firefox-desktop", EnrollmentsQueryType.NORMANDY, joins=True)
# Not in seeds/platforms.csv: desktop as it would be with each kind of client id.
LEGACY = Platform(
    "desktop_legacy", "firefox-desktop", EnrollmentsQueryType.NORMANDY, False, joins=True
)
# For mozanalysis this is Normandy with `use_glean_ids`, since only so it knows profile groups.
GLEAN = Platform(
    "desktop_glean", "firefox-desktop", EnrollmentsQueryType.NORMANDY, True, joins=True
)
FENIX = Platform("fenix", "org.mozilla.firefox", EnrollmentsQueryType.GLEAN_EVENT)
IOS = Platform("firefox_ios", "org.mozilla.ios.Firefox", EnrollmentsQueryType.GLEAN_EVENT)
CIRRUS = Platform("monitor_cirrus", "monitor.cirrus", EnrollmentsQueryType.CIRRUS)

PLATFORMS = (DESKTOP, LEGACY, GLEAN, FENIX, IOS, CIRRUS)
GLEAN_DATASETS = ("firefox_desktop", "org_mozilla_firefox", "org_mozilla_ios_firefox")
EXTRA_PLATFORMS = """\
desktop_legacy,firefox_desktop,normandy,legacy
desktop_glean,firefox_desktop,glean-event,glean
"""


@dataclass(frozen=True)
class Case:
    """An experiment: its platform, and what its own config says."""

    slug: str
    platform: Platform
    limits: tuple[Limit, Limit] | None = None
    settings: dict[str, object] = field(default_factory=dict)

    def config(self) -> str:
        """Write the experiment's own config."""
        lines = [f"{key} = {json.dumps(value)}" for key, value in self.settings.items()]
        text = "\n".join(["[experiment]", 'segments = ["active_before", "long_days"]', *lines, ""])
        return text + (_signal(*self.limits) if self.limits else "")

    def experiment(self) -> dict[str, object]:
        """Describe the experiment as Experimenter does."""
        return {
            "slug": self.slug,
            "appName": self.platform.app_name,
            "appId": self.platform.app_id,
            "branches": [{"slug": "control", "ratio": 1}, {"slug": "treatment", "ratio": 1}],
            "referenceBranch": "control",
            "startDate": START.isoformat(),
            "enrollmentEndDate": (LAST_ENROLLMENT - dt.timedelta(days=1)).isoformat(),
            "proposedEnrollment": ENROLLMENT_PERIOD,
            "endDate": END.isoformat(),
            "outcomes": [],
            "segments": [],
        }


def _signal(start: Limit, end: Limit) -> str:
    limits = {"window_start": start, "window_end": end}
    lines = [f"{key} = {json.dumps(value)}" for key, value in limits.items() if value is not None]
    return "\n".join(
        [
            "[experiment.exposure_signal]",
            'name = "opened"',
            'friendly_name = "Opened"',
            'description = "Opened what the experiment is about"',
            'data_source = "usage"',
            'select_expression = "opened > 2"',
            *lines,
            "",
        ]
    )


GROUPS = {"analysis_unit": "profile_group_id"}
UNITS = {
    "desktop": (DESKTOP, {}),
    "desktop-groups": (DESKTOP, GROUPS),
    "fenix": (FENIX, {}),
    "ios": (IOS, {}),
    "cirrus": (CIRRUS, {}),
}
# These with neither a signal nor a sample size, and with both.
MORE_UNITS = {
    "desktop-glean": (GLEAN, {}),
    "desktop-glean-groups": (GLEAN, GROUPS),
    "desktop-legacy": (LEGACY, {}),
    "fenix-fallback": (FENIX, {"enrollments_query_type": "fenix-fallback"}),
    "background-update": (DESKTOP, {"enrollments_query_type": "background-update"}),
}
NO_SIGNAL = ("", None)
SIGNAL = ("-signal", ("enrollment_start", "analysis_window_end"))
ALL = ("", {})
SAMPLE = ("-sampled", {"sample_size": 40})

# Nobody is exposed while enrollment lasts.
LATE = (5, 9)
WINDOW_LIMITS: dict[str, tuple[Limit, Limit]] = {
    "none": (None, None),
    "zero": (0, 0),
    "days": (1, 2),
    "days-before-and-after": (-3, 30),
    "days-after-enrollment": LATE,
    "enrollment": ("enrollment_start", "enrollment_end"),
    "last-day-of-enrollment": ("enrollment_end", None),
    "analysis-window": ("analysis_window_start", "analysis_window_end"),
    "from-analysis-window": ("analysis_window_start", 12),
}

# Its dates lie partly outside the enrollment dates.
CUSTOM_QUERY = """
SELECT
    client_id AS analysis_id,
    mozfun.map.get_key(event_map_values, 'branch') AS branch,
    DATE_ADD(MAX(submission_date), INTERVAL {days} DAY) AS enrollment_date, -- of the last event
    COUNT(*) AS num_enrollment_events
FROM `mozdata.telemetry.events`
WHERE event_method = 'enroll' AND event_string_value = '{{experiment.normandy_slug}}'
    AND submission_date BETWEEN '{{experiment.start_date_str}}'
    AND '{{experiment.last_enrollment_date_str}}'
GROUP BY 1, 2
"""


def all_cases() -> dict[str, Case]:
    """List the cases by their slugs."""
    crossed = [
        *product(UNITS.items(), (NO_SIGNAL, SIGNAL), (ALL, SAMPLE)),
        *((unit, NO_SIGNAL, ALL) for unit in MORE_UNITS.items()),
        *((unit, SIGNAL, SAMPLE) for unit in MORE_UNITS.items()),
    ]
    found = [
        Case(f"{name}{signal}{sampled}", platform, limits, settings | size)
        for (name, (platform, settings)), (signal, limits), (sampled, size) in crossed
    ]
    found += [Case(f"window-{name}", FENIX, limits) for name, limits in WINDOW_LIMITS.items()]
    early, late = ({"enrollment_query": CUSTOM_QUERY.replace("{days}", d)} for d in ("-2", "2"))
    found += [Case("custom", DESKTOP, None, early), Case("custom-late", DESKTOP, None, late)]
    found += [Case("custom-signal", DESKTOP, (1, 9), late)]
    return {case.slug: case for case in found}


# Built on two days; part of every sample.
IN_TWO_RUNS = ("fenix-signal", "window-days-before-and-after")
# One of each platform, unit and kind of enrollment, with nothing beside.
PLAIN = (*UNITS, *MORE_UNITS)
CASES = dict(sample([*all_cases().items()], 6)) | {slug: all_cases()[slug] for slug in IN_TWO_RUNS}

# An aggregate over days, one over rows of days, one that is read directly, and two that read the
# unit's exposure.
METRICS = {
    "minutes": "COALESCE(SUM(minutes), 0)",
    "longest": "MAX(ds.minutes)",
    "countries": "COUNT(DISTINCT country)",
    "days_exposed": "COUNTIF(ds.submission_date >= e.exposure_date)",
    "exposures": "ANY_VALUE(e.num_exposure_events)",
}
PERIODS = {
    "daily": ["minutes", "countries", "days_exposed"],
    "weekly": [*METRICS],
    "overall": [*METRICS],
    "preenrollment_weekly": ["minutes", "countries", "exposures"],
}
CLIENTS_DAILY = """\
from_expression = "mozdata.telemetry.clients_daily"
experiments_column_type = "simple"
"""
OTHER_IDS = 'glean_client_id_column = "glean_id"\nlegacy_client_id_column = "legacy_id"\n'
USAGE = {
    "firefox_desktop": CLIENTS_DAILY,
    "desktop_legacy": CLIENTS_DAILY + OTHER_IDS,
    "desktop_glean": CLIENTS_DAILY + OTHER_IDS,
    "fenix": """\
from_expression = "(SELECT p.*, p.client_info.client_id FROM `mozdata.{dataset}.baseline` AS p)"
experiments_column_type = "glean"
default_dataset = "no_such_dataset"
""",
    "firefox_ios": """\
from_expression = '''(
    SELECT *, DATE(submission_timestamp) AS submission_date FROM `mozdata.{dataset}.events_stream`
)'''
experiments_column_type = "events_stream"
default_dataset = "no_such_dataset"
""",
    "monitor_cirrus": """\
from_expression = "mozdata.monitor_frontend.sessions"
experiments_column_type = "none"
client_id_column = "nimbus_user_id"
""",
}

# A data source without other ids: those of `client_id_column` do for every kind.
JOINED = """
[data_sources.joined]
from_expression = "mozdata.telemetry.clients_daily"
experiments_column_type = "simple"

[data_sources.joined.joins.searches]
relationship = "one_to_many"
on_expression = '''
    searches.client_id = joined.client_id AND searches.submission_date = joined.submission_date
'''

[data_sources.searches]
from_expression = "mozdata.telemetry.searches"
experiments_column_type = "none"

[metrics.searches]
select_expression = "COALESCE(SUM(searches.number), 0)"
data_source = "joined"
"""
# mozanalysis knows no joins: the same tables joined by hand, and the metric over them.
JOINED_BY_HAND = """(
    SELECT days.*, found.number
    FROM `mozdata.telemetry.clients_daily` AS days
    LEFT JOIN `mozdata.telemetry.searches` AS found
    ON days.client_id = found.client_id AND days.submission_date = found.submission_date
)"""
SEARCHES_BY_HAND = "COALESCE(SUM(number), 0)"

SEGMENTS = """
[segments.active_before]
select_expression = "COALESCE(SUM(ds.minutes), 0) > 40"
data_source = "week_before"

[segments.long_days]
select_expression = "COALESCE(LOGICAL_OR(minutes > 20), FALSE)"
data_source = "days_around"
"""


def write_hub(folder: Path) -> None:
    """Write the definitions and defaults of all platforms, and the config of each case."""
    for name in ("definitions", "jetstream/defaults"):
        (folder / name).mkdir(parents=True)
    (folder / "definitions/functions.toml").write_text("[functions]\n")
    for platform in PLATFORMS:
        (folder / f"definitions/{platform.app_name}.toml").write_text(_definitions(platform))
        (folder / f"jetstream/defaults/{platform.app_name}.toml").write_text(_defaults(platform))
    for case in CASES.values():
        (folder / f"jetstream/{case.slug}.toml").write_text(case.config())


def _definitions(platform: Platform) -> str:
    usage = USAGE[platform.app_name]
    metrics = [
        f'[metrics.{name}]\nselect_expression = {json.dumps(sql)}\ndata_source = "usage"\n'
        for name, sql in METRICS.items()
    ]
    plain = "".join(line for line in usage.splitlines(True) if "experiments_column" not in line)
    windows = {"week_before": (-7, -1), "days_around": (-2, 1)}
    segment_sources = [
        f"[segments.data_sources.{name}]\n{plain}window_start = {start}\nwindow_end = {end}\n"
        for name, (start, end) in windows.items()
    ]
    joined = [JOINED] if platform.joins else []
    return "\n".join(
        [*metrics, f"[data_sources.usage]\n{usage}", *joined, SEGMENTS, *segment_sources]
    )


def _defaults(platform: Platform) -> str:
    searches = ["searches"] if platform.joins else []
    lists = {name: [*metrics, *searches] for name, metrics in PERIODS.items()}
    return "\n".join(
        [
            "[metrics]",
            *(f"{period} = {json.dumps(metrics)}" for period, metrics in lists.items()),
            *(f"[metrics.{name}.statistics.bootstrap_mean]" for name in [*METRICS, *searches]),
            "[metrics.minutes.statistics.linear_model_mean]",
            "",
        ]
    )


def write_experiments(file: Path) -> None:
    """Write the cases as Experimenter's list."""
    file.write_text(json.dumps([case.experiment() for case in CASES.values()]))
