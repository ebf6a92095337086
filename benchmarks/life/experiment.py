"""The experiment: 8 enrollment dates, 45 days, six periods, both bases, 13 metrics on 3 sources."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

SLUG = "whole-life"
TABLE = SLUG.replace("-", "_")
START = dt.date(2026, 3, 2)
ENROLLMENT_DATES = 8
LAST_ENROLLMENT = START + dt.timedelta(days=ENROLLMENT_DATES - 1)
DAYS = 45
END = START + dt.timedelta(days=DAYS)
HISTORY_DAYS = 28
FIRST_DAY = START - dt.timedelta(days=HISTORY_DAYS)
TELEMETRY_DAYS = HISTORY_DAYS + DAYS + 1
BRANCHES = ("control", "treatment")

# By data source: the metrics, BigQuery SQL, and what is estimated of each.
METRICS = {
    "clients_daily": {
        "active_hours": ("COALESCE(SUM(active_hours_sum), 0)", "bootstrap_mean"),
        "uri_count": ("COALESCE(SUM(uri_count), 0)", "bootstrap_mean"),
        "search_count": ("COALESCE(SUM(search_count), 0)", "bootstrap_mean"),
        "ad_clicks": ("COALESCE(SUM(ad_clicks), 0)", "bootstrap_mean"),
        "days_of_use": ("COUNT(ds.submission_date)", "bootstrap_mean"),
        "retained": ("COALESCE(COUNT(ds.submission_date) > 0, FALSE)", "binomial"),
        "is_default_browser": ("COALESCE(LOGICAL_OR(is_default_browser), FALSE)", "binomial"),
        "most_tabs": ("MAX(max_tabs)", "deciles"),
    },
    "events": {
        "tips_shown": (
            "COALESCE(COUNTIF(event_category = 'tips' AND event_method = 'show'), 0)",
            "bootstrap_mean",
        ),
        "tips_followed": (
            "COALESCE(COUNTIF(event_category = 'tips' AND event_method = 'follow'), 0)",
            "bootstrap_mean",
        ),
        "used_tips": ("COALESCE(LOGICAL_OR(event_category = 'tips'), FALSE)", "binomial"),
    },
    # Cannot be combined from days: the direct path.
    "searches": {
        "engines_used": ("COUNT(DISTINCT engine)", "bootstrap_mean"),
        "countries_seen": ("COUNT(DISTINCT country)", "bootstrap_mean"),
    },
}
DAILY_SOURCES = ("clients_daily", "events")
DIRECT_SOURCES = ("searches",)
TABLES = {name: f"telemetry.{name}" for name in METRICS}
# How rows tell that their client is in an experiment.
EXPERIMENTS_COLUMN = {"clients_daily": "simple", "events": "none", "searches": "none"}
# In the spelling of metric-hub.
PERIODS = (
    "daily",
    "weekly",
    "28_day",
    "overall",
    "preenrollment_weekly",
    "preenrollment_days28",
)


def write_hub(folder: Path) -> None:
    """Write the metrics and the experiment's config, in metric-hub's layout."""
    for name in ("definitions", "jetstream/defaults"):
        (folder / name).mkdir(parents=True)
    (folder / "definitions/functions.toml").write_text("[functions]\n")
    (folder / "definitions/firefox_desktop.toml").write_text(_definitions())
    (folder / "jetstream/defaults/firefox_desktop.toml").write_text("[metrics]\n")
    (folder / f"jetstream/{SLUG}.toml").write_text(_config())


def write_experiments(file: Path) -> None:
    """Write the experiment in Experimenter's form."""
    experiment = {
        "slug": SLUG,
        "appName": "firefox_desktop",
        "appId": "firefox-desktop",
        "branches": [{"slug": branch, "ratio": 1} for branch in BRANCHES],
        "referenceBranch": BRANCHES[0],
        "startDate": START.isoformat(),
        "enrollmentEndDate": (LAST_ENROLLMENT - dt.timedelta(days=1)).isoformat(),
        "proposedEnrollment": ENROLLMENT_DATES - 1,
        "endDate": END.isoformat(),
        "outcomes": [],
        "segments": [],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([experiment]), encoding="utf-8")


def _definitions() -> str:
    sources = [
        f'[data_sources.{name}]\nfrom_expression = "mozdata.{table}"\n'
        f'experiments_column_type = "{EXPERIMENTS_COLUMN[name]}"\n'
        for name, table in TABLES.items()
    ]
    metrics = [
        f'[metrics.{name}]\nselect_expression = "{sql}"\ndata_source = "{source}"\n'
        for source, found in METRICS.items()
        for name, (sql, _) in found.items()
    ]
    return "\n".join([*sources, *metrics])


def _config() -> str:
    names = [name for found in METRICS.values() for name in found]
    lines = ["[metrics]", *(f"{period} = {json.dumps(names)}" for period in PERIODS)]
    for found in METRICS.values():
        for name, (_, statistic) in found.items():
            bases = '["enrollments", "exposures"]'
            lines += [f"[metrics.{name}]", f"analysis_bases = {bases}"]
            lines += [f"[metrics.{name}.statistics.{statistic}]"]
    return "\n".join([*lines, ""])
