"""`jetstream new`: one more experiment, and a config for it to fill in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.journal import change_files
from dbt_jetstream.inputs.checks import check_slug
from dbt_jetstream.inputs.checks.names import unsafe_branch
from dbt_jetstream.inputs.experiments import URL, read_all
from dbt_jetstream.inputs.hub import Hub, HubAddress, read_what_can_be_read
from dbt_jetstream.inputs.hub.checkout import IS_URL
from dbt_jetstream.inputs.hub.files import JETSTREAM
from dbt_jetstream.inputs.platforms import PLATFORMS, read_platforms
from dbt_jetstream.project.experiment import Draft, config_text, listed

DEFINITION = "definition"


def write_new(
    project: Path, experiments: Path | str, hubs: Sequence[HubAddress], draft: Draft
) -> list[Path]:
    """Add an experiment to the project's list, and its config to the hub.

    Args:
        project: The dbt project.
        experiments: The list of experiments.
        hubs: The metric hubs; the config goes to the last folder among them.
        draft: The experiment.

    Returns:
        The files that were changed and written.

    Raises:
        ConfigErrors: If the experiment is known already, or anything about it cannot be.
    """
    _check_names(draft)
    path = _file(experiments)
    known = read_all(path)
    if draft.slug in {str(e.normandy_slug) for e in known.found} | set(known.mistakes):
        problem = "an experiment of this name is there already; choose another"
        raise ConfigErrors([ConfigError(path, draft.slug, problem)])
    config = _config_path(hubs, draft.slug)
    _check_application(project, draft.application)
    shown = _relative(config, project)
    names = _defined(read_what_can_be_read(list(hubs)), draft.application)
    text = config_text(draft, str(shown), *names)
    array = listed(path.read_text(encoding="utf-8"), draft.entry())
    for file, content in ((path, array), (config, text)):
        change_files(file.parent, {Path(file.name): content})
    return [_relative(path, project), shown]


def applications(hubs: Sequence[HubAddress]) -> list[str]:
    """List the applications that the hubs define metrics for."""
    hub = read_what_can_be_read(list(hubs))
    return sorted({file.name for file in hub.files if file.kind == DEFINITION})


def _check_names(draft: Draft) -> None:
    check_slug(draft.slug)
    problems = [problem for branch in draft.branches if (problem := unsafe_branch(branch))]
    if len(set(draft.branches)) < max(2, len(draft.branches)):
        problems.append("expected two or more different branches, the reference branch first")
    if problems:
        raise ConfigErrors([ConfigError(None, "--branches", problem) for problem in problems])


def _file(experiments: Path | str) -> Path:
    if URL.match(str(experiments)):
        problem = "the list of experiments is a URL; name a file to add to by --experiments"
        raise ConfigErrors([ConfigError(str(experiments), "", problem)])
    return Path(experiments)


def _config_path(hubs: Sequence[HubAddress], slug: str) -> Path:
    folders = [Path(hub.text) for hub in hubs if not IS_URL.match(hub.text)]
    if not folders:
        problem = "no metric hub is a folder; name one by --metric-hub"
        raise ConfigErrors([ConfigError(None, slug, problem)])
    path = folders[-1] / JETSTREAM / f"{slug}.toml"
    if path.exists():
        problem = "is there already; choose another name, or remove it"
        raise ConfigErrors([ConfigError(path, "", problem)])
    return path


def _check_application(project: Path, application: str) -> None:
    known = read_platforms(project)
    if application not in known:
        problem = f"unknown application `{application}`; add a row for it to {PLATFORMS}"
        named = f"{problem} (known: {', '.join(known)})"
        raise ConfigErrors([ConfigError(None, "--application", named)])


def _defined(hub: Hub, application: str) -> tuple[list[str], list[str]]:
    """Name the metrics and the data sources that are defined for an application."""
    found = [f.found for f in hub.files if f.kind == DEFINITION and f.name == application]
    metrics, sources = (
        sorted(name for file in found for name in file.get(key, {}))
        for key in ("metrics", "data_sources")
    )
    return metrics, sources


def _relative(path: Path, project: Path) -> Path:
    resolved, root = path.resolve(), project.resolve()
    return resolved.relative_to(root) if resolved.is_relative_to(root) else path
