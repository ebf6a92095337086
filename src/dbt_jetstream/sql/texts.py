"""Rewrites of texts and of lists: formats, positions, patterns."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from dbt_jetstream.sql.rewriting import call, innermost_first, is_number, refuse

BACKSLASH = "\\"
SPECIFIER = re.compile(r"%(?P<flags>[-+ #0']*)(?P<size>\d*(?:\.\d+)?)(?P<code>.)")
# The type that a code of FORMAT prints, and the code that DuckDB's printf has for it.
PRINTED = {
    **dict.fromkeys("di", ("BIGINT", "d")),
    **{code: ("BIGINT", code) for code in "xXo"},
    **{code: ("DOUBLE", code) for code in "feEgG"},
    "s": ("TEXT", "s"),
}


def _print(root: exp.Expr) -> None:
    """Write FORMAT as printf, and refuse codes that it has not."""
    for node in innermost_first(root, exp.Format):
        layout = node.this
        if not isinstance(layout, exp.Literal):
            refuse(node, "FORMAT with a computed text")
            continue
        found = [one for one in SPECIFIER.finditer(layout.name) if one["code"] != "%"]
        unknown = [one.group() for one in found if one["code"] not in PRINTED]
        if unknown or len(found) != len(node.expressions):
            refuse(node, f"FORMAT with {unknown[0] if unknown else layout.name}")
            continue
        text = SPECIFIER.sub(_printf, layout.name)
        values = [
            exp.cast(value.copy(), PRINTED[one["code"]][0])
            for one, value in zip(found, node.expressions, strict=True)
        ]
        node.replace(call("PRINTF", exp.Literal.string(text), *values))


def _printf(found: re.Match[str]) -> str:
    if found["code"] == "%":
        return "%%"
    flags, grouped = found["flags"].replace("'", ""), "'" in found["flags"]
    return f"%{flags}{',' if grouped else ''}{found['size']}{PRINTED[found['code']][1]}"


def _cut_texts(root: exp.Expr) -> None:
    """Count positions of SUBSTR from 1 where they are 0 or lie before a text."""
    for node in innermost_first(root, exp.Substring):
        start = node.args.get("start")
        if start is None or (isinstance(start, exp.Literal) and start.name != "0"):
            continue
        length = node.args.get("length")
        arguments = [one.copy() for one in (node.this, start, length) if one is not None]
        node.replace(call("bigquery_substr", *arguments))


def _measure_texts(root: exp.Expr) -> None:
    for node in list(root.find_all(exp.ByteLength)):
        node.replace(call("STRLEN", node.this.copy()))
    for code in list(root.find_all(exp.Unicode)):
        code.replace(call("bigquery_unicode", code.this.copy()))
    for position in innermost_first(root, exp.StrPosition):
        start = position.args.get("position")
        is_first = start is None or (is_number(start) and start.sql() == "1")
        if not is_first or position.args.get("occurrence"):
            refuse(position, "INSTR with a position")


def _escape_patterns(root: exp.Expr) -> None:
    """Let a backslash escape a wildcard of LIKE, which DuckDB does on request only."""
    for node in list(root.find_all(exp.Like)):
        if BACKSLASH in node.expression.name and not isinstance(node.parent, exp.Escape):
            like = exp.Like(this=node.this, expression=node.expression)
            escaped = exp.Escape(this=like, expression=exp.Literal.string(BACKSLASH))
            node.replace(exp.Not(this=escaped) if node.args.get("negate") else escaped)


def _join_lists(root: exp.Expr) -> None:
    """Make a list of lists null where one of them is."""
    for node in innermost_first(root, exp.ArrayConcat):
        joined = node.this.copy()
        for more in node.expressions:
            joined = call("bigquery_array_concat", joined, more.copy())
        node.replace(joined)


CHANGES: tuple[Callable[[exp.Expr], None], ...] = (
    _print,
    _cut_texts,
    _measure_texts,
    _escape_patterns,
    _join_lists,
)
