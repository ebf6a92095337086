"""The split on real definitions: Mozilla's metric-hub."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conftest import SHARED
from dbt_jetstream.hub import Hub, definitions_of, read_hub
from dbt_jetstream.sql.dialect import SqlSyntaxError
from dbt_jetstream.sql.rollup import Rollup, split

METRIC_HUB = SHARED / "metric-hub"

pytestmark = pytest.mark.skipif(
    not METRIC_HUB.exists(), reason="needs a copy of metric-hub at ../shared/metric-hub"
)


def select_expressions(hub: Hub) -> list[tuple[str, str]]:
    """Every select expression with its date column; templates quote their parameters themselves."""
    environment = hub.configs.get_env()
    everything: list[Any] = [
        *hub.configs.definitions,
        *hub.configs.defaults,
        *hub.configs.configs,
        *hub.configs.outcomes,
    ]

    class AnyParameter:
        def __getattr__(self, name: str) -> str:
            return "parameter"

    found = []
    for entity in everything:
        sources = definitions_of(entity.spec, "data_sources")
        for metric in definitions_of(entity.spec, "metrics").values():
            if metric.select_expression:
                template = environment.from_string(metric.select_expression)
                source = sources.get(metric.data_source.name) if metric.data_source else None
                date = (source.submission_date_column if source else None) or "submission_date"
                found.append((template.render(parameters=AnyParameter()), date))
    return found


def test_at_least_93_percent_of_the_expressions_split_into_days() -> None:
    expressions = select_expressions(read_hub(Path(METRIC_HUB)))
    assert len(expressions) > 2000
    outcomes: Counter[str] = Counter()
    for sql, date_column in expressions:
        try:
            found = split(sql, date_column)
        except SqlSyntaxError as error:
            outcomes[f"unparsable: {str(error)[:80]}"] += 1
            continue
        outcomes["daily" if isinstance(found, Rollup) else "direct"] += 1
    share = outcomes["daily"] / len(expressions)
    assert share >= 0.93, outcomes
    assert len(expressions) - outcomes["daily"] - outcomes["direct"] <= 5, outcomes
