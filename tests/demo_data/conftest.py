"""Telemetry of few and of many clients."""

from __future__ import annotations

import pytest

from demo_data.telemetry_tables import Connection, generated


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    return generated(tmp_path_factory.mktemp("demo") / "small.duckdb", 3_000)


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    return generated(tmp_path_factory.mktemp("demo") / "large.duckdb", 20_000)
