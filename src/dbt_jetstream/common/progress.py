"""Progress bars on stderr, for work that takes longer than two seconds.

Nothing is shown where stderr is no terminal, or one that cannot move its cursor. stdout is never
touched, so output can be piped while a bar is shown.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

SECONDS = 2.0
CURSORLESS = {"dumb", "unknown"}
# Held by the bar that is shown: one inside another says nothing.
_TERMINAL = threading.Lock()


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Advance]:
    """Show how far some work is, if it takes long.

    Args:
        what: What is done, as in "Locking experiments".
        total: How many steps there are; None where that is not known, or not yet.

    Yields:
        A function to call after each step.
    """
    advance = Advance(what, total)
    if not (_can_be_shown() and _TERMINAL.acquire(blocking=False)):
        yield advance
        return
    timer = threading.Timer(SECONDS, advance.show)
    timer.daemon = True
    timer.start()
    try:
        yield advance
    finally:
        timer.cancel()
        advance.end()
        _TERMINAL.release()


class Advance:
    """Counts steps, and shows them from `show` on. Threads may share it."""

    def __init__(self, what: str, total: int | None) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._bar: Progress | None = None
        self._is_over = False
        self._began = time.monotonic()
        self._lock = threading.RLock()

    def __call__(self, steps: int = 1) -> None:
        """Count steps that are done."""
        with self._lock:
            self._done += steps
            self._update()

    def expect(self, total: int) -> None:
        """Say how many steps there are, where that is known late."""
        with self._lock:
            self._total = total
            self._update()

    def show(self) -> None:
        """Show the bar, unless the work is over."""
        with self._lock:
            if not self._is_over:
                self._bar = _bar()
                self._bar.add_task(self._what, count="")
                self._bar.tasks[0].start_time = self._began
                self._update()
                self._bar.start()

    def end(self) -> None:
        """Remove the bar."""
        with self._lock:
            self._is_over = True
            if self._bar is not None:
                self._bar.stop()

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Remove the bar while lines are printed that may go to the same terminal."""
        with self._lock:
            if self._bar is not None:
                self._bar.stop()
            yield
            if self._bar is not None:
                self._bar.start()

    def _update(self) -> None:
        if self._bar is not None:
            count = "" if self._total is None else f"{self._done} of {self._total}"
            (task,) = self._bar.task_ids
            self._bar.update(task, completed=self._done, total=self._total, count=count)


def _can_be_shown() -> bool:
    # Without a console, Python has no stderr at all.
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    return is_terminal and os.environ.get("TERM", "").lower() not in CURSORLESS


def _bar() -> Progress:
    # rich is imported for the few commands that take long, and while they work.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        # rich would send what others print to stdout to its own stream, which is stderr.
        redirect_stdout=False,
    )
