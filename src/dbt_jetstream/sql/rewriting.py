"""What the rewrites of BigQuery's syntax tree share."""

from __future__ import annotations

from typing import TypeVar

from sqlglot import exp

Node = TypeVar("Node", bound=exp.Expr)


def call(name: str, *arguments: exp.Expr, quoted: bool = False) -> exp.Expr:
    """Make a call of a function, by a name that is written as it is given."""
    function = exp.to_identifier(name, quoted=True) if quoted else name
    return exp.Anonymous(this=function, expressions=list(arguments))


def refuse(node: exp.Expr, what: str) -> None:
    """Put a call in a node's place that DuckDB lacks: `compatibility.gap` names `what`.

    Args:
        node: What has no form on DuckDB with BigQuery's meaning.
        what: How BigQuery writes it, without dots: `FORMAT with %t`. It is told in capitals.
    """
    node.replace(call(what, quoted=True))


def innermost_first(root: exp.Expr, *kinds: type[Node]) -> list[Node]:
    """List nodes such that a copy of one holds what became of those inside it."""
    return list(reversed(list(root.find_all(*kinds))))


def bare(node: exp.Expr) -> exp.Expr:
    """Copy a node without parentheses around it, which arguments need not have."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node.copy()


def is_number(node: exp.Expr | None) -> bool:
    """Whether a node is a number as it is written, with a sign or none."""
    inner = node.this if isinstance(node, exp.Neg) else node
    return isinstance(inner, exp.Literal) and not inner.is_string
