"""The tables and functions that statements name, and what GoogleSQL says of statements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from google.protobuf import empty_pb2
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.proto import options_pb2, simple_catalog_pb2
from zetasql.wasi._pb2.zetasql.public import options_pb2 as features
from zetasql.wasi._pb2.zetasql.public import type_pb2
from zetasql.wasi._pb2.zetasql.resolved_ast.resolved_node_kind_pb2 import ResolvedNodeKind

from dbt_jetstream.review.googlesql.library import call, loaded

SIMPLE = {
    "INT64": type_pb2.TYPE_INT64,
    "FLOAT64": type_pb2.TYPE_DOUBLE,
    "BOOL": type_pb2.TYPE_BOOL,
    "STRING": type_pb2.TYPE_STRING,
    "BYTES": type_pb2.TYPE_BYTES,
    "DATE": type_pb2.TYPE_DATE,
    "TIMESTAMP": type_pb2.TYPE_TIMESTAMP,
    "DATETIME": type_pb2.TYPE_DATETIME,
    "TIME": type_pb2.TYPE_TIME,
    "NUMERIC": type_pb2.TYPE_NUMERIC,
    "BIGNUMERIC": type_pb2.TYPE_BIGNUMERIC,
    "JSON": type_pb2.TYPE_JSON,
    "INTERVAL": type_pb2.TYPE_INTERVAL,
    "GEOGRAPHY": type_pb2.TYPE_GEOGRAPHY,
}
# BigQuery splits a name in one pair of backticks at its dots.
DOTTED = re.compile(r"`[\w-]+(?:\.[\w-]+)+`")
NAMES = {kind: name for name, kind in SIMPLE.items()}
# GoogleSQL, unlike BigQuery, knows a type by one name. These are those that BigQuery's SQL knows:
# cloud.google.com/bigquery/docs/reference/standard-sql/data-types.
ALIASES = {
    **dict.fromkeys(("INT", "SMALLINT", "INTEGER", "BIGINT", "TINYINT", "BYTEINT"), "INT64"),
    "DECIMAL": "NUMERIC",
    "BIGDECIMAL": "BIGNUMERIC",
    "BOOLEAN": "BOOL",
}
# And this is what schemas call a type besides.
SYNONYMS = {**ALIASES, "FLOAT": "FLOAT64"}


class Catalog:
    """Tables and functions, as one BigQuery client sees them."""

    def __init__(self) -> None:
        self.language = _language()
        self.proto = simple_catalog_pb2.SimpleCatalogProto(name="bigquery")
        self.proto.builtin_function_options.language_options.CopyFrom(self.language)
        for name, known in ALIASES.items():
            kind = type_pb2.TypeProto(type_kind=SIMPLE[known])
            self.proto.named_type.add(name=name).type.CopyFrom(kind)
        self._registered: tuple[object, int] | None = None
        # The tables that have changed since the catalog was handed over.
        self._changed: set[str] = set()

    def copy(self) -> Catalog:
        """Return a catalog of its own with the same tables and functions."""
        made = Catalog()
        made.proto.CopyFrom(self.proto)
        return made

    def add_table(self, name: str, columns: Mapping[str, str]) -> None:
        """Add a table, or put it in the place of the one of its name.

        Args:
            name: Its project, dataset and name, with dots.
            columns: The types of its columns, as BigQuery writes them, by their names.
        """
        self.add_typed_table(name, {column: self.type(text) for column, text in columns.items()})

    def add_typed_table(self, name: str, columns: Mapping[str, type_pb2.TypeProto]) -> None:
        """Add a table of which the types are known, such as those of a query's `columns`."""
        *parents, last = name.split(".")
        catalog = self._inner(parents)
        for old in [table for table in catalog.table if table.name.lower() == last.lower()]:
            catalog.table.remove(old)
        table = catalog.table.add(name=last)
        for column, kind in columns.items():
            table.column.add(name=column).type.CopyFrom(kind)
        self._changed.add(last.lower())

    def add_function(self, create: str, name: str | None = None) -> None:
        """Add a function: of SQL with its body, of another language by its signature.

        Args:
            create: Its CREATE FUNCTION statement.
            name: Its name with dots, where that is another than in the statement.
        """
        statement = self.analyze(create).resolved_statement.resolved_create_statement_node
        function = statement.resolved_create_function_stmt_node
        path = name.split(".") if name else list(function.parent.name_path)
        made = self._inner(path[:-1]).custom_function.add(name_path=[path[-1]])
        made.mode = 2 if function.is_aggregate else 1
        made.signature.add().CopyFrom(function.signature)
        if function.language.upper() == "SQL":
            made.group = "Templated_SQL_Function"
            made.parse_resume_location.input = function.code
            made.parse_resume_location.byte_position = 0
            made.templated_sql_function_argument_name.extend(function.argument_name_list)
        else:
            made.group = "External_function"
        self._forget()

    def table(self, name: str) -> Any:
        """Return the description of a table, by its name with dots; it has `column`, a list.

        Raises:
            LookupError: If there is none.
        """
        *parents, last = name.split(".")
        for table in self._inner(parents).table:
            if table.name.lower() == last.lower():
                return table
        message = f"no table {name}"
        raise LookupError(message)

    def _inner(self, path: list[str]) -> Any:
        catalog = self.proto
        for part in path:
            found = [inner for inner in catalog.catalog if inner.name.lower() == part.lower()]
            catalog = found[0] if found else catalog.catalog.add(name=part)
        return catalog

    def type(self, text: str) -> type_pb2.TypeProto:
        """Return the type that BigQuery's text names, such as `ARRAY<STRUCT<key STRING>>`."""
        plain = SYNONYMS.get(text.upper(), text.upper())
        if plain in SIMPLE:
            return type_pb2.TypeProto(type_kind=SIMPLE[plain])
        return type_pb2.TypeProto.FromString(_read_type(text))

    def options(self) -> options_pb2.AnalyzerOptionsProto:
        """Return how statements are analyzed."""
        return options_pb2.AnalyzerOptionsProto(
            language_options=self.language,
            error_message_mode=features.ERROR_MESSAGE_ONE_LINE,
            prune_unused_columns=True,
            default_timezone="UTC",
        )

    def analyze(self, sql: str) -> Any:
        """Resolve a statement; returns GoogleSQL's `AnalyzeResponse`.

        Raises:
            Refused: If BigQuery would refuse it.
        """
        split = DOTTED.sub(lambda name: name.group().replace(".", "`.`"), sql)
        request = service.AnalyzeRequest(
            options=self.options(), sql_statement=split, registered_catalog_id=self._register(sql)
        )
        return call("Analyze", request, service.AnalyzeResponse)

    def columns(self, sql: str) -> dict[str, type_pb2.TypeProto]:
        """Return the types of a query's columns, by their names; or of those that one creates.

        Raises:
            Refused: If BigQuery would refuse it.
        """
        return columns_of(self.analyze(sql))

    def _register(self, sql: str) -> int:
        """Hand the catalog over once for all statements, and anew where one names what changed."""
        text = sql.lower()
        if any(table in text for table in self._changed):
            self._forget()
        if self._registered is None or self._registered[0] is not loaded():
            request = service.RegisterCatalogRequest(simple_catalog=self.proto)
            response = call("RegisterCatalog", request, service.RegisterResponse)
            self._registered = loaded(), response.registered_id
            self._changed.clear()
        return self._registered[1]

    def _forget(self) -> None:
        if self._registered is not None and self._registered[0] is loaded():
            request = service.UnregisterRequest(registered_id=self._registered[1])
            call("UnregisterCatalog", request, empty_pb2.Empty)
        self._registered = None


