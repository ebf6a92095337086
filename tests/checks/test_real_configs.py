"""The checks on real configs, on the example hub's and on the golden experiment's."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from checks.desk import listed
from conftest import GOLDEN, REPOSITORY, SHARED
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.inputs.checks import check_config, check_experiment, check_wanted
from dbt_jetstream.inputs.experiments import read_all, read_experiments
from dbt_jetstream.inputs.hub import read_hub
from dbt_jetstream.inputs.platforms import read_platforms
from dbt_jetstream.inputs.resolve import resolve
from tiers import ALL, sample


def _expected(own: dict[str, Any], entry: dict[str, Any]) -> set[str]:
    """Tell from the files alone what is wrong with a plain experiment and its config."""
    if own.get("skip"):
        return {"ExplicitSkipException"}
    start = dt.date.fromisoformat(own.get("start_date") or entry["startDate"])
    end = dt.date.fromisoformat(own.get("end_date") or entry["endDate"])
    enrolled = (dt.date.fromisoformat(entry["enrollmentEndDate"]) - start).days + 1
    period = own.get("enrollment_period") or enrolled
    found = set()
    if end < start:
        found.add("EndBeforeStartException")
    elif end < start + dt.timedelta(days=period):
        found.add("EnrollmentLongerThanAnalysisException")
    if period <= 0:
        found = {"NoEnrollmentPeriodException"}
    # The plain experiments have the branches `control` and `treatment`, whatever the configs say.
    reference = own.get("reference_branch", "control")
    if reference not in {"control", "treatment"} and "enrollment_query" not in own:
        found.add("UnknownReferenceBranchException")
    return found


@pytest.mark.skipif(not SHARED.exists(), reason="needs metric-hub at ../shared/metric-hub")
def test_real_configs_pass_but_where_their_plain_experiment_contradicts_them() -> None:
    hub, platforms = read_hub(SHARED / "metric-hub"), read_platforms(REPOSITORY)
    path = SHARED / "metric-hub-experiments.json"
    read = read_all(path)
    entries = {entry["slug"]: entry for entry in json.loads(path.read_text())}
    assert (len(read.found), read.mistakes) == (467, {})
    refused = {}
    for experiment in sample(read.found, 8):
        check_experiment(experiment, platforms)
        slug = str(experiment.normandy_slug)
        toml = SHARED / f"metric-hub/jetstream/{slug}.toml"
        own = tomllib.loads(toml.read_text()).get("experiment", {})
        found: set[str] = set()
        try:
            check_wanted(experiment, hub.settings_of(slug), toml)
            check_config(resolve(hub, experiment), toml)
        except ConfigErrors as errors:
            found = {kind for kind, _ in listed(errors)}
        assert found == _expected(own, entries[slug]), slug
        refused[slug] = found
    if ALL:
        assert sum(not found for found in refused.values()) == 467 - 5 - 42 - 7 - 9


@pytest.mark.parametrize(
    ("hub", "path"),
    [
        (REPOSITORY / "metric_hub", REPOSITORY / "demo/experiments.json"),
        (GOLDEN / "input/metric_hub", GOLDEN / "input/experiments.json"),
    ],
    ids=["demo", "golden"],
)
def test_our_own_experiments_pass_without_warnings(hub: Path, path: Path) -> None:
    if not path.exists():
        pytest.skip("needs the golden data at ../shared/golden")
    read, platforms = read_hub(hub), read_platforms(REPOSITORY)
    for experiment in read_experiments(path):
        check_experiment(experiment, platforms)
        assert check_config(resolve(read, experiment)) == []
