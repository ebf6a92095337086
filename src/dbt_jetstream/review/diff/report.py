"""What `jetstream diff` found, as Markdown for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dbt_jetstream.common.sizes import readable
from dbt_jetstream.review.diff.compare import Comparison
from dbt_jetstream.review.diff.compared_results import Numbers, Shown, Value
from dbt_jetstream.review.diff.estimate import HOW, Estimate
from dbt_jetstream.review.diff.folds import sql_sections
from dbt_jetstream.review.diff.markup import code, codes, plain, plural, table

# GitHub takes 65,536 characters.
LIMIT = 60_000
# Of these, for what comes before the SQL; the SQL gets the rest.
MOST_WORDS = 45_000
MOST_CHANGES = 60
KEEPS = (
    "Live experiments keep their lock until `jetstream rerun SLUG`; experiments that are locked "
    "from now on take the new definitions up."
)


@dataclass
class Review:
    """All that was found.

    Attributes:
        base: What was compared with, as the user named it.
        commit: Its commit.
        locks: Experiments whose committed lock differs.
        definitions: Experiments whose definition differs.
        samples: Files of the hub that differ and that no experiment uses.
        errors: Mistakes that the change brings.
        old_errors: How many the base has as well.
        code: Code that differs, whose effect on numbers was not looked at.
        basis: What the bytes are of; empty where there are none.
    """

    base: str
    commit: str
    locks: list[Comparison] = field(default_factory=list)
    definitions: list[Comparison] = field(default_factory=list)
    samples: list[Comparison] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    old_errors: int = 0
    code: list[str] = field(default_factory=list)
    basis: str = ""

    @property
    def all(self) -> list[Comparison]:
        """All comparisons, in their order."""
        return [*self.locks, *self.definitions, *self.samples]

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong with the change."""
        failed = any(c.numbers and c.numbers.failed for c in self.all)
        return not (self.errors or failed)


def report(review: Review) -> str:
    """Write the review, within what a comment may hold."""
    if not (review.all or review.errors):
        return _nothing(review)
    sections = [*_head(review), *_sections(review)]
    words, left_out = _within(sections, MOST_WORDS)
    lines = [line for _, section in words for line in section]
    if left_out:
        names = codes(name for name in left_out if name)
        lines += ["", f"Left out, since a comment holds no more: {names}.", ""]
    titled = [(_title(c, review), c.sql) for c in review.all if c.sql and not c.as_in_lock]
    lines += sql_sections(titled, LIMIT - len("\n".join(lines)))
    return "\n".join(lines).rstrip() + "\n"


def _nothing(review: Review) -> str:
    same = "no lock, definition or compiled SQL differs from"
    line = f"No experiment is touched: {same} {code(review.base)}."
    if review.code:
        line += f" Code differs ({codes(review.code, 3)}): `--with-results` compares the numbers."
    return f"{line}\n"


Section = tuple[str, list[str]]


def _within(sections: list[Section], most: int) -> tuple[list[Section], list[str]]:
    """Keep the sections that fit; returns the names of the others."""
    kept, left_out, size = [], [], 0
    for name, lines in sections:
        length = sum(len(line) + 1 for line in lines)
        if size + length > most:
            left_out.append(name)
        else:
            kept.append((name, lines))
            size += length
    return kept, left_out


def _head(review: Review) -> Iterator[Section]:
    yield "", ["## What this change does to experiments", ""]
    against = f"Compared with {code(review.base)} (`{review.commit[:10]}`)."
    slugs = {c.slug for c in (*review.locks, *review.definitions)}
    yield "", [f"{against} {plural(len(slugs), 'experiment')} touched.", ""]
    if slugs:
        yield "the table of experiments", [*_overview(review), ""]
    if review.basis:
        yield "", [f"Bytes are an estimate, of {review.basis}.", ""]
    if review.errors:
        errors = [f"- {plain(error)}" for error in review.errors[:MOST_CHANGES]]
        yield "errors", ["### Errors", "", *errors, ""]
    if review.old_errors:
        count = plural(review.old_errors, "mistake")
        yield "", [f"{count} that the base has as well: see `jetstream validate`.", ""]
    if review.code:
        text = f"Code differs ({codes(review.code)}): `--with-results` compares the numbers."
        yield "code", [text, ""]


def _overview(review: Review) -> list[str]:
    locks = {c.slug: c for c in review.locks}
    definitions = {c.slug: c for c in review.definitions}
    rows = []
    for slug in dict.fromkeys([*locks, *definitions]):
        both = [c for c in (locks.get(slug), definitions.get(slug)) if c is not None]
        rows.append(
            [
                code(slug),
                _cell(locks.get(slug)),
                _cell(definitions.get(slug)),
                str(max(len(c.sql) for c in both)),
                next((text for c in both if (text := _total(c.bytes))), ""),
            ]
        )
    heads = ["experiment", "lock", "definition", "models with other SQL", "bytes read"]
    return table(heads, rows, numbers=2)


