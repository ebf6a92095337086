"""Whatever stands in a config or in the list of experiments: refused in lines, or locked whole."""

from __future__ import annotations

import copy
import io
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hostile
from conftest import copy_project
from dbt_jetstream.cli import main
from dbt_jetstream.cli import sync as sync_command
from tiers import number

# A tenth of a second each.
EXAMPLES = number(40, 2000)
MOST_SECONDS = 5.0
SOUND = hostile.files()
# `file: key: problem`, or a file with what its own parser says of a line of it.
REFUSAL = re.compile(r"(error|warning): (?P<file>\S+?): (?P<rest>.+)")
IN_LINE = re.compile(r"not valid (TOML|JSON): .*|nested too deeply; .*")
REPORTED = re.compile(r"- (\*\*error\*\*|warning) (`\S+` )?(`[^`].*?`: .+|" + IN_LINE.pattern + ")")
LOCKS = (("experiments",), ("private",))


def _places(found: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to everything in a parsed file, its root first."""
    yield before
    inner: Iterable[tuple[Any, Any]] = found.items() if isinstance(found, dict) else ()
    for key, value in enumerate(found) if isinstance(found, list) else inner:
        yield from _places(value, (*before, key))


PLACES = {name: list(_places(hostile.parsed(name, text)))[1:] for name, text in SOUND.items()}


def _at(found: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        found = found[key]
    return found


@dataclass(frozen=True)
class Change:
    """One change to what stands at a place of a parsed file."""

    how: str
    place: tuple[Any, ...]
    value: Any
    other: tuple[Any, ...]

    def make(self, found: Any) -> None:
        """Change it, unless an earlier change took the place away."""
        try:
            holder, key = _at(found, self.place[:-1]), self.place[-1]
            HOW[self.how](holder, key, self, found)
        except (AttributeError, IndexError, KeyError, TypeError):
            return


def _drop(holder: Any, key: Any, change: Change, found: Any) -> None:
    del holder[key]


def _replace(holder: Any, key: Any, change: Change, found: Any) -> None:
    holder[key] = change.value


def _rename(holder: Any, key: Any, change: Change, found: Any) -> None:
    holder[str(change.value)] = holder.pop(key)


def _duplicate(holder: Any, key: Any, change: Change, found: Any) -> None:
    if isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    else:
        holder[f"{key}2"] = copy.deepcopy(holder[key])


def _move(holder: Any, key: Any, change: Change, found: Any) -> None:
    holder[key] = copy.deepcopy(_at(found, change.other))


def _nest(holder: Any, key: Any, change: Change, found: Any) -> None:
    for _ in range(40):
        holder[key] = {"x": holder[key]} if change.value else [holder[key]]


def _append(holder: Any, key: Any, change: Change, found: Any) -> None:
    text = holder[key]
    holder[key] = text + str(change.value) if isinstance(text, str) else [text, change.value]


HOW: dict[str, Callable[[Any, Any, Change, Any], None]] = {
    "drop": _drop,
    "replace": _replace,
    "rename": _rename,
    "duplicate": _duplicate,
    "move": _move,
    "nest": _nest,
    "append": _append,
}
VALUES = st.one_of(st.sampled_from(hostile.TEXTS), st.sampled_from(hostile.OTHERS), st.text())


@st.composite
def _structure(draw: st.DrawFn, name: str) -> bytes:
    """Change what a file says, so that it stays TOML or JSON."""
    found = hostile.parsed(name, SOUND[name])
    places = st.sampled_from(PLACES[name])
    changes = st.builds(Change, st.sampled_from(sorted(HOW)), places, VALUES, places)
    for change in draw(st.lists(changes, min_size=1, max_size=3)):
        change.make(found)
    return hostile.dumped(name, found).encode("utf-8", "surrogatepass")


@st.composite
def _bytes(draw: st.DrawFn, name: str) -> bytes:
    """Cut a file off, or change a few of its bytes."""
    text = bytearray(SOUND[name].encode())
    if draw(st.booleans()):
        return bytes(text[: draw(st.integers(0, len(text)))])
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text) - 1))
        new = draw(st.one_of(st.binary(max_size=4), st.sampled_from(b"\"'{}[]=#\n,").map(_byte)))
        text[at : at + draw(st.integers(0, 3))] = new
    return bytes(text)


def _byte(code: int) -> bytes:
    return bytes([code])


def _mutated(name: str) -> st.SearchStrategy[tuple[str, bytes]]:
    kinds = [_structure(name)] * 4 + [_bytes(name)]
    return st.one_of(*kinds).map(lambda content: (name, content))


# Half of the changes are to what holds most: the experiments and an experiment's own config.
MUTATIONS = st.one_of(
    *[_mutated(hostile.EXPERIMENTS)] * 3,
    *[_mutated(f"hub/jetstream/{hostile.FRESH}.toml")] * 3,
    *[_mutated(name) for name in sorted(SOUND)],
)


class Desk:
    """A project with one lock, a hub and a list of experiments, set up again for every example."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.project = copy_project(root / "project").path
        monkeypatch.setenv("JETSTREAM_AS_OF", "2026-04-30")
        # Whether an ended experiment is finished only a warehouse could tell.
        monkeypatch.setattr(sync_command, "_finished", lambda *_: [])
        hostile.write(root, SOUND)
        assert self.run("sync", f"--experiment={hostile.HELD}") == 0
        # The first check loads the macros.
        assert self.run("validate", str(root / f"hub/jetstream/{hostile.FRESH}.toml")) == 0
        shutil.rmtree(self.project / ".jetstream", ignore_errors=True)
        self.before = self.files()
        self.contents = {path: (self.project / path).read_bytes() for path in self.before}
        self.outside = {*root.iterdir()}

    def run(self, command: str, *arguments: str) -> int:
        return main(
            [
                command,
                f"--metric-hub={self.root / 'hub'}",
                f"--experiments={self.root / hostile.EXPERIMENTS}",
                f"--project-dir={self.project}",
                *arguments,
            ]
        )

    def files(self) -> dict[Path, tuple[int, int]]:
        """Tell when each file was written, and its size."""
        found = {}
        for folder, _, names in os.walk(self.project):
            for name in names:
                path = Path(folder, name)
                state = path.stat()
                found[path.relative_to(self.project)] = (state.st_mtime_ns, state.st_size)
        return found

    def restore(self) -> None:
        """Put the project and the configs back."""
        for path, state in self.files().items():
            if path not in self.before:
                (self.project / path).unlink()
            elif state != self.before[path]:
                (self.project / path).write_bytes(self.contents[path])
                os.utime(self.project / path, ns=(self.before[path][0],) * 2)
        for folder in sorted(self.project.glob("*models/*/*/"), reverse=True):
            if not any(folder.iterdir()):
                folder.rmdir()
        hostile.write(self.root, SOUND)

    def check_files(self) -> None:
        """Check that nothing is half written, and nothing written elsewhere."""
        assert {*self.root.iterdir()} == self.outside
        found = self.files()
        assert not [path for path in found if path.suffix == ".tmp" or path.name == "journal.json"]
        assert {*self.before} <= {*found}
        new = {path for path in found if found[path] != self.before.get(path)}
        assert all(_is_ours(path) for path in new), new
        for lock in {path.parts[1:3] for path in new if path.parts[1:2] in LOCKS}:
            self.check_lock(self.project / "models" / Path(*lock))

    def check_lock(self, lock: Path) -> None:
        """Check that a lock is whole: it names the models that are there, and no others."""
        definition = yaml.load((lock / f"{lock.name}.yml").read_text(), yaml.CSafeLoader)
        python = self.project / "python_models" / lock.parent.name / lock.name
        stubs = {path.stem for path in [*lock.glob("*.sql"), *python.glob("*.py")]}
        assert stubs == {model["name"] for model in definition["models"]}


def _is_ours(path: Path) -> bool:
    generated = ("models/experiments/", "models/private/", "models/sources/", "python_models/")
    return path.as_posix().startswith(generated) or path.as_posix() in {
        ".dbtignore",
        ".jetstream/sync.lock",
        "seeds/registry.csv",
    }


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def _check_refusals(printed: str, root: Path) -> None:
    """Check that every refusal names a file and a key."""
    for line in printed.splitlines():
        if not line.startswith(("error: ", "warning: ")):
            continue
        found = REFUSAL.fullmatch(line)
        assert found, line
        assert found["file"].startswith(str(root)), line
        key, _, problem = found["rest"].partition(": ")
        assert (key and problem) or IN_LINE.fullmatch(found["rest"]), line
        assert len(line) < 3500, line


def _try(desk: Desk, mutation: tuple[str, bytes]) -> None:
    """Feed a changed file to both commands."""
    name, content = mutation
    (desk.root / name).write_bytes(content)
    config = name if name.endswith(".toml") else f"hub/jetstream/{hostile.FRESH}.toml"
    try:
        for command in (["sync"], ["validate", str(desk.root / config)]):
            out, err = io.StringIO(), io.StringIO()
            started = time.process_time()
            with redirect_stdout(out), redirect_stderr(err):
                status = desk.run(*command)
            assert time.process_time() - started < MOST_SECONDS, command
            assert status in {0, 1}
            _check_refusals(err.getvalue(), desk.root)
            _check_report(out.getvalue())
        desk.check_files()
    finally:
        desk.restore()


def _check_report(printed: str) -> None:
    """Check that every finding below the name of a file names a key."""
    for line in printed.splitlines():
        is_finding = line.startswith(("- **error**", "- warning"))
        assert not is_finding or REPORTED.fullmatch(line), line


@pytest.mark.filterwarnings("ignore")
def test_bad_input_is_refused_in_lines_and_leaves_no_half_lock(desk: Desk) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(MUTATIONS)
    def survives(mutation: tuple[str, bytes]) -> None:
        _try(desk, mutation)

    survives()
