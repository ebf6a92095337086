"""What authors get wrong is found, by file, key and way out, and nothing else is said."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import REPOSITORY
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.inputs.hub import HubAddress, read_what_can_be_read
from dbt_jetstream.inputs.platforms import read_platforms
from dbt_jetstream.review.types.check import TypeChecker
from dbt_jetstream.review.types.known import known_types
from dbt_jetstream.review.validate import command
from dbt_jetstream.review.validate.command import Request, validate
from faults.planted import FAULTS, KINDS, OWN, SHOWN_BY_SQL, Fault
from tiers import sample

FOUND = re.compile(r"^- (?:\*\*error\*\*|(?P<warning>warning)) (?:`(?P<key>[^`]*)`: )?(?P<says>.*)")


@pytest.fixture(scope="module")
def types() -> TypeChecker:
    hub = read_what_can_be_read([HubAddress(str(REPOSITORY / "metric_hub"))])
    return TypeChecker(known_types(hub, REPOSITORY, read_platforms(REPOSITORY)))


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    """The example hub, with a config that has a bit of everything."""
    shutil.copytree(REPOSITORY / "metric_hub", tmp_path / "hub")
    shutil.copy(Path(__file__).with_name("own.toml"), tmp_path / "hub" / OWN)
    return tmp_path / "hub"


@pytest.fixture
def said(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, types: TypeChecker
) -> Callable[..., Iterator[str]]:
    """Check a file, and return the lines of the report."""
    # What was answered once is answered for all.
    monkeypatch.setattr(command, "checker_of", lambda _: (types, None))

    def lines(path: Path, *, is_known: bool = False) -> Iterator[str]:
        experiments = REPOSITORY / "demo/experiments.json" if is_known else None
        try:
            for checked in validate(Request([path], [], REPOSITORY, experiments)):
                yield from checked.report.splitlines()
        except ConfigErrors as refused:
            # As the command line has them.
            for error in refused.errors:
                yield from (f"### `{error.path}`", f"- **error** {error.line}")

    return lines


def test_nothing_is_wrong_before(hub: Path, said: Callable[..., Iterator[str]]) -> None:
    for is_known in (False, True):
        lines = list(said(hub / OWN, is_known=is_known))
        assert lines[0].endswith(": ok")
        assert not [line for line in lines if FOUND.match(line)]


def _planted(hub: Path, fault: Fault) -> Path:
    path = hub / fault.file
    text = path.read_text()
    for old, new in (fault.also, (fault.old, fault.new)):
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    target = hub / (fault.place or fault.file)
    target.parent.mkdir(parents=True, exist_ok=True)
    return path.rename(target)


def _found(hub: Path, fault: Fault, said: Callable[..., Iterator[str]]) -> list[re.Match[str]]:
    """Plant a fault, and return what is said of its file."""
    path = _planted(hub, fault)
    lines = list(said(path, is_known=fault.is_known))
    assert lines[0].startswith(f"### `{path}`")
    found = [found for line in lines if (found := FOUND.match(line))]
    return [one for one in found if "cannot run on DuckDB" not in one["says"]]


@pytest.mark.parametrize(("kind", "fault"), sample(FAULTS, 3))
def test_a_fault_is_found_and_nothing_else(
    hub: Path, said: Callable[..., Iterator[str]], kind: str, fault: Fault
) -> None:
    (only,) = _found(hub, fault, said)
    assert (only["key"] or "") == fault.key, kind
    assert re.search(fault.says, only["says"]), only[0]
    assert bool(only["warning"]) == fault.warns, only[0]


@pytest.mark.parametrize("fault", sample([f for k in SHOWN_BY_SQL for f in KINDS[k]], 4))
def test_what_sql_shows_is_found_without_types(
    hub: Path, said: Callable[..., Iterator[str]], monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(command, "checker_of", lambda _: (None, None))
    keys = [one["key"] or "" for one in _found(hub, fault, said)]
    assert keys == ([fault.key] if "function of the hub" not in fault.says else [])
