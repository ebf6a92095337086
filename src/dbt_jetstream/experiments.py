"""Reads experiments in the form of Experimenter's v8 API (NimbusExperiment)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from metric_config_parser.experiment import Branch, BucketConfig, Experiment

from dbt_jetstream.errors import ConfigError, ConfigErrors


def read_experiments(path: Path) -> list[Experiment]:
    """Read a JSON array of experiments.

    Raises:
        ConfigErrors: If the file is no such array, or a value has the wrong form.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigErrors([ConfigError(path, "", f"cannot be read: {error.strerror}")]) from error
    except json.JSONDecodeError as error:
        raise ConfigErrors([ConfigError(path, "", f"not valid JSON: {error}")]) from error
    if not isinstance(found, list):
        problem = f"expected a JSON array of experiments, found {type(found).__name__}"
        raise ConfigErrors([ConfigError(path, "", problem)])
    errors: list[ConfigError] = []
    experiments = [_experiment(path, f"[{i}]", raw, errors) for i, raw in enumerate(found)]
    if errors:
        raise ConfigErrors(errors)
    return [experiment for experiment in experiments if experiment is not None]


def _experiment(path: Path, key: str, raw: Any, errors: list[ConfigError]) -> Experiment | None:
    if not isinstance(raw, dict) or not raw.get("slug"):
        errors.append(ConfigError(path, key, "expected an experiment with a `slug`"))
        return None
    try:
        return _structure(raw)
    except (KeyError, TypeError, ValueError) as error:
        reason = f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else str(error)
        errors.append(ConfigError(path, raw["slug"], reason))
        return None


def _structure(raw: dict[str, Any]) -> Experiment:
    end_date = _date(raw, "endDate")
    bucket = raw.get("bucketConfig")
    return Experiment(
        experimenter_slug=None,
        normandy_slug=raw["slug"],
        type="v6",
        status="Complete" if end_date else "Live",
        branches=[Branch(slug=b["slug"], ratio=b.get("ratio", 1)) for b in raw["branches"]],
        start_date=_date(raw, "startDate"),
        end_date=end_date,
        enrollment_end_date=_date(raw, "enrollmentEndDate"),
        proposed_enrollment=raw.get("proposedEnrollment"),
        reference_branch=raw.get("referenceBranch"),
        is_high_population=False,
        is_enrollment_paused=bool(raw.get("isEnrollmentPaused")),
        is_rollout=bool(raw.get("isRollout")),
        app_name=raw.get("appName") or "firefox_desktop",
        app_id=raw.get("appId"),
        outcomes=[outcome["slug"] for outcome in raw.get("outcomes") or []],
        segments=[segment["slug"] for segment in raw.get("segments") or []],
        bucket_config=_bucket(bucket) if bucket else None,
    )


def _date(raw: dict[str, Any], key: str) -> dt.datetime | None:
    """Read a date as midnight UTC; the parser's experiments hold datetimes."""
    value = raw.get(key)
    if value is None:
        return None
    try:
        return dt.datetime.strptime(value[:10], "%Y-%m-%d").replace(tzinfo=dt.UTC)
    except (TypeError, ValueError) as error:
        message = f"{key}: expected a date as YYYY-MM-DD, found {value!r}"
        raise ValueError(message) from error


def _bucket(raw: dict[str, Any]) -> BucketConfig:
    return BucketConfig(
        randomization_unit=raw["randomizationUnit"],
        namespace=raw["namespace"],
        start=raw["start"],
        count=raw["count"],
        total=raw.get("total", 10000),
    )
