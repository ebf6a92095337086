"""The split on real definitions: Mozilla's metric-hub."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot.tokens import TokenType

from conftest import SHARED
from dbt_jetstream.inputs.hub import Hub, definitions_of, read_hub
from dbt_jetstream.sql.dialect import SqlSyntaxError, parse_expression
from dbt_jetstream.sql.rollup import Rollup, split

SAME_WORDS = {"INT": "INT64", "!=": "<>"}
# `t AS x` for `t x`, and JSON_VALUE's path, which is `$` where it is left out.
OPTIONAL_WORDS = {"AS", "$", ","}
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


def test_writing_an_expression_anew_for_bigquery_keeps_its_words() -> None:
    """Parts are written from the syntax tree, and no test here runs them on BigQuery."""
    changed = []
    for sql, _ in sorted(set(select_expressions(read_hub(Path(METRIC_HUB))))):
        try:
            written = parse_expression(sql).sql(dialect="bigquery", comments=False)
        except SqlSyntaxError:
            continue
        if _words(sql) != _words(written):
            changed.append((sql, written))
    assert changed == []


def _words(sql: str) -> Counter[str]:
    """Count words and strings: `x IS NOT NULL` and `NOT x IS NULL` have the same."""
    words: Counter[str] = Counter()
    for token in sqlglot.tokenize(sql, read="bigquery"):
        is_string = token.token_type in {TokenType.STRING, TokenType.RAW_STRING}
        word = token.text if is_string else token.text.upper()
        words[SAME_WORDS.get(word, word)] += 1
    return Counter({word: count for word, count in words.items() if word not in OPTIONAL_WORDS})
