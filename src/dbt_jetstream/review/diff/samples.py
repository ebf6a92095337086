"""What a change does to files of the hub that no experiment of the list uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import MetricDefinition

from dbt_jetstream.common.errors import ConfigError, ConfigErrors, mistakes_of
from dbt_jetstream.inputs.hub.files import BrokenFile, HubFile
from dbt_jetstream.inputs.platforms import platform_of
from dbt_jetstream.inputs.resolve import Unlisted, resolve
from dbt_jetstream.lock.document import lock
from dbt_jetstream.review.diff.comparable import definition_of
from dbt_jetstream.review.diff.compare import Comparison
from dbt_jetstream.review.diff.markup import code, codes
from dbt_jetstream.review.diff.resolved import Mistakes, outcome
from dbt_jetstream.review.diff.side import Resolved, Side, Sides
from dbt_jetstream.review.validate.sample import sample_experiment

EXPRESSIONS = ("select_expression", "aggregation")


def sample_comparisons(
    sides: Sides, known: Iterable[Comparison], mistakes: Mistakes
) -> list[Comparison]:
    """Try the files that differ on made-up experiments; say what no real experiment says.

    Args:
        sides: Both sides.
        known: The comparisons of real experiments.
        mistakes: Gets what is wrong.
    """
    said = {change.text for comparison in known for change in comparison.changes}
    found = []
    for old, new in _differing(sides):
        comparison = None
        file = new or old
        with mistakes.apart(sides.head, file.name if file else ""):
            comparison = _compare(sides, old, new, mistakes)
        if comparison is None:
            continue
        comparison.changes = [c for c in comparison.changes if c.text not in said]
        if comparison.what:
            comparison.notes.append(_contents(comparison))
        if comparison.what or comparison.changes:
            found.append(comparison)
    return found


def _contents(comparison: Comparison) -> str:
    """Name the metrics that a file which is new, or gone, is analysed for."""
    locked = comparison.after or comparison.before
    metrics = definition_of(locked).metrics if locked else {}
    return f"metrics that it is analysed for: {codes(metrics)}"


def _differing(sides: Sides) -> Iterator[tuple[HubFile | None, HubFile | None]]:
    """Yield the files whose content differs and that are tried by themselves."""
    before, after = _by_place(sides.base), _by_place(sides.head)
    # A file that cannot be read now is among the mistakes, and is not gone.
    for side in (sides.base, sides.head):
        for broken in side.hub.broken:
            place = _place(broken)
            before.pop(place, None)
            after.pop(place, None)
    for place in dict.fromkeys([*before, *after]):
        old, new = before.get(place), after.get(place)
        same = old is not None and new is not None and old.found == new.found
        file = new or old
        if file is not None and not same and not _is_used(sides, file):
            yield old, new


def _by_place(side: Side) -> dict[tuple[str, str, str], HubFile]:
    return {_place(file): file for file in side.hub.files if file.kind != "function"}


def _place(file: HubFile | BrokenFile) -> tuple[str, str, str]:
    return (file.kind, file.application if file.kind == "outcome" else "", file.name)


def _is_used(sides: Sides, file: HubFile) -> bool:
    """Whether real experiments show all that a file says; of a definition, they show a part."""
    if file.kind == "definition":
        return False
    if file.kind == "experiment":
        return not sides.is_shown(file.name) or any(
            file.name in side.experiments for side in (sides.base, sides.head)
        )
    side = sides.head
    return any(
        experiment.app_name == file.application
        and (file.kind == "default" or file.name in _outcomes(side, experiment))
        for experiment in side.experiments.values()
    )


def _outcomes(side: Side, experiment: Experiment) -> list[str]:
    own = side.hub.settings_of(str(experiment.normandy_slug))
    return [*experiment.outcomes, *(own.outcomes if own else [])]


def _compare(
    sides: Sides, old: HubFile | None, new: HubFile | None, mistakes: Mistakes
) -> Comparison | None:
    file = new or old
    assert file is not None
    side = sides.head if new is not None else sides.base
    title = code(side.told_path(file.shown))
    before = _resolve(sides.base, old, _metrics(old))
    after = _resolve(sides.head, new, _metrics(new))
    return outcome(sides, title, before, after, mistakes)


def _metrics(file: HubFile | None) -> dict[str, MetricDefinition]:
    """Ask for every metric that a definition file gives an expression."""
    if file is None or file.kind != "definition":
        return {}
    return {
        name: MetricDefinition(name=name, statistics={"count": {}})
        for name, metric in file.found.get("metrics", {}).items()
        if isinstance(metric, dict) and any(key in metric for key in EXPRESSIONS)
    }


def _resolve(side: Side, file: HubFile | None, more: dict[str, MetricDefinition]) -> Resolved:
    if file is None:
        return Resolved(is_skipped=True)
    applications = [file.application] if file.kind != "experiment" else list(side.platforms)
    found = [_attempt(side, sample_experiment(file, app), more) for app in applications]
    return min(found, key=lambda resolved: len(resolved.errors))


def _attempt(side: Side, experiment: Experiment, more: dict[str, MetricDefinition]) -> Resolved:
    try:
        platform = platform_of(experiment, side.platforms)
        config = resolve(side.hub, experiment, Unlisted(more))
        locked = lock(side.hub, experiment, config, platform)
    except (ConfigError, ConfigErrors) as error:
        return Resolved(errors=mistakes_of(error))
    return Resolved(locked, side.type_mistakes(locked, is_made_up=True))
