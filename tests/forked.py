"""Commands of the project in processes forked from one that has imported dbt, once for all tests.

Importing dbt, scipy and pandas takes a third of a small build. A command is else as from a shell:
it has a process, a working directory and an environment of its own, and several run at once.

As a script it is that process: it reads commands from lines of standard input, as JSON, and a
child of its own waits for each and writes the exit code where the caller reads it.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

READY = "ready"
IMPORTED = (
    "dbt.cli.main",
    "dbt.adapters.duckdb",
    "dbt_jetstream.cli",
    "dbt_jetstream.python_model",
    "dbt_jetstream.trust.model",
    "pandas",
)


def run(
    command: tuple[str, ...], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run `dbt`, `jetstream` or another program beside this Python, with arguments."""
    with tempfile.TemporaryDirectory() as outputs:
        out, err, code = (Path(outputs) / name for name in ("out", "err", "code"))
        os.mkfifo(code)
        job = {"command": command, "folder": str(folder), "environment": environment}
        _send(json.dumps(job | {"out": str(out), "err": str(err), "code": str(code)}))
        answer = int(code.read_text())
        return subprocess.CompletedProcess(command, answer, out.read_text(), err.read_text())


def _send(line: str) -> None:
    with _sending:
        print(line, file=_server().stdin, flush=True)


_sending = Lock()


@cache
def _server() -> subprocess.Popen[str]:
    command = [sys.executable, "-P", __file__]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(started.kill)
    assert started.stdout is not None
    assert started.stdout.readline().strip() == READY, "commands cannot be imported"
    return started


def _serve() -> None:
    """Run commands until there are no more."""
    for name in IMPORTED:
        import_module(name)
    print(READY, flush=True)
    # Nobody waits for those that wait for commands.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _run(**json.loads(line))


def _run(code: str, **job: Any) -> None:
    """Run a command and write its exit code; does not return."""
    child = os.fork()
    if not child:
        _be(**job)
    _, status = os.waitpid(child, 0)
    Path(code).write_text(str(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _be(command: list[str], folder: str, environment: dict[str, str], out: str, err: str) -> None:
    """Be the process of a command, which ends as any does: DuckDB is closed by what ends it."""
    from dbt.cli.main import cli

    from dbt_jetstream.cli import main

    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = command
    programs = {"dbt": cli, "jetstream": main}
    if command[0] not in programs:
        path = str(Path(sys.executable).with_name(command[0]))
        os.execv(path, [path, *command[1:]])
    sys.exit(programs[command[0]]())


if __name__ == "__main__":
    _serve()
