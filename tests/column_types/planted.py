"""Mistakes of ten kinds, ten of each, in the words of configs of the example hub."""

from __future__ import annotations

from dataclasses import dataclass

METRIC = """
[metrics.{name}]
select_expression = '''{sql}'''
data_source = "{source}"
[metrics.{name}.statistics.bootstrap_mean]
"""
SEGMENT = """
[segments.{name}]
select_expression = '''{sql}'''
data_source = "days_before"
"""
SEGMENT_SOURCE = """
[segments.data_sources.days_before]
from_expression = "mozdata.telemetry.clients_daily"
"""
SOURCE = """
[data_sources.{name}]
from_expression = '''(SELECT {columns} FROM mozdata.telemetry.{table})'''
experiments_column_type = "{experiments}"
"""
ALL = "client_id, submission_date, experiments, country, search_count_all"


@dataclass(frozen=True)
class Planted:
    """One mistake.

    Attributes:
        metric: A select expression; empty where a segment has the mistake.
        segment: A segment's select expression.
        columns: What the metric's data source lists of its table; empty for all.
        table: That table.
        experiments: How the data source reports experiments.
        is_of_source: Whether the data source has the mistake.
    """

    metric: str = ""
    segment: str = ""
    columns: str = ""
    table: str = "clients_daily"
    experiments: str = "none"
    is_of_source: bool = False


def metrics(*sqls: str) -> list[Planted]:
    return [Planted(sql) for sql in sqls]


def sources(*given: tuple[str, str, str]) -> list[Planted]:
    return [Planted("COUNT(*)", "", c, t, e, is_of_source=True) for c, t, e in given]


