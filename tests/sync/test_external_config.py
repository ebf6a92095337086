"""Where Experimenter says that an experiment's own config can be read, whatever hub it is in."""

from __future__ import annotations

from pathlib import Path

import git
import pytest
from mozilla_nimbus_schemas.jetstream.metadata import ExternalConfig

from dbt_jetstream.inputs.hub import HubAddress
from dbt_jetstream.inputs.hub.checkout import Checkout

PAGE = "https://example.org/data/hub/blob/main/hub/jetstream/my%20test.toml"


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://example.org/data/hub", PAGE),
        ("https://example.org/data/hub.git", PAGE),
        ("https://someone:token@example.org/data/hub.git", PAGE),
        ("git@example.org:data/hub.git", PAGE),
        ("ssh://git@example.org:2222/data/hub.git", PAGE),
        ("/srv/hub.git", "https://hub.invalid/hub/jetstream/my%20test.toml"),
        (None, "https://hub.invalid/hub/jetstream/my%20test.toml"),
    ],
)
def test_every_hub_has_an_address(tmp_path: Path, remote: str | None, expected: str) -> None:
    repository = git.Repo.init(tmp_path / "repository")
    file = tmp_path / "repository/hub/jetstream/my test.toml"
    file.parent.mkdir(parents=True)
    file.write_text("")
    repository.git.add(all=True)
    repository.git.execute(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "hub"]
    )
    if remote:
        repository.create_remote("origin", remote)
    hub = tmp_path / "repository/hub"
    found = Checkout(HubAddress(str(hub)), hub).web_address(file)
    assert found == expected
    assert str(ExternalConfig(url=found).url) == expected
    assert Checkout(HubAddress(str(hub), is_private=True), hub).web_address(file) is None


def test_a_folder_without_git_has_an_address(tmp_path: Path) -> None:
    file = tmp_path / "hub/x.toml"
    hub = tmp_path / "hub"
    found = Checkout(HubAddress(str(hub)), hub).web_address(file)
    assert found == "https://hub.invalid/hub/x.toml"
