"""All that builds of metric-hub's experiments send, asked of Google's analyzer.

Telemetry has the types of Mozilla's public schemas. A table that has none there cannot be looked
into, and neither can what is made from it.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, ClassVar

import pytest

from conformance.metric_hub import GONE_COLUMNS, LARGEST, Synced, requires_metric_hub
from conftest import REPOSITORY, SHARED
from dbt_jetstream.common.naming import normalise
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.render import SCHEMA, last_day
from dbt_jetstream.review.types.telemetry import Telemetry, read_types
from googlesql.checking import Checked, MeasuredTypes, checked, too_large
from tiers import ALL, number, sample

TYPES = SHARED / "zetasql/telemetry-columns.json.gz"
pytestmark = [
    requires_metric_hub,
    pytest.mark.skipif(
        not TYPES.exists(),
        reason="needs the types of Mozilla's telemetry, at ../shared/zetasql",
    ),
]
SPREAD_EVERY = 20
# In full, so many tests: what either process has time for.
PARTS = number(1, 6)
UNKNOWN = re.compile(r"Table not found: (\S+?)[;\s]")
# Beside columns that are gone, and a signal whose SELECT lists no `client_id`: functions of
# BigQuery's that Google's analyzer does not have.
LACKING = re.compile(
    rf"(Unrecognized name: |Field name )({GONE_COLUMNS})\b"
    r"|Function not found: (MAX_BY|CONTAINS_SUBSTR)\b|UNNEST contains expression of type INT64"
    r"|Name client_id not found inside ds"
)


class SharedTypes(MeasuredTypes):
    """Asks once about statements that differ by the experiment's name, dates and hashes alone."""

    answers: ClassVar[dict[Any, tuple[str | None, dict[str, str]]]] = {}
    accepted: ClassVar[set[str]] = set()

    def __init__(self, telemetry: Telemetry, slug: str) -> None:
        super().__init__(telemetry)
        self.slug = slug

    def learn(self, name: str, create: str, schema: str = SCHEMA) -> str | None:
        # `*` says nothing of the columns that it stands for.
        read = {k: tuple(v.items()) for k, v in self._known.items() if f"`{k}`" in create}
        shape = (self._shape(create), self._shape(str(read)))
        if shape not in self.answers:
            refused = super().learn(name, create, schema)
            self.answers[shape] = refused, self.of(name)
            return refused
        refused, columns = self.answers[shape]
        if refused is None:
            self.take(name, columns, schema)
        return refused

    def refusal(self, sql: str) -> str | None:
        shape = self._shape(sql)
        if shape in self.accepted:
            return None
        refused = super().refusal(sql)
        if refused is None:
            self.accepted.add(shape)
        return refused

    def _shape(self, sql: str) -> str:
        named = sql.replace(normalise(self.slug), "slug").replace(self.slug, "slug")
        hashed = re.sub(r"'[0-9a-f]{16}'", "'hash'", named)
        return re.sub(r"\d{4}-\d{2}-\d{2}", "2024-01-01", hashed)


@pytest.mark.parametrize("part", range(PARTS))
def test_bigquery_takes_every_statement_of_real_experiments(synced: Synced, part: int) -> None:
    telemetry = read_types(TYPES)
    refused: dict[str, str] = {}
    asked, unknown = 0, 0
    large: list[str] = []
    chosen = _chosen(synced)[part::PARTS]
    for place, locked in enumerate(chosen):
        types = SharedTypes(telemetry, locked.slug)
        # A later build of each would take as long again, and sends much of the same.
        found = _checked(locked, types, is_built_again=not ALL or place % SPREAD_EVERY == 0)
        large += too_large(types, scans=40, nodes=20_000)
        asked += found.number
        mistakes = [(s, why) for s, why in found.refused if not UNKNOWN.match(f"{why} ")]
        has_types = all(table.dotted in telemetry for table in locked.tables)
        unknown += not has_types
        if has_types and not mistakes:
            mistakes = found.refused
        if mistakes:
            statement, why = mistakes[0]
            refused[locked.slug] = f"{statement.node} {statement.kind}: {why}"
    assert not [f"{slug}: {why}" for slug, why in refused.items() if not LACKING.search(why)]
    assert not large
    # Of each a hundred; of the largest, in a sample, what they create.
    assert asked > 100 * (len(chosen) - unknown - len(LARGEST)) + 15 * len(LARGEST)


def _chosen(synced: Synced) -> list[LockedExperiment]:
    """All experiments, or a spread of them with the first of the largest."""
    others = [e for e in synced.report.experiments if e.slug not in LARGEST]
    largest = [e for e in synced.report.experiments if e.slug in LARGEST]
    return [*sample(others, SPREAD_EVERY), *sample(largest, 5)]


def _checked(locked: LockedExperiment, types: SharedTypes, *, is_built_again: bool) -> Checked:
    last = last_day(locked)
    if locked.slug in LARGEST and not ALL:
        # What is large is what they create; all else is as it is of the others.
        return checked(REPOSITORY, locked, types, [(last, True)], kinds={"create"})
    builds = [(last, True), (last - dt.timedelta(days=14), False)]
    return checked(REPOSITORY, locked, types, builds[: 2 if is_built_again else 1])
