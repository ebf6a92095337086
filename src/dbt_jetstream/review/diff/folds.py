"""The folds with the difference of compiled SQL, as many as a comment holds."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_jetstream.review.diff.markup import fold, plural
from dbt_jetstream.review.diff.sql import ModelDiff

LONGEST_LINE = 400
# What a model gets at most, while others wait.
FIRST_SHARE = 6_000


def sql_sections(found: Sequence[tuple[str, list[ModelDiff]]], room: int) -> list[str]:
    """Write the differences of several experiments; each gets the same share of the room.

    Args:
        found: By title, the models that differ.
        room: How many characters there are.
    """
    if not found:
        return []
    heading = ["### Compiled BigQuery SQL", ""]
    lines: list[str] = []
    left_out = 0
    room -= 300
    for i, (title, diffs) in enumerate(found):
        share = room // (len(found) - i)
        added = [f"#### SQL of {title}", "", *_models(diffs, share - len(title) - 20)]
        size = len("\n".join(added)) + 1
        if size > share:
            left_out += 1
            continue
        lines += added
        room -= size
    if left_out:
        more = plural(left_out, "more experiment")
        lines += [f"SQL of {more} left out: a comment holds no more.", ""]
    return heading + lines


def _models(diffs: list[ModelDiff], room: int) -> list[str]:
    """Write the folds of one experiment; names the models that there is no room for."""
    lines: list[str] = []
    left_out: list[str] = []
    room -= 150
    for i, diff in enumerate(diffs):
        share = max(room // (len(diffs) - i), min(room, FIRST_SHARE))
        found = _model(diff, share)
        size = len("\n".join(found)) + 1
        if size > share or left_out:
            left_out.append(diff.model)
            continue
        lines += found
        room -= size
    more = f"SQL of {plural(len(left_out), 'more model')} left out: a comment holds no more."
    return [*lines, *([more, ""] if left_out else [])]


def _model(diff: ModelDiff, room: int) -> list[str]:
    what = "" if diff.what == "changed" else f", {diff.what}"
    summary = f"<code>{diff.model}</code>{what}: +{diff.added} −{diff.removed} lines"
    lines = [
        line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in diff.lines
    ]
    kept, size = [], len(summary) + 120
    for line in lines:
        size += len(line) + 1
        if size > room:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    return fold(
        summary, kept + ([f"… {plural(left, 'more line')} left out"] if left else []), "diff"
    )
