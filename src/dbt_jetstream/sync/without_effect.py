"""What people wrote that a sync does nothing with, and tells of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from metric_config_parser.experiment import Experiment

from dbt_jetstream.common.errors import ConfigError, WithoutEffect
from dbt_jetstream.inputs.experiments import Experiments
from dbt_jetstream.inputs.hub import Hub
from dbt_jetstream.inputs.hub.unknown_keys import unknown_keys
from dbt_jetstream.inputs.hub.unread import misnamed_configs, unknown_applications, unread_files
from dbt_jetstream.inputs.platforms import Platform


def keys_without_effect(hub: Hub, experiments: Iterable[Experiment]) -> Iterator[WithoutEffect]:
    """Yield the keys without effect in the files that experiments draw on."""
    chosen = list(experiments)
    slugs = {str(experiment.normandy_slug) for experiment in chosen}
    applications = {experiment.app_name for experiment in chosen}
    for file in hub.files:
        is_own = file.kind == "experiment"
        if file.name in slugs if is_own else file.application in applications:
            for found in unknown_keys(file.path, file.found, file.shown):
                yield WithoutEffect(found.path, found.key, found.problem)


def not_listed_any_more(known: Experiments, live: Iterable[str]) -> Iterator[ConfigError]:
    """Yield the live locks of which the list of experiments says nothing."""
    listed = {str(e.normandy_slug) for e in known.found} | set(known.mistakes)
    for slug in sorted(set(live) - listed):
        problem = "is locked, but not in the list of experiments; its lock is kept"
        yield ConfigError(None, slug, problem)


def files_without_effect(
    hub: Hub, known: Experiments, platforms: Mapping[str, Platform], slugs: Iterable[str]
) -> Iterator[ConfigError]:
    """Yield the files of the hubs that nothing reads; of a few experiments only theirs."""
    wanted = list(slugs)
    listed = [str(experiment.normandy_slug) for experiment in known.found]
    yield from misnamed_configs(hub, wanted or listed)
    if not wanted:
        yield from unread_files(hub)
        yield from unknown_applications(hub, platforms)
