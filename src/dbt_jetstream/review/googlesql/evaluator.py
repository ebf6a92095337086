"""The rows that a query gives by GoogleSQL's reference implementation, on tables with contents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import empty_pb2
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.public import type_pb2, value_pb2

from dbt_jetstream.review.googlesql.catalog import Catalog
from dbt_jetstream.review.googlesql.library import call

EPOCH = dt.date(1970, 1, 1)
EPOCH_TIME = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# The field of a value's message for each type of which Python's value needs no change.
FIELDS = {
    type_pb2.TYPE_INT64: "int64_value",
    type_pb2.TYPE_DOUBLE: "double_value",
    type_pb2.TYPE_BOOL: "bool_value",
    type_pb2.TYPE_STRING: "string_value",
    type_pb2.TYPE_BYTES: "bytes_value",
    type_pb2.TYPE_JSON: "json_value",
}


@dataclass(frozen=True)
class Evaluated:
    """What a query gives.

    Attributes:
        columns: The types of its columns, by their names.
        rows: Its rows: dates and times as Python's, arrays as lists, structs as dicts.
    """

    columns: dict[str, type_pb2.TypeProto]
    rows: list[tuple[Any, ...]]


def evaluate(
    catalog: Catalog, sql: str, contents: Mapping[str, Iterable[Sequence[Any]]] | None = None
) -> Evaluated:
    """Evaluate a query.

    Args:
        catalog: Its tables and functions.
        sql: The query, which names tables as macros do: each part of a name in backticks.
        contents: The rows of all tables that it reads, in the order of their columns, by the
            tables' names with dots.

    Raises:
        Refused: If the query is not BigQuery's, or fails while it runs.
    """
    request = service.PrepareQueryRequest(sql=sql, options=catalog.options())
    request.simple_catalog.CopyFrom(catalog.proto)
    for name, given in (contents or {}).items():
        _fill(request, catalog.table(name), name, given)
    prepared = call("PrepareQuery", request, service.PrepareQueryResponse).prepared
    number = prepared.prepared_query_id
    try:
        asked = service.EvaluateQueryRequest(prepared_query_id=number)
        found = call("EvaluateQuery", asked, service.EvaluateQueryResponse)
    finally:
        ended = service.UnprepareQueryRequest(prepared_query_id=number)
        call("UnprepareQuery", ended, empty_pb2.Empty)
    columns = {column.name: column.type for column in prepared.columns}
    kinds = [column.type for column in prepared.columns]
    rows = [
        tuple(_python(cell, kind) for cell, kind in zip(row.cell, kinds, strict=True))
        for row in found.content.table_data.row
    ]
    return Evaluated(columns, rows)


def _fill(request: Any, table: Any, name: str, given: Iterable[Sequence[Any]]) -> None:
    """Give a table its rows."""
    if "." in name:
        # Only tables outside of any dataset can have rows.
        request.sql = request.sql.replace(f"`{name.replace('.', '`.`')}`", f"`{name}`")
        request.simple_catalog.table.add(name=name).column.extend(table.column)
    content = request.table_content[name].table_data
    content.SetInParent()
    for row in given:
        cells = zip(row, table.column, strict=True)
        content.row.add(cell=[_value(cell, column.type) for cell, column in cells])


def _value(value: Any, kind: type_pb2.TypeProto) -> value_pb2.ValueProto:
    made = value_pb2.ValueProto()
    if value is None:
        return made
    if kind.type_kind == type_pb2.TYPE_ARRAY:
        made.array_value.SetInParent()
        made.array_value.element.extend(_value(v, kind.array_type.element_type) for v in value)
    elif kind.type_kind == type_pb2.TYPE_STRUCT:
        made.struct_value.SetInParent()
        given = value.values() if isinstance(value, Mapping) else value
        fields = zip(given, kind.struct_type.field, strict=True)
        made.struct_value.field.extend(_value(v, field.field_type) for v, field in fields)
    elif kind.type_kind == type_pb2.TYPE_DATE:
        made.date_value = (value - EPOCH).days
    elif kind.type_kind == type_pb2.TYPE_TIMESTAMP:
        seconds, rest = divmod(value - EPOCH_TIME, dt.timedelta(seconds=1))
        made.timestamp_value.seconds = seconds
        made.timestamp_value.nanos = rest.microseconds * 1000
    else:
        setattr(made, FIELDS[kind.type_kind], value)
    return made


def _python(value: value_pb2.ValueProto, kind: type_pb2.TypeProto) -> Any:
    field = value.WhichOneof("value")
    if field is None:
        return None
    if field == "array_value":
        return [_python(item, kind.array_type.element_type) for item in value.array_value.element]
    if field == "struct_value":
        pairs = zip(value.struct_value.field, kind.struct_type.field, strict=True)
        return {
            described.field_name or index: _python(item, described.field_type)
            for index, (item, described) in enumerate(pairs)
        }
    if field == "date_value":
        return EPOCH + dt.timedelta(days=value.date_value)
    if field == "timestamp_value":
        seconds, nanos = value.timestamp_value.seconds, value.timestamp_value.nanos
        return EPOCH_TIME + dt.timedelta(seconds=seconds, microseconds=nanos // 1000)
    return getattr(value, field)
