"""Runs programs with stderr, and where asked stdout too, on a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Seen:
    """What a program wrote: into a pipe, and on the terminal."""

    code: int
    piped: str
    terminal: str

    @property
    def words(self) -> str:
        """The terminal's text without colours and cursor movements."""
        return ESCAPE.sub("", self.terminal)


def run_python(
    script: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdout_too: bool = False,
) -> Seen:
    """Run a Python script whose stderr is a terminal."""
    return run([sys.executable, "-c", script, *arguments], environment, cwd, stdout_too)


def run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdout_too: bool = False,
) -> Seen:
    """Run a command whose stderr is a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=theirs if stdout_too else subprocess.PIPE,
        stderr=theirs,
        env={**inherited, "TERM": "xterm", "COLUMNS": "80", **(environment or {})},
        cwd=cwd,
    )
    os.close(theirs)
    chunks: list[bytes] = []
    reader = threading.Thread(target=_read, args=(ours, chunks))
    reader.start()
    piped = process.stdout.read().decode() if process.stdout else ""
    process.wait()
    reader.join()
    os.close(ours)
    return Seen(process.returncode, piped, b"".join(chunks).decode())


def _read(descriptor: int, chunks: list[bytes]) -> None:
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # Linux says so that the other end is closed.
            return
        if not chunk:
            return
        chunks.append(chunk)