def _cell(comparison: Comparison | None) -> str:
    if comparison is None:
        return "same"
    moved = sum(change.moves_numbers for change in comparison.changes)
    what = [comparison.what.split(":")[0]] if comparison.what else []
    if comparison.numbers and comparison.numbers.differing and not moved:
        what.append("other numbers")
    return ", ".join(what + ([plural(moved, "change")] if moved else [])) or "no number changes"


def _total(found: Estimate | None) -> str:
    if found is None or found.problem:
        return ""
    before, after = sum(found.before.values()), sum(found.after.values())
    if before == after:
        return f"{readable(after)}, as before"
    return f"{readable(before)} → {readable(after)}"


def _sections(review: Review) -> Iterator[Section]:
    if review.locks:
        text = (
            "What the next run builds: the committed locks that this change adds, takes or moves."
        )
        yield "", ["### Locks in this change", "", text, ""]
        yield from (_section(c, review) for c in review.locks)
    if review.definitions:
        text = f"What the hub and the list of experiments resolve to. {KEEPS}"
        yield "", ["### Definitions", "", text, ""]
        yield from (_section(c, review) for c in review.definitions)
    if review.samples:
        text = "Tried on a made-up experiment."
        yield "", ["### Files of the hub that no experiment uses", "", text, ""]
        yield from (_section(c, review) for c in review.samples)


def _section(comparison: Comparison, review: Review) -> Section:
    lines = [
        f"#### {_title(comparison, review)}{f': {comparison.what}' if comparison.what else ''}",
        "",
    ]
    if comparison.as_in_lock:
        lines += ["As in its lock above.", ""]
        return comparison.title, lines
    found = comparison.changes[:MOST_CHANGES]
    lines += [f"- {change.text}" for change in found]
    if len(comparison.changes) > MOST_CHANGES:
        lines.append(f"- and {len(comparison.changes) - MOST_CHANGES} more")
    lines += [f"- {note}" for note in comparison.notes]
    if comparison.rebuilt and comparison in review.locks:
        lines.append(f"- tables that are rebuilt: {codes(comparison.rebuilt)}")
    lines += ["", *_bytes(comparison, review.basis), *_numbers(comparison.numbers)]
    return comparison.title, lines


def _title(comparison: Comparison, review: Review) -> str:
    return comparison.title if comparison in review.samples else code(comparison.title)


def _bytes(comparison: Comparison, basis: str) -> list[str]:
    found = comparison.bytes
    if found is None:
        needed = comparison.moves_numbers and not basis and comparison.before is not None
        return [f"Bytes: no estimate; {HOW}.", ""] if needed else []
    if found.problem:
        return [f"Bytes: no estimate, since {plain(found.problem)}.", ""]
    names = list(dict.fromkeys([*found.before, *found.after]))
    moved = [n for n in names if found.before.get(n) != found.after.get(n)]
    rows = [[code(n), _size(found.before.get(n)), _size(found.after.get(n))] for n in moved]
    text = f"Estimated bytes: {_total(found)}."
    heads = ["model", "bytes before", "after"]
    return [text, "", *([*table(heads, rows, numbers=2), ""] if rows else [])]


def _size(size: int | None) -> str:
    return "–" if size is None else readable(size)


def _numbers(found: Numbers | None) -> list[str]:
    if found is None:
        return []
    if found.problem:
        return [f"Results: {plain(found.problem)}.", ""]
    if not found.differing:
        return [f"Results: none of {found.total:,} differs ({found.of}).", ""]
    head = f"Results: {found.differing:,} of {found.total:,} differ ({found.of})."
    where = "" if any(row.where for row in found.shown) else " Overall window, all enrolled units:"
    lines = [f"{head}{where}", "", *_rows(found.shown), ""] if found.shown else [head, ""]
    if found.others:
        counts = ", ".join(f"{count:,} {period}" for period, count in sorted(found.others.items()))
        lines += [f"Not shown: {counts}.", ""]
    return lines


def _rows(shown: list[Shown]) -> list[str]:
    has_where = any(row.where for row in shown)
    heads = ["metric", "statistic", "branch", "value before", "after", "uplift before", "after"]
    rows = [
        [
            code(row.metric),
            row.statistic,
            code(row.branch),
            *(_value(value) for value in row.values),
            *(_percent(value) for value in row.uplifts),
        ]
        for row in shown
    ]
    if has_where:
        heads = ["window", *heads]
        rows = [[row.where, *cells] for row, cells in zip(shown, rows, strict=True)]
    return table(heads, rows, numbers=4)


def _value(value: Value | None) -> str:
    return "–" if value is None or value[0] is None else f"{value[0]:.6g}"


def _percent(value: Value | None) -> str:
    if value is None or value[0] is None:
        return "–"
    point, lower, upper = value
    interval = "" if lower is None or upper is None else f" ({lower:+.2%} to {upper:+.2%})"
    return f"{point:+.2%}{interval}"
