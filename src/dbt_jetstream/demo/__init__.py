"""Synthetic telemetry with known effects, to run the whole project without a warehouse.

`generate` writes it, `last_date` says up to which day it reaches, `TRUE_EFFECTS` what a perfect
analysis would find.
"""

from dbt_jetstream.demo.experiments import DESKTOP, FENIX, TRUE_EFFECTS, DemoExperiment
from dbt_jetstream.demo.generate import generate
from dbt_jetstream.demo.schedule import (
    DEFAULT_DAYS,
    HISTORY_DAYS,
    LAST_ENROLLMENT_DAY,
    START_DATE,
    last_date,
)

__all__ = [
    "DEFAULT_DAYS",
    "DESKTOP",
    "FENIX",
    "HISTORY_DAYS",
    "LAST_ENROLLMENT_DAY",
    "START_DATE",
    "TRUE_EFFECTS",
    "DemoExperiment",
    "generate",
    "last_date",
]
