"""Rewrites of JSON: text that is none, and what is no scalar, is null."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from dbt_jetstream.sql.rewriting import call, innermost_first, refuse

NAMES: dict[type[exp.Expr], str] = {
    exp.JSONExtractScalar: "bigquery_json_scalar",
    exp.JSONExtract: "bigquery_json_query",
    exp.JSONExtractArray: "bigquery_json_array",
    exp.JSONValueArray: "bigquery_json_texts",
}
# Of JSON's own type, which telemetry has not.
WITHOUT_FORM: dict[type[exp.Expr], str] = {
    exp.JSONBool: "BOOL of JSON",
    exp.String: "STRING of JSON",
    exp.JSONType: "JSON_TYPE of JSON",
}


def _read_leniently(root: exp.Expr) -> None:
    """Read documents by the library, for which malformed text is null."""
    for node in innermost_first(root, *NAMES):
        path = node.expression or exp.Literal.string("$")
        node.replace(call(NAMES[type(node)], node.this.copy(), path.copy()))


def _write_nulls(root: exp.Expr) -> None:
    """Write a null as JSON's `null`, and NaN as text."""
    for node in innermost_first(root, exp.JSONFormat):
        node.replace(call("bigquery_to_json_string", node.this.copy()))


def _refuse_other(root: exp.Expr) -> None:
    for node in innermost_first(root, *WITHOUT_FORM):
        refuse(node, WITHOUT_FORM[type(node)])


CHANGES: tuple[Callable[[exp.Expr], None], ...] = (
    _read_leniently,
    _write_nulls,
    _refuse_other,
)
