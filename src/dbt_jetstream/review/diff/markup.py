"""Pieces of Markdown that hold whatever a config holds, and stay what they are."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

LONGEST_CODE = 240
SPECIAL = re.compile(r"([\\`*_\[\]#|~@!])")


def code(text: object, longest: int = LONGEST_CODE) -> str:
    """Write a code span in one line."""
    line = " ".join(str(text).split())
    shown = line if len(line) <= longest else f"{line[:longest]}…"
    fence = "`" * (_longest_run(shown) + 1)
    edge = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{edge}{shown}{edge}{fence}" if shown else "(empty)"


def plain(text: str) -> str:
    """Write a text that is not to be read as Markdown or HTML."""
    return SPECIAL.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False))


def codes(names: Iterable[object], most: int = 12) -> str:
    """List names as code spans."""
    found = [code(name) for name in names]
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> list[str]:
    """Write a table; the last `numbers` columns are aligned to the right."""
    words = len(heads) - numbers
    rule = ["---"] * words + ["--:"] * numbers
    lines = [heads, rule, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def fold(summary: str, lines: Sequence[str], language: str) -> list[str]:
    """Write code that is unfolded by a click; the summary is HTML."""
    fence = "`" * max(3, _longest_run("\n".join(lines)) + 1)
    head = f"<details><summary>{summary}</summary>"
    return [head, "", f"{fence}{language}", *lines, fence, "", "</details>", ""]


def plural(count: int, word: str) -> str:
    """Write a count with its noun."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
