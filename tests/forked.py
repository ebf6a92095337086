"""Commands of the project in processes forked from one that has imported dbt, once for all tests.

Importing dbt, scipy and pandas takes a third of a small build, and parsing the project a quarter.
A command is else as from a shell: it has a process, a working directory and an environment of its
own, and several run at once.

As a script it is that process: it reads commands from lines of standard input, as JSON. For each
project that dbt commands are run in it forks a process that parses it, once for all projects with
equal files, and that forks their commands.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from select import select
from threading import Lock
from typing import Any, NoReturn

READY = "ready"
# What commands import, at their start or when they come to need it.
IMPORTED = (
    *("daff", "multiprocessing.dummy", "pandas", "pyarrow.dataset", "sqlparse"),
    *("dbt.cli.main", "dbt.adapters.duckdb", "dbt.compilation"),
    *("dbt.task.build", "dbt.task.compile", "dbt.task.run", "dbt.task.test"),
    *("dbt_jetstream.cli", "dbt_jetstream.duckdb_plugin", "dbt_jetstream.exports.places"),
    *("dbt_jetstream.python_model", "dbt_jetstream.trust.model"),
    *(
        "dbt_jetstream.daily.run",
        "dbt_jetstream.results.table",
        "dbt_jetstream.review.validate.command",
    ),
)
# What dbt parses of a project, and its commands that can do with what another has parsed.
FOLDERS = ("macros", "models", "python_models", "seeds", "tests")
FILES = (".dbtignore", "dbt_project.yml", "profiles.yml", "selectors.yml")
TAKING_PARSED = {"build", "compile", "ls", "run", "seed", "show", "test"}
# Options that choose another project, or make another of it.
ANOTHER_PROJECT = {
    *("--no-partial-parse", "--profile", "--profiles-dir", "--project-dir", "--target", "-t"),
    "--vars",
}
# What macros and settings may read of the environment while dbt parses, and what commands read.
READ_WHILE_PARSING = ("DBT_", "JETSTREAM_")
READ_LATER = {
    *("DBT_LOG_LEVEL_FILE", "DBT_WRITE_JSON", "JETSTREAM_AS_OF", "JETSTREAM_DUCKDB"),
    "JETSTREAM_EXPORT_URI",
}
MOST_PARSED = 6
# Seconds that a command may take.
LONGEST = 900
# A project that has one of each file that dbt checks.
SMALLEST = {
    "dbt_project.yml": "name: smallest\nversion: '1'\nprofile: smallest\n",
    "profiles.yml": "smallest: {target: t, outputs: {t: {type: duckdb, path: ':memory:'}}}\n",
    "models/one.sql": "select 1 as one",
    "models/one.yml": (
        "models: [{name: one, description: d, config: {tags: [t]}, "
        "columns: [{name: one, description: d, data_tests: [not_null]}]}]\n"
        "sources: [{name: s, tables: [{name: t, columns: [{name: c}]}]}]\n"
        "exposures: [{name: e, type: dashboard, owner: {name: n}, depends_on: [ref('one')]}]\n"
        "groups: [{name: g, owner: {name: n}}]\n"
    ),
    "seeds/two.csv": "two\n2\n",
}


def run(
    command: tuple[str, ...], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run `dbt`, `jetstream` or another program beside this Python, with arguments."""
    with tempfile.TemporaryDirectory() as outputs:
        out, err, code = (Path(outputs) / name for name in ("out", "err", "code"))
        os.mkfifo(code)
        job = {"command": command, "folder": str(folder), "environment": environment}
        job |= {"out": str(out), "err": str(err), "code": str(code)}
        _send(json.dumps({"parsed": _parsed_key(command, folder, environment), "job": job}))
        answer = int(_answer(code))
        return subprocess.CompletedProcess(command, answer, out.read_text(), err.read_text())


def _answer(pipe: Path) -> str:
    """Wait for what is written into a named pipe, as long as somebody can write it."""
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for _ in range(LONGEST):
            if select([reading], [], [], 1)[0] and (answer := os.read(reading, 100)):
                return answer.decode()
            assert _server().poll() is None, "the process that forks commands has ended"
    finally:
        os.close(reading)
    message = f"no answer from a command in {LONGEST} seconds"
    raise TimeoutError(message)


