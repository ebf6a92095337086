"""Outcomes that can be computed, and configurations that the original refuses."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from metric_config_parser.config import ConfigCollection
from metric_config_parser.errors import DefinitionNotFound
from metric_config_parser.experiment import Branch, Experiment
from metric_config_parser.metric import AnalysisPeriod

from conformance.metric_hub import (
    EXPERIMENTS,
    HUB,
    columns,
    requires_metric_hub,
    resolved_by_original,
)
from conftest import REPOSITORY
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.inputs.hub import Hub
from dbt_jetstream.inputs.platforms import read_platforms
from dbt_jetstream.inputs.resolve import resolve
from dbt_jetstream.lock.document import lock
from dbt_jetstream.review.validate.sample import sample_experiment

pytestmark = requires_metric_hub
ANDROID = {"release-android-onboarding-redesign"}


def test_every_outcome_can_be_computed_on_its_platform(hub: Hub) -> None:
    platforms = read_platforms(REPOSITORY)
    outcomes = [file for file in hub.files if file.kind == "outcome"]
    assert len(outcomes) == 43
    for file in outcomes:
        experiment = sample_experiment(file, file.application)
        config = resolve(hub, experiment)
        locked = lock(hub, experiment, config, platforms[file.application])
        weekly = {*columns(locked, AnalysisPeriod.WEEK), *columns(locked, AnalysisPeriod.DAY)}
        overall = {*columns(locked, AnalysisPeriod.OVERALL)}
        assert weekly | overall, file.shown


def _experiment(slug: str) -> Experiment:
    start = dt.datetime(2024, 3, 4, tzinfo=dt.UTC)
    return Experiment(
        experimenter_slug=None,
        normandy_slug=slug,
        type="v6",
        status="Complete",
        branches=[Branch(slug="control", ratio=1), Branch(slug="treatment", ratio=1)],
        start_date=start,
        end_date=start + dt.timedelta(days=49),
        proposed_enrollment=7,
        reference_branch="control",
        is_high_population=False,
        app_name="fenix" if slug in ANDROID else "firefox_desktop",
    )


def test_what_the_original_refuses_is_refused_by_the_name_of_what_is_missing(
    hub: Hub, original: ConfigCollection
) -> None:
    resolved = {entry["slug"] for entry in json.loads(EXPERIMENTS.read_text())}
    slugs = {c.slug for c in original.configs} - resolved
    assert len(slugs) == 20
    for slug in sorted(slugs):
        experiment = _experiment(slug)
        with pytest.raises(Exception) as theirs:  # noqa: PT011 - of several unrelated types
            resolved_by_original(original, experiment)
        with pytest.raises(ConfigErrors) as ours:
            resolve(hub, experiment)
        missing = _missing(theirs.value)
        assert f"`{missing}`" in str(ours.value) or missing in str(ours.value), (slug, missing)
        assert str(Path(HUB / f"jetstream/{slug}.toml")) in str(ours.value)


def _missing(error: BaseException) -> str:
    """Find the name in the original's message: quoted, or the last word."""
    message = str(error)
    if isinstance(error, DefinitionNotFound):
        quoted = re.search(r"'([\w-]+)'", message)
        return quoted[1] if quoted else message.rsplit(maxsplit=1)[-1]
    return re.findall(r"'(\w+)'", message)[-1]
