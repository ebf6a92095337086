"""What each dbt test of the generated models promises, for the docs."""

from __future__ import annotations

from typing import Any

from dbt_jetstream.lock.nodes.node import own_test

PROMISES = {
    "accepted_values": "The column holds the listed values alone.",
    "no_silent_loss": "No declared result is missing without a reason.",
    "no_trust_warnings": "No trust check warns.",
    "not_null": "Every row has a value.",
    "one_row_per_enrolled_unit_and_window": (
        "In every analysis basis and window, each enrolled unit has one row per branch."
    ),
    "unique_key": "No two rows agree in all of the key's columns.",
}


def described(test: Any) -> Any:
    """Return a test, as dbt's properties files have it, with its description."""
    ((name, body),) = test.items() if isinstance(test, dict) else [(test, {})]
    promise = PROMISES.get(name.removeprefix(own_test("")))
    if promise is None or "description" in body:
        return test
    return {name: {"description": promise, **body}}
