"""What SQL's literals, aliases and patterns are in Python."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp


def unnest_alias(unnest: exp.Unnest) -> str:
    """Name the rows of an UNNEST."""
    alias = unnest.args.get("alias")
    if alias is None:
        return ""
    return alias.name or (alias.columns[0].name if alias.columns else "")


def literals_of(node: exp.Expr) -> list[Any]:
    """List the literals among the operands of a node."""
    children = [
        child.this if isinstance(child, exp.Lower) else child for child in node.iter_expressions()
    ]
    return [
        python(child)
        for child in children
        if isinstance(child, exp.Literal | exp.RawString | exp.Boolean)
        or (isinstance(child, exp.Neg) and isinstance(child.this, exp.Literal))
    ]


def python(node: exp.Expr) -> Any:
    """Return what a literal is in Python."""
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Neg):
        return -python(node.this)
    if isinstance(node, exp.Literal) and not node.is_string:
        return float(node.this) if "." in node.this else int(node.this)
    return node.name


def type_of(value: Any) -> str:
    """Name the type of a literal."""
    if isinstance(value, bool):
        return "BOOLEAN"
    if isinstance(value, int | float):
        return "NUMBER"
    return "VARCHAR"


def matching(pattern: str) -> list[str]:
    """Make texts that a LIKE pattern or a simple regular expression matches."""
    plain = [re.sub(r"\\(.)", r"\1", part) for part in pattern.split("|")]
    return [part.replace("%", "").strip("^$") for part in plain]
