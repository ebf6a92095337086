"""How much is tested: a fixed sample of what is costly, or all of it.

`make test` takes the sample, so that people run it before they commit. `make test-all` sets
JETSTREAM_TESTS to `all`, and a workflow runs it every night; `make test-fast` sets it to `fast`,
which also leaves out what needs a dbt build, real configurations or a checkout.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

import pytest

TIER = os.environ.get("JETSTREAM_TESTS", "sample")
assert TIER in {"fast", "sample", "all"}, f"JETSTREAM_TESTS is {TIER}"
ALL, FAST = TIER == "all", TIER == "fast"
Item = TypeVar("Item")

# A test that says the same of more than the sample, or of what the sample cannot afford.
exhaustive = pytest.mark.skipif(not ALL, reason="takes long: `make test-all` runs it")


def sample(items: Sequence[Item], every: int) -> Sequence[Item]:
    """Take every so many-th item, or all."""
    return items if ALL else items[::every]


def number(sampled: int, everything: int) -> int:
    """How many to try."""
    return everything if ALL else sampled