@cache
def _read_type(text: str) -> bytes:
    """Ask what type a text names, once for a process, for telemetry repeats them."""
    (kind,) = _without_tables().columns(f"select cast(null as {text}) as value").values()
    return bytes(kind.SerializeToString())


@cache
def _without_tables() -> Catalog:
    return Catalog()


@cache
def _language() -> Any:
    """Return GoogleSQL with all its features, as BigQuery sets it: no set of it is BigQuery's."""
    asked = service.LanguageOptionsRequest(maximum_features=True)
    language = call("GetLanguageOptions", asked, options_pb2.LanguageOptionsProto)
    language.product_mode = features.PRODUCT_EXTERNAL
    language.reserved_keywords.append("QUALIFY")
    statements = [kind for name, kind in ResolvedNodeKind.items() if name.endswith("_STMT")]
    del language.supported_statement_kinds[:]
    language.supported_statement_kinds.extend(statements)
    return language


def columns_of(response: Any) -> dict[str, type_pb2.TypeProto]:
    """Return the types of the columns of a statement that was analyzed, by their names."""
    node = response.resolved_statement
    while not hasattr(node, "output_column_list"):
        node = getattr(node, node.WhichOneof("node")) if _is_one_of(node) else node.parent
    return {column.name: column.column.type for column in node.output_column_list}


def _is_one_of(node: Any) -> bool:
    """Whether a message stands for one of several nodes."""
    return "node" in node.DESCRIPTOR.oneofs_by_name


def type_text(kind: type_pb2.TypeProto) -> str:
    """Return BigQuery's text of a type."""
    if kind.type_kind == type_pb2.TYPE_ARRAY:
        return f"ARRAY<{type_text(kind.array_type.element_type)}>"
    if kind.type_kind == type_pb2.TYPE_STRUCT:
        fields = [
            f"`{field.field_name}` {text}" if field.field_name else text
            for field in kind.struct_type.field
            for text in [type_text(field.field_type)]
        ]
        return f"STRUCT<{', '.join(fields)}>"
    return NAMES.get(kind.type_kind) or type_pb2.TypeKind.Name(kind.type_kind).removeprefix("TYPE_")
