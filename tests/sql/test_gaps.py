"""Gaps: SQL that cannot run on DuckDB, told in a line that names what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from conftest import SHARED
from dbt_jetstream.inputs.hub import definitions_of, read_hub
from dbt_jetstream.lock.definition.values import Fragment
from dbt_jetstream.lock.parts.fragments import expression, from_clause, gap_of, query
from dbt_jetstream.sql.compatibility import gap, on_bigquery
from dbt_jetstream.sql.dialect import parse_expression, to_duckdb
from tiers import ALL, exhaustive, number, sample

METRIC_HUB = SHARED / "metric-hub"
GAPS = {
    "SUM(mozfun.hist.no_such(x))": "mozfun.hist.no_such has no form on DuckDB",
    "`a-project`.udf.f(x) + `a-project.udf.f`(y)": "a-project.udf.f has no form on DuckDB",
    "NET.HOST(x) = 'a' OR FARM_FINGERPRINT(x) = 1":
        "FARM_FINGERPRINT and NET.HOST have no form on DuckDB",
    "COALESCE(SUM(x), 0)": None,
    "mozfun.map.get_key(x, 'a').branch": None,
    "mozfun.MAP.GET_KEY(x, 'a')": None,
    "ROW_NUMBER() OVER (PARTITION BY x ORDER BY y)": None,
}  # fmt: skip


@pytest.mark.parametrize("sql", GAPS)
def test_a_gap_names_the_function_as_bigquery_writes_it(sql: str) -> None:
    assert gap(to_duckdb(parse_expression(sql))) == GAPS[sql]


@pytest.mark.parametrize(
    "sql",
    [
        "{telemetry.clients_daily}",
        "{telemetry.main} AS m CROSS JOIN UNNEST(m.x) AS _t0(x)",
        "(\n    SELECT mozfun_norm_os(os) FROM {mozdata__telemetry.main} AS m\n)",
        "WITH a AS (SELECT 1 AS b) SELECT b FROM a",
        "{'key': 1}",
    ],
)
def test_expressions_queries_and_what_follows_from_are_understood(sql: str) -> None:
    assert gap(sql) is None


@pytest.mark.parametrize("sql", ["SUM(x", "(SELECT a FROM {telemetry.main} WHERE)", "WITH a b"])
def test_what_duckdb_cannot_parse_is_a_gap_in_one_line(sql: str) -> None:
    reason = gap(sql)
    assert reason is not None
    assert reason.startswith("DuckDB cannot parse it: ")
    assert "\n" not in reason


# Mozilla keeps both functions private; the public repository holds stubs for tests.
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("FARM_FINGERPRINT(x)", "BigQuery is not concerned"),
        ("SUM(acme.fn.f(x))", "BigQuery computes it if it has `acme.fn.f`"),
        ("SUMM(x)", "BigQuery computes it if it has `SUMM`; did you mean `SUM`?"),
        ("COUNTIFF(x > 1)", "BigQuery computes it if it has `COUNTIFF`; did you mean `COUNTIF`?"),
        ("a.b(x) + FARM_FINGERPRINT(x)", "BigQuery computes it if it has `a.b`"),
    ],
)
def test_bigquery_is_not_concerned_only_where_its_functions_are_known(sql: str, said: str) -> None:
    reason = gap_of(expression(sql))
    assert reason is not None
    assert on_bigquery(reason) == said


NORMALIZE = "moz-fx-data-shared-prod.udf.normalize_search_engine has no form on DuckDB"
MONETIZED = "moz-fx-data-shared-prod.udf.monetized_search has no form on DuckDB"
ENGINES = ("baidu", "bing", "ddg", "ecosia", "google", "qwant")
UPDATES = ("donoharm", "launch-extention", "launch-hold")
GAPS_OF_METRIC_HUB = {
    NORMALIZE: {
        "recent-searches.google_default",
        *(f"address-bar-update-{one}.{it}_default_search" for one in UPDATES for it in ENGINES),
    },
    MONETIZED: {
        "new-unified-search-for-firefox-android.monetized_google_searches",
        "new-unified-search-for-firefox-android.nonmonetized_google_searches",
    },
}


class _AnyParameter:
    def __getattr__(self, name: str) -> str:
        return "parameter"


def _from_clauses(sources: dict[str, Any]) -> Iterator[tuple[str, Fragment]]:
    for name, source in sources.items():
        if source.from_expression:
            yield name, from_clause(source.from_expression.format(dataset="telemetry"))[0]


def _definitions(spec: Any) -> Iterator[tuple[str, Any]]:
    """Metrics, segments and the exposure signal of a file: what has a select expression."""
    yield from definitions_of(spec, "metrics").items()
    if hasattr(spec, "segments"):
        yield from spec.segments.definitions.items()
    signal = getattr(getattr(spec, "experiment", None), "exposure_signal", None)
    if signal is not None:
        yield signal.name, signal


def _fragments() -> Iterator[tuple[str, Fragment]]:
    """Every fragment of SQL in metric-hub, with the name of what it defines."""
    configs = read_hub(METRIC_HUB).configs
    environment = configs.get_env()
    for entity in (*configs.definitions, *configs.defaults, *configs.configs, *configs.outcomes):
        spec: Any = entity.spec
        yield from _from_clauses(definitions_of(spec, "data_sources"))
        if hasattr(spec, "segments"):
            yield from _from_clauses(spec.segments.data_sources)
        enrollment_query = getattr(getattr(spec, "experiment", None), "enrollment_query", None)
        if enrollment_query:
            yield entity.slug, query(enrollment_query)[0]
        for name, definition in _definitions(spec):
            if getattr(definition, "select_expression", None):
                template = environment.from_string(definition.select_expression)
                yield (
                    f"{entity.slug}.{name}",
                    expression(template.render(parameters=_AnyParameter())),
                )


@exhaustive
@pytest.mark.skipif(
    not METRIC_HUB.exists(), reason="needs a copy of metric-hub at ../shared/metric-hub"
)
def test_of_the_real_definitions_only_those_with_private_functions_have_a_gap() -> None:
    found: dict[str, set[str]] = {}
    seen: Counter[bool] = Counter()
    for name, fragment in sample([*_fragments()], 4):
        reason = gap_of(fragment)
        seen[reason is None] += 1
        if reason is not None:
            found.setdefault(reason, set()).add(name)
    if ALL:
        assert found == GAPS_OF_METRIC_HUB
    for reason, names in found.items():
        assert names <= GAPS_OF_METRIC_HUB[reason]
    assert seen[True] > number(700, 3000)
