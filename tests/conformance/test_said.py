"""What is said of metric-hub's configs is true by the original's parser, and not too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from metric_config_parser.metric import Summary

from conformance.metric_hub import Resolved, Synced, requires_metric_hub
from dbt_jetstream.cli.told import problem_lines
from dbt_jetstream.common.errors import RefusedByValidate, WithoutEffect
from tiers import exhaustive

pytestmark = requires_metric_hub


def _names(summaries: Iterable[Summary]) -> Iterator[str]:
    for summary in summaries:
        yield summary.metric.name
        yield from _names(summary.metric.depends_on or [])


def _vain(synced: Synced) -> list[WithoutEffect]:
    """What configs define and nothing asks for."""
    found = [w for w in synced.report.warnings if isinstance(w, WithoutEffect)]
    return [warning for warning in found if "so that it has no effect" in warning.problem]


def test_what_is_called_unlisted_is_resolved_for_nobody(synced: Synced, resolved: Resolved) -> None:
    for warning in _vain(synced):
        _, config = resolved[Path(str(warning.path)).stem]
        table, _, name = warning.key.partition(".")
        used = {
            "metrics": {n for period in config.metrics.values() for n in _names(period)},
            "segments": {segment.name for segment in config.experiment.segments},
        }
        assert name not in used.get(table, set()), warning


def test_no_covariate_of_metric_hub_is_missing(synced: Synced) -> None:
    assert [w for w in synced.report.warnings if isinstance(w, RefusedByValidate)] == []


def test_a_first_sync_of_all_does_not_print_hundreds_of_lines(synced: Synced) -> None:
    lines = list(problem_lines(synced.report))
    assert len(lines) <= 60
    assert sum("have no effect" in line for line in lines) <= 1


@exhaustive
def test_these_are_all_that_nothing_asks_for(synced: Synced) -> None:
    found = Counter(warning.key.partition(".")[0] for warning in _vain(synced))
    assert found == {"metrics": 260, "segments": 19, "data_sources": 9}