# What each line says, and the mistakes.
KINDS: dict[str, tuple[str, list[Planted]]] = {
    "misspelt column": (
        r"column `\w+` does not exist in clients_daily; did you mean `\w+`\?",
        metrics(
            "SUM(activ_hours_sum)",
            "COALESCE(SUM(search_count_al), 0)",
            "COUNTIF(is_default_brwser)",
            "MAX(ds.ad_click_count_all)",
            "COUNT(DISTINCT contry)",
            "COUNTIF(country = 'DE' AND search_count_alll > 0)",
            "SUM(IF(country = 'US', active_hour_sum, 0))",
            "LOGICAL_OR(DATE_DIFF(e.enrollment_date, submision_date, DAY) > 1)",
            "SUM(CAST(sampel_id AS FLOAT64))",
            "COUNT(DISTINCT CONCAT(country, ds.profile_group_idd))",
        ),
    ),
    "column that a SELECT does not list": (
        r"column `\w+` does not exist in d\d: mozdata\.telemetry\.\w+ has it, but the SELECT",
        [
            Planted("SUM(active_hours_sum)", columns=ALL),
            Planted("COUNTIF(is_default_browser)", columns=ALL),
            Planted("SUM(ds.ad_clicks_count_all)", columns=ALL),
            Planted("COUNT(DISTINCT profile_group_id)", columns=ALL),
            Planted("MAX(sample_id)", columns=ALL),
            Planted("COUNTIF(search_count_all > active_hours_sum)", columns=ALL),
            Planted("SUM(search_count_all)", columns="client_id, submission_date"),
            Planted(
                "COUNTIF(event_method = 'x')", "", "client_id, submission_date", table="events"
            ),
            Planted(
                "COUNTIF(event_object IS NULL)",
                columns="client_id, submission_date, event_method",
                table="events",
            ),
            Planted(
                "COUNT(DISTINCT country)",
                columns="client_id, DATE(submission_date) AS submission_date",
            ),
        ],
    ),
    "id, date or experiments not listed": (
        r"(the id of units|the date|the branch that rows report): column `\w+` does not exist in d",
        sources(
            ("submission_date, country", "clients_daily", "none"),
            ("client_id AS id, submission_date", "clients_daily", "none"),
            ("client_id AS client, submission_date", "clients_daily", "none"),
            ("UPPER(client_id), submission_date", "clients_daily", "none"),
            ("client_id, country", "clients_daily", "none"),
            ("client_id, submission_date AS day", "clients_daily", "none"),
            ("client_id, event_method", "events", "none"),
            ("client_id, submission_date", "clients_daily", "simple"),
            ("client_id, submission_date, experiments AS running", "clients_daily", "simple"),
            ("client_id, submission_date, event_map_values", "events", "simple"),
        ),
    ),
    "argument of another type": (
        r"\S+ does not take ",
        metrics(
            "COUNTIF(search_count_all)",
            "COUNTIF(country)",
            "LOGICAL_OR(search_count_all)",
            "LOGICAL_AND(active_hours_sum)",
            "SUM(DATE_DIFF(submission_date, country, DAY))",
            "SUM(LENGTH(search_count_all))",
            "COUNTIF(STARTS_WITH(search_count_all, '1'))",
            "SUM(ROUND(country))",
            "COUNTIF(country > 1)",
            "SUM(search_count_all + country)",
        ),
    ),
    "sum of text, flags or dates": (
        r"(SUM|AVG|STDDEV_SAMP|VAR_SAMP|STDDEV|VARIANCE) does not take ",
        metrics(
            "SUM(country)",
            "AVG(country)",
            "SUM(is_default_browser)",
            "SUM(submission_date)",
            "AVG(submission_date)",
            "COALESCE(SUM(profile_group_id), 0)",
            "STDDEV(country)",
            "VARIANCE(is_default_browser)",
            "SUM(DISTINCT country)",
            "SUM(experiments)",
        ),
    ),
    "value without an aggregate": (
        r"has no aggregate, and a unit may have several rows",
        metrics(
            "search_count_all",
            "active_hours_sum / 2",
            "COALESCE(ad_clicks_count_all, 0)",
            "IF(country = 'DE', 1, 0)",
            "ds.sample_id",
            "SUM(search_count_all) / active_hours_sum",
            "CAST(country = 'DE' AS INT64)",
            "is_default_browser",
            "COUNT(*) + search_count_all",
            "LENGTH(country)",
        ),
    ),
    "aggregate of an aggregate": (
        r"an aggregate is computed of another",
        metrics(
            "SUM(COUNT(country))",
            "SUM(SUM(search_count_all))",
            "MAX(COUNTIF(is_default_browser))",
            "COUNTIF(SUM(search_count_all) > 0)",
            "AVG(MAX(active_hours_sum))",
            "SUM(IF(COUNT(*) > 1, 1, 0))",
            "LOGICAL_OR(LOGICAL_AND(is_default_browser))",
            "MIN(SUM(ad_clicks_count_all))",
            "COUNT(DISTINCT MAX(country))",
            "SUM(COALESCE(SUM(search_count_all), 0))",
        ),
    ),
    "unknown function": (
        r"BigQuery has no function `\w+`",
        metrics(
            "SUMM(search_count_all)",
            "COUNT_IF(is_default_browser)",
            "SUM(NVLL(search_count_all, 0))",
            "MEDIAN(search_count_all)",
            "SUM(DATEDIFF(submission_date, e.enrollment_date))",
            "SUM(CHARINDEX('a', country))",
            "COUNTIF(ISNULL(country))",
            "SUM(TO_NUMBER(country))",
            "BOOLOR_AGG(is_default_browser)",
            "SUM(LEN(country))",
        ),
    ),
    "segment that is no flag": (
        r"yields \S+, and a segment is true or false",
        [
            Planted(segment=sql)
            for sql in (
                "MAX(country)",
                "SUM(search_count_all)",
                "COUNT(*)",
                "ANY_VALUE(submission_date)",
                "COALESCE(SUM(active_hours_sum), 0)",
                "COUNTIF(is_default_browser)",
                "CAST(LOGICAL_OR(is_default_browser) AS STRING)",
                "IF(COUNT(*) > 0, 'yes', 'no')",
                "MIN(e.enrollment_date)",
                "ARRAY_AGG(country)",
            )
        ],
    ),
    "metric that no statistic can take": (
        r"yields .*, which only `count` takes; its statistics need numbers",
        metrics(
            "MAX(country)",
            "MIN(submission_date)",
            "ANY_VALUE(profile_group_id)",
            "ARRAY_AGG(country)",
            "STRING_AGG(country)",
            "ANY_VALUE(IF(is_default_browser, country, 'none'))",
            "APPROX_QUANTILES(search_count_all, 10)",
            "TO_JSON_STRING(MAX(search_count_all))",
            "MAX(CAST(submission_date AS TIMESTAMP))",
            "ANY_VALUE(STRUCT(country, search_count_all))",
        ),
    ),
}


def config_of(mistakes: list[Planted]) -> tuple[str, set[str]]:
    """Write a config with mistakes; returns it and the key of each."""
    tables, keys = [], set()
    for i, planted in enumerate(mistakes):
        if planted.segment:
            tables.append(SEGMENT.format(name=f"s{i}", sql=planted.segment))
            keys.add(f"segments.s{i}.select_expression")
            continue
        source = f"d{i}" if planted.columns else "clients_daily"
        tables.append(METRIC.format(name=f"m{i}", sql=planted.metric, source=source))
        if planted.columns:
            made = (source, planted.columns, planted.table, planted.experiments)
            named = dict(zip(("name", "columns", "table", "experiments"), made, strict=True))
            tables.append(SOURCE.format(**named))
        is_here = f"data_sources.{source}.from_expression"
        keys.add(is_here if planted.is_of_source else f"metrics.m{i}.select_expression")
    weekly = [f"m{i}" for i, planted in enumerate(mistakes) if planted.metric]
    segments = [f"s{i}" for i, planted in enumerate(mistakes) if planted.segment]
    head = f"[metrics]\nweekly = {weekly}\n[experiment]\nsegments = {segments}\n"
    return "".join([head, *tables, SEGMENT_SOURCE if segments else ""]), keys
