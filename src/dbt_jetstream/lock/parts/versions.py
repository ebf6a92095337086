"""What made a lock: the hub's commit, the packages, and the experiment's own words."""

from __future__ import annotations

import datetime as dt
from importlib.metadata import version

from metric_config_parser.experiment import Experiment

from dbt_jetstream.inputs.hub import Hub
from dbt_jetstream.lock.definition.definition import Checkout, Versions
from dbt_jetstream.lock.nodes.node import short_hash

PACKAGES = (
    "dbt-jetstream",
    "dbt-core",
    "mozilla-metric-config-parser",
    "sqlglot",
    "numpy",
    "scipy",
)


def versions(hub: Hub, experiment: Experiment, reruns: int) -> Versions:
    """Describe what made a lock."""
    return Versions(
        metric_hub=hub.commit,
        config=config_hash(hub, experiment),
        own_end_date=_own_end_date(hub, str(experiment.normandy_slug)),
        locked_on=dt.datetime.now(dt.UTC).date(),
        rerun=reruns,
        rerun_asked=rerun_asked(experiment),
        overall_alone=bool(experiment.do_rerun),
        packages={package: version(package) for package in PACKAGES},
        metric_definitions=[
            Checkout(path=str(checkout.origin), revision=checkout.commit)
            for checkout in hub.checkouts
            if not checkout.address.is_private
        ],
    )


def rerun_asked(experiment: Experiment) -> str | None:
    """Return when Experimenter asked that all be computed anew, as a time of UTC."""
    if not (experiment.do_rerun and experiment.do_rerun_timestamp):
        return None
    moment: dt.datetime = experiment.do_rerun_timestamp
    return moment.astimezone(dt.UTC).isoformat()


def _own_end_date(hub: Hub, slug: str) -> str | None:
    settings = hub.settings_of(slug)
    return settings.end_date if settings else None


def config_hash(hub: Hub, experiment: Experiment) -> str:
    """Identify what the experiment itself says: its own config, and Experimenter's facts.

    The end date is left out: every experiment gets one, and a lock takes it up by itself.
    """
    slug = str(experiment.normandy_slug)
    facts = {
        "branches": [[branch.slug, branch.ratio] for branch in experiment.branches],
        "start_date": experiment.start_date,
        "enrollment_end_date": experiment.enrollment_end_date,
        "proposed_enrollment": experiment.proposed_enrollment,
        "reference_branch": experiment.reference_branch,
        "application": [experiment.app_name, experiment.app_id],
        "outcomes": experiment.outcomes,
        "segments": experiment.segments,
    }
    own = [file.found for file in hub.files_of("experiment", slug)]
    return short_hash([facts, own])
