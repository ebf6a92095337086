"""What Google's analyzer says of metric-hub's own configs, by the types of Mozilla's telemetry."""

from __future__ import annotations

import re

import pytest

from conformance.metric_hub import GONE_COLUMNS, Synced, requires_metric_hub
from conftest import SHARED
from dbt_jetstream.review.types.check import TypeChecker
from dbt_jetstream.review.types.telemetry import read_types

TYPES = SHARED / "zetasql/telemetry-columns.json.gz"
pytestmark = [
    requires_metric_hub,
    pytest.mark.skipif(
        not TYPES.exists(),
        reason="needs the types of Mozilla's telemetry, at ../shared/zetasql",
    ),
]
# Others have no array any more where configs expect one, or list no `client_id`.
GONE = re.compile(
    rf"column `({GONE_COLUMNS})` does not exist in "
    r"|UNNEST contains expression of type INT64"
    r"|column `client_id` does not exist in exposed: .* but the SELECT"
)
UNKNOWN = re.compile(r"no columns of \S+ are known|the function \S+ is not|\w+ is not known to the")


def test_nothing_else_is_wrong_with_real_configs(synced: Synced) -> None:
    checker = TypeChecker(read_types(TYPES))
    number, wrong, untyped = 0, [], []
    for locked in synced.report.experiments:
        found = checker.look(locked, lambda *_: None)
        number += found.number
        others = [error for error in found.errors if not GONE.search(error.line)]
        wrong += [f"{locked.slug}: {error}" for error in others]
        untyped += [reason for reason in found.untyped.values() if not UNKNOWN.match(reason)]
    assert number > 20 * len(synced.report.experiments)
    assert not wrong
    assert not untyped
