"""Reads the hubs that addresses name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.inputs.hub.checkout import HubAddress, check_out
from dbt_jetstream.inputs.hub.collection import Hub
from dbt_jetstream.inputs.hub.files import BrokenFile, HubFile, broken_file, paths_of, read_file


def read_hub(path: Path) -> Hub:
    """Read one public hub; see `read_hubs`."""
    return read_hubs([HubAddress(str(path))])


def read_hubs(addresses: Iterable[HubAddress]) -> Hub:
    """Read every TOML file of the hubs.

    Raises:
        ConfigErrors: If a folder is no hub, a URL cannot be cloned, or files cannot be read; names
            each.
    """
    hub = read_what_can_be_read(addresses)
    if hub.broken:
        raise ConfigErrors([mistake for broken in hub.broken for mistake in broken.mistakes])
    return hub


def read_what_can_be_read(addresses: Iterable[HubAddress]) -> Hub:
    """Read the TOML files of the hubs; those that cannot be read become the hub's `broken`.

    Raises:
        ConfigErrors: If a folder is no hub, or a URL cannot be cloned.
    """
    checkouts = [check_out(address) for address in addresses]
    files: list[HubFile] = []
    broken: list[BrokenFile] = []
    errors: list[ConfigError] = []
    for checkout in checkouts:
        paths = paths_of(checkout.folder)
        if not paths:
            problem = "no hub here: expected definitions/*.toml or jetstream/**/*.toml below it"
            shown = checkout.address.text if checkout.clone else checkout.folder
            errors.append(ConfigError(shown, "", problem))
        for kind, path in paths:
            try:
                file = read_file(checkout, kind, path)
            except ConfigErrors as error:
                broken.append(broken_file(checkout, kind, path, error))
                continue
            files += [file] if file else []
    if errors:
        raise ConfigErrors(errors)
    return Hub(checkouts, files, broken)
