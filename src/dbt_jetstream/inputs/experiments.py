"""Reads experiments in the form of Experimenter's v8 API (NimbusExperiment).

One entry that is wrong says so, and does not keep the others from being read.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metric_config_parser.experiment import Branch, BucketConfig, Experiment
from mozilla_nimbus_schemas import RandomizationUnit

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.inputs.checks import NoSlugException, shown
from dbt_jetstream.inputs.experiment_fields import Fields, kind_of

URL = re.compile(r"https?://", re.IGNORECASE)
# Experimenter's list of all experiments has about 20 MB and comes within seconds.
MAX_BYTES = 500_000_000
SILENCE_SECONDS = 30.0
MAX_SECONDS = 300.0
USER_AGENT = "dbt-jetstream"


@dataclass
class Experiments:
    """What an array of experiments holds.

    Attributes:
        found: The experiments that could be read.
        mistakes: What is wrong with the others, by slug, or by `[position]` without one.
    """

    found: list[Experiment] = field(default_factory=list)
    mistakes: dict[str, list[ConfigError]] = field(default_factory=dict)


def read_all(address: Path | str) -> Experiments:
    """Read a JSON array of experiments, each by itself.

    Args:
        address: A file, or an http(s) URL, as Experimenter's API.

    Raises:
        ConfigErrors: If it cannot be read, or is no such array.
    """
    read = Experiments()
    seen: dict[str, list[str]] = {}
    for i, raw in enumerate(_array(address)):
        position = f"[{i}]"
        errors: list[ConfigError] = []
        slug = _slug(raw, position, errors, address)
        if slug is not None:
            seen.setdefault(slug, []).append(position)
            experiment = _experiment(Fields(raw, shown(slug), errors, address), slug)
            read.found += [] if errors else [experiment]
        if errors:
            read.mistakes.setdefault(slug or position, []).extend(errors)
    _refuse_repeated(read, seen, address)
    return read


def read_experiments(address: Path | str) -> list[Experiment]:
    """Read a JSON array of experiments.

    Args:
        address: A file, or an http(s) URL.

    Raises:
        ConfigErrors: If it is no such array, or anything in it has the wrong form.
    """
    read = read_all(address)
    if read.mistakes:
        raise ConfigErrors([error for errors in read.mistakes.values() for error in errors])
    return read.found


def _refuse_repeated(read: Experiments, seen: dict[str, list[str]], address: Path | str) -> None:
    """Refuse all experiments of a slug that is not theirs alone."""
    repeated = {slug: positions for slug, positions in seen.items() if len(positions) > 1}
    for slug, positions in repeated.items():
        problem = (
            f"{len(positions)} experiments have this slug, at {', '.join(positions)}; keep one"
        )
        error = ConfigError(address, f"{shown(slug)}.slug", problem)
        read.mistakes.setdefault(slug, []).append(error)
    read.found = [e for e in read.found if e.normandy_slug not in repeated]


def _array(address: Path | str) -> list[Any]:
    is_url = URL.match(str(address)) is not None
    content = _fetch(str(address)) if is_url else _read(Path(address))
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _refusal(address, f"not valid JSON: {error}") from error
    if not isinstance(found, list):
        problem = f"expected a JSON array of experiments, found {kind_of(found)}"
        raise _refusal(address, problem)
    return found


def _refusal(address: Path | str, problem: str) -> ConfigErrors:
    return ConfigErrors([ConfigError(address, "", problem)])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _refusal(path, f"cannot be read: {error.strerror}") from error


def _fetch(url: str) -> bytes:
    """Download a URL, within bounds of time and size."""
    deadline = time.monotonic() + MAX_SECONDS
    content = bytearray()
    try:
        request = urllib.request.Request(url, headers={"User-Agent": USER_AGENT})
        with urllib.request.urlopen(request, timeout=SILENCE_SECONDS) as response:
            while chunk := response.read1():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise _refusal(url, f"has more than {MAX_BYTES:,} bytes; check the address")
                if time.monotonic() > deadline:
                    raise _refusal(url, f"took more than {MAX_SECONDS:.0f} seconds; try again")
    except urllib.error.HTTPError as error:
        problem = f"the server answered {error.code} {error.reason}; check the address"
        raise _refusal(url, problem) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        problem = f"cannot be downloaded: {reason}; check the address and the network"
        raise _refusal(url, problem) from error
    return bytes(content)


def _slug(raw: Any, position: str, errors: list[ConfigError], address: Path | str) -> str | None:
    """Return what the entry is known by; None with a mistake where there is nothing."""
    if not isinstance(raw, dict):
        problem = f"expected an experiment, which is an object, found {kind_of(raw)}"
        errors.append(ConfigError(address, position, problem))
        return None
    fields = Fields(raw, position, errors, address)
    slug = fields.maybe(str, "slug")
    if not slug and not errors:
        errors.append(NoSlugException(address, position, "the experiment has no slug; set `slug`"))
    return slug or None


def _experiment(fields: Fields, slug: str) -> Experiment:
    """Read an experiment; worthless where a mistake was noted."""
    end_date = fields.date("endDate")
    return Experiment(
        experimenter_slug=None,
        normandy_slug=slug,
        type="v6",
        status="Complete" if end_date else "Live",
        branches=[_branch(branch) for branch in fields.objects("branches", is_needed=True)],
        start_date=fields.date("startDate"),
        end_date=end_date,
        enrollment_end_date=fields.date("enrollmentEndDate"),
        proposed_enrollment=fields.count("proposedEnrollment"),
        reference_branch=fields.maybe(str, "referenceBranch"),
        is_high_population=fields.get(bool, "isHighPopulation", otherwise=False),
        is_enrollment_paused=fields.get(bool, "isEnrollmentPaused", otherwise=False),
        is_rollout=fields.get(bool, "isRollout", otherwise=False),
        app_name=fields.maybe(str, "appName") or "firefox_desktop",
        app_id=fields.maybe(str, "appId"),
        outcomes=[outcome.need(str, "slug") for outcome in fields.objects("outcomes")],
        segments=[segment.need(str, "slug") for segment in fields.objects("segments")],
        bucket_config=_bucket(fields),
        do_rerun=fields.get(bool, "doRerun", otherwise=False),
        do_rerun_timestamp=fields.moment("doRerunTimestamp"),
    )


def _branch(fields: Fields) -> Branch:
    ratio = fields.count("ratio")
    return Branch(slug=fields.need(str, "slug"), ratio=1 if ratio is None else ratio)


def _bucket(experiment: Fields) -> BucketConfig | None:
    raw = experiment.maybe(dict, "bucketConfig")
    if not raw:
        return None
    key = f"{experiment.key}.bucketConfig"
    fields = Fields(raw, key, experiment.errors, experiment.address)
    unit = fields.need(str, "randomizationUnit")
    units = [known.value for known in RandomizationUnit]
    if unit and unit not in units:
        problem = f"unknown unit `{shown(unit, 40)}`; known are {', '.join(units)}"
        fields.refuse("randomizationUnit", problem)
    return BucketConfig(
        randomization_unit=unit,
        namespace=fields.need(str, "namespace"),
        start=fields.need(int, "start"),
        count=fields.need(int, "count"),
        total=fields.get(int, "total", 10000),
    )
