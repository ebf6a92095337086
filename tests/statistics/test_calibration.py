"""A small version of `make calibrate`: intervals hold the truth about as often as they say."""

from __future__ import annotations

import importlib.util
import math
import sys
from types import ModuleType

import pytest

from conftest import REPOSITORY
from tiers import number

EXPERIMENTS = number(300, 3000)
UNITS = 1000
# Four standard deviations of the share of so many intervals.
TOLERANCE = 4 * math.sqrt(0.95 * 0.05 / EXPERIMENTS)


@pytest.fixture(scope="module")
def calibrate() -> ModuleType:
    """The benchmark, whose folder is no package."""
    path = REPOSITORY / "benchmarks/calibrate.py"
    spec = importlib.util.spec_from_file_location("calibrate", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["calibrate"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("statistic", "shape"),
    [
        ("mean", "counts"),
        ("mean_lm", "counts"),
        ("mean_lm, adjusted", "normal"),
        ("decile 0.5", "normal"),
        ("binomial", "rate 0.3"),
        ("population_ratio", "normal"),
    ],
)
def test_intervals_hold_the_truth_nineteen_times_in_twenty(
    calibrate: ModuleType, statistic: str, shape: str
) -> None:
    found = calibrate.coverage(calibrate.Case(statistic, shape), UNITS, EXPERIMENTS)
    for share in found.values():
        assert share == pytest.approx(0.95, abs=TOLERANCE)
