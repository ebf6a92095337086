"""BigQuery SQL of metric-hub, all or a sample: it can be parsed and reads few partitions."""

from __future__ import annotations

import re

from sqlglot import exp

from bigquery_sql.parsing import tree_of
from bigquery_statements import Statements
from conformance.metric_hub import Synced, requires_metric_hub
from conftest import REPOSITORY
from dbt_jetstream.common.naming import normalise
from dbt_jetstream.review.validate.rendered import holds_expressions
from partition_filters import scans
from tiers import ALL, sample

pytestmark = requires_metric_hub
# Summaries hold names alone, and their SQL takes seconds to parse: a few stand for all.
SUMMARIES_PARSED_EVERY = 60
# Tables of which BigQuery may have to read more than the dates that a model asks for, by model.
# Each is the doing of a data source or an enrollment query of the hub: it groups before anybody can
# filter, or reads a second table without a filter of its own. docs/bigquery.md tells of each.
EVENTS_STREAM = "mozdata.firefox_desktop.events_stream"
METRICS = "mozdata.firefox_desktop.metrics"
PROD = "moz-fx-data-shared-prod"
URLBAR = "mozdata.firefox_desktop.urlbar_events_daily_engagement_by_product_result_type"
NOT_PRUNED = {
    "chatbot_client_days": {EVENTS_STREAM},
    "crash_cleaned_client_days": {
        f"{PROD}.telemetry.events",
        f"{PROD}.telemetry.main",
        f"{PROD}.telemetry_stable.crash_v4",
    },
    "crash_hour_client_days": {
        f"{PROD}.telemetry_stable.main_v4",
        f"{PROD}.telemetry_stable.main_v5",
    },
    "enrollments": {
        EVENTS_STREAM,
        URLBAR,
        "mozdata.telemetry.desktop_active_users",
        f"{PROD}.fenix.firefox_android_clients",
        f"{PROD}.firefox_desktop.events_stream",
        f"{PROD}.firefox_desktop.onboarding",
        f"{PROD}.org_mozilla_ios_firefox.metrics",
        f"{PROD}.telemetry.clients_first_seen",
    },
    "exposure_days": {EVENTS_STREAM, URLBAR},
    "main_cleaned_client_days": {f"{PROD}.telemetry.events"},
    "overall": {EVENTS_STREAM},
    "pbm_ad_click_events_client_days": {f"{PROD}.firefox_desktop.events"},
    "pdf_images_alttext_client_days": {EVENTS_STREAM, METRICS},
    "profile_restore_events_v1_client_days": {METRICS},
    "sidebar_disable_client_days": {METRICS},
    "sidebar_toggle_client_days": {EVENTS_STREAM},
    "special_onboarding_events_client_days": {f"{PROD}.messaging_system.onboarding"},
    "special_onboarding_events_v2_client_days": {"mozdata.org_mozilla_firefox.events_stream"},
    "tab_group_create_client_days": {EVENTS_STREAM},
    "urlbar_product_autofill_client_days": {URLBAR},
    "web_app_events_client_days": {f"{PROD}.firefox_desktop.events_stream"},
    "weekly": {EVENTS_STREAM},
}


def test_the_bigquery_sql_of_each_can_be_parsed_and_reads_few_partitions(synced: Synced) -> None:
    statements = Statements(REPOSITORY)
    not_pruned: dict[str, set[str]] = {}
    seen: set[str] = set()
    for i, locked in enumerate(sample(synced.report.experiments, 3)):
        everything = i % SUMMARIES_PARSED_EVERY == 0
        wanted = (lambda _: True) if everything else holds_expressions
        telemetry = {table.dotted: None for table in locked.tables}
        for name, sql in statements.create(locked, wanted).items():
            shape = _without_names(sql, locked.slug)
            if shape in seen:
                continue
            seen.add(shape)
            create = tree_of(sql)
            assert isinstance(create, exp.Create)
            tables = {t for t, is_pruned in scans(create.expression, telemetry) if not is_pruned}
            if tables:
                model = name.replace(normalise(locked.slug), "").strip("_")
                not_pruned.setdefault(model, set()).update(tables)
    if ALL:
        assert not_pruned == NOT_PRUNED
    for model, tables in not_pruned.items():
        assert tables <= NOT_PRUNED[model], model


def _without_names(sql: str, slug: str) -> str:
    """What of SQL differs between experiments that are computed alike, replaced."""
    sql = sql.replace(normalise(slug), "slug").replace(slug, "slug")
    named_after_expressions = re.sub(r"\b\w+_[0-9a-f]{6}\b", "expression", sql)
    hashed = re.sub(r"'[0-9a-f]{16}'", "'hash'", named_after_expressions)
    return re.sub(r"\d{4}-\d{2}-\d{2}", "2024-01-01", hashed)
