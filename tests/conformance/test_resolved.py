"""Metrics, statistics and segments are those that the original's parser resolves."""

from __future__ import annotations

from typing import Any

from metric_config_parser.metric import AnalysisPeriod

from conformance.metric_hub import Resolved, columns, requires_metric_hub
from dbt_jetstream.statistics.catalogue import PRE_TREATMENTS, STATISTICS

pytestmark = requires_metric_hub


def test_metrics_and_bases_of_each_period_are_the_original_s(
    resolved: Resolved,
) -> None:
    for slug, (locked, config) in resolved.items():
        for period in AnalysisPeriod:
            metrics = {s.metric.name: s.metric for s in config.metrics[period]}
            upstream = [s.metric for m in metrics.values() for s in m.depends_on or []]
            expected = {m.name: m for m in [*upstream, *metrics.values()] if m.select_expression}
            found = columns(locked, period)
            assert {*found} == {*expected}, (slug, period)
            for name, metric in found.items():
                bases = [basis.value for basis in expected[name].analysis_bases]
                assert metric["bases"] == bases, (slug, name)


def test_statistics_and_their_parameters_are_the_original_s(
    resolved: Resolved,
) -> None:
    for slug, (locked, config) in resolved.items():
        (node,) = [
            node for node in locked.nodes if "statistics" in node.meta and "metadata" in node.meta
        ]
        found = {
            (s["metric"], s["statistic"], period): s
            for s in node.meta["statistics"]
            for period in s["periods"]
        }
        expected = {
            (s.metric.name, STATISTICS[s.statistic.name].label, period.table_suffix): s
            for period in AnalysisPeriod
            for s in config.metrics[period]
        }
        assert {*found} == {*expected}, slug
        for key, statistic in found.items():
            _assert_same_parameters(statistic, expected[key], (slug, key))


def _assert_same_parameters(statistic: dict[str, Any], summary: Any, where: Any) -> None:
    treatments = [
        {"name": p.name, **PRE_TREATMENTS[p.name].parameters, **p.args}
        for p in summary.pre_treatments
    ]
    assert statistic["pre_treatments"] == treatments, where
    for key in ("drop_highest", "grid_size", "log_space", "confidence_interval"):
        if key in summary.statistic.params:
            assert statistic[key] == summary.statistic.params[key], (where, key)
    adjustment = summary.statistic.params.get("covariate_adjustment")
    if adjustment and statistic.get("covariate"):
        covariate = statistic["covariate"]
        assert covariate["metric"] == adjustment.get("metric", statistic["metric"]), where


def test_segments_and_their_windows_are_the_original_s(
    resolved: Resolved,
) -> None:
    for slug, (locked, config) in resolved.items():
        found = {
            segment["name"]: (source["data_source"], source["window_start"], source["window_end"])
            for source in locked.nodes[0].meta["segment_sources"]
            for segment in source["segments"]
        }
        expected = {
            s.name: (s.data_source.name, s.data_source.window_start, s.data_source.window_end)
            for s in config.experiment.segments
        }
        assert found == expected, slug