def _parsed_key(command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> str | None:
    """Tell projects apart of which dbt parses different things; None if it must parse itself."""
    words = {word.partition("=")[0] for word in command[1:]}
    if command[0] != "dbt" or not words & TAKING_PARSED or words & ANOTHER_PROJECT:
        return None
    digest = blake2b(digest_size=16)
    seen = {name: text for name, text in environment.items() if name.startswith(READ_WHILE_PARSING)}
    digest.update(
        json.dumps([item for item in sorted(seen.items()) if item[0] not in READ_LATER]).encode()
    )
    for path in _parsed_files(folder):
        digest.update(f"{path.relative_to(folder)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _parsed_files(folder: Path) -> Iterable[Path]:
    inner = (path for name in FOLDERS for path in (folder / name).rglob("*"))
    return sorted(path for path in (*inner, *map(folder.joinpath, FILES)) if path.is_file())


def _send(line: str) -> None:
    with _sending:
        print(line, file=_server().stdin, flush=True)


_sending = Lock()


@cache
def _server() -> subprocess.Popen[str]:
    command = [sys.executable, "-P", __file__]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(_end, started)
    assert started.stdout is not None
    assert started.stdout.readline().strip() == READY, "commands cannot be imported"
    return started


def _end(started: subprocess.Popen[str]) -> None:
    """End the process, and wait: what commands took is only then counted with the tests."""
    assert started.stdin is not None
    started.stdin.close()
    try:
        started.wait(30)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()


def _serve() -> None:
    """Run commands until there are no more."""
    atexit.register(gc.unfreeze)
    for name in IMPORTED:
        import_module(name)
    _warm_up()
    gc.collect()
    gc.freeze()
    print(READY, flush=True)
    signal.signal(signal.SIGCHLD, _reap)
    # The pipes of processes that have parsed a project, by its key.
    parsed: OrderedDict[str, int] = OrderedDict()
    for line in sys.stdin:
        request = json.loads(line)
        key, job = request["parsed"], request["job"]
        if key is None:
            _fork(job)
            continue
        if key not in parsed:
            parsed[key] = _start_parsed(job, parsed.values())
        parsed.move_to_end(key)
        os.write(parsed[key], f"{json.dumps(job)}\n".encode())
        if len(parsed) > MOST_PARSED:
            os.close(parsed.popitem(last=False)[1])
    for pipe in parsed.values():
        os.close(pipe)
    _wait_for_children()


# The processes that this one has forked and that have not been seen to end.
_children: set[int] = set()


def _reap(*_: Any) -> None:
    """Take note of children that have ended, so that the time they took is counted."""
    for pid in [*_children]:
        with suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0]:
                _children.discard(pid)


def _wait_for_children() -> None:
    """Wait for all that this process has forked; libraries have children of their own."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in _children:
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _start_parsed(job: dict[str, Any], others: Iterable[int]) -> int:
    """Fork a process that parses a project and runs commands on equal ones; returns its pipe."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        _children.add(pid)
        os.close(reading)
        return writing
    # An end of a pipe that stays open here would keep its process from seeing the end.
    for pipe in (writing, *others):
        os.close(pipe)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _children.clear()
    manifest = _parse(job["folder"], job["environment"])
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, _reap)
    with os.fdopen(reading) as jobs:
        for line in jobs:
            _fork(json.loads(line), manifest)
    _wait_for_children()
    os._exit(0)


def _warm_up() -> None:
    """Let dbt make the schemas that it checks files with, which takes it a second."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in SMALLEST.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        _parse(folder, before | {"DBT_PROFILES_DIR": folder, "DBT_LOG_LEVEL_FILE": "none"})
        os.chdir("/")
    os.environ.update(before)


def _parse(folder: str, environment: dict[str, str]) -> Any:
    """Read a project as dbt does; None where it cannot, which the commands will say."""
    from dbt.cli.main import dbtRunner
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    from dbt_jetstream.inside_dbt import template_code

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    done = dbtRunner().invoke(["--log-level", "none", "--no-write-json", "parse"])
    # Each command reads the code of macros from its own project, and keeps it there.
    MacroFuzzEnvironment.compile = template_code._compile
    return done.result


def _fork(job: dict[str, Any], manifest: Any = None) -> None:
    """Run a command, and write its exit code where the caller waits for it."""
    pid = os.fork()
    if pid:
        _children.add(pid)
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code = job.pop("code")
    child = os.fork()
    if not child:
        _be(**job, manifest=manifest)
    _, status = os.waitpid(child, 0)
    Path(code).write_text(str(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _be(
    command: list[str],
    folder: str,
    environment: dict[str, str],
    out: str,
    err: str,
    manifest: Any = None,
) -> None:
    """Be the process of a command; garbage, a tenth of the work, is not collected at its end."""
    from dbt.cli.main import cli

    from dbt_jetstream.cli import main

    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(folder)
    gc.disable()
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = command
    if command[0] == "dbt":
        _exit_as(lambda: cli.main(obj=_handed(manifest, folder)))
    if command[0] == "jetstream":
        _exit_as(main)
    path = str(Path(sys.executable).with_name(command[0]))
    os.execv(path, [path, *command[1:]])


def _exit_as(command: Callable[[], Any]) -> NoReturn:
    """Run a command and exit, without the half second in which Python takes all of dbt down."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    try:
        code = command()
    except SystemExit as end:
        code = end.code
    DuckDBConnectionManager.close_all_connections()
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


def _handed(manifest: Any, folder: str) -> dict[str, Any] | None:
    """What dbt's own runner hands to a command that need not parse."""
    if manifest is None:
        return None
    for node in manifest.nodes.values():
        if node.resource_type == "seed":
            # Where its file lies: there may be no other copy any more.
            node.root_path = folder
    return {"manifest": manifest, "callbacks": []}


if __name__ == "__main__":
    _serve()
