"""Starts bqemulator 1.4.0 with what it lacks of BigQuery, as far as dbt and this project use it.

Runs in the emulator's own virtual environment: `bigquery_launcher.py start --rest-port N
--grpc-port N --project P`. Each gap has a function that closes it, named after what BigQuery does.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import re
import urllib.parse
import urllib.request
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlglot
from bqemulator.api.routes import jobs, tables, upload
from bqemulator.catalog.memory_repository import MemoryCatalogRepository
from bqemulator.catalog.models import Clustering
from bqemulator.cli import main
from bqemulator.domain.errors import AlreadyExistsError
from bqemulator.jobs import executor
from bqemulator.sql import translator
from bqemulator.storage.engine import DuckDBEngine
from bqemulator.storage.sql_identifiers import quoted_table_ref
from bqemulator.storage.type_map import bq_schema_to_duckdb_columns
from sqlglot import exp
from sqlglot.parser import Parser

COMMENTS = re.compile(r"\A(?:\s*(?:--[^\n]*(?:\n|\Z)|#[^\n]*(?:\n|\Z)|/\*.*?\*/))*\s*", re.DOTALL)
SET_OPTIONS = re.compile(r"(?is)alter\s+(?:table|view)\s+(\S+)\s+set\s+(options\s*\(.*\))\W*\Z")
CREATED = re.compile(r"(?i)\s*create\s+(?:or\s+replace\s+)?table\s+(?:if\s+not\s+exists\s+)?(\S+)")
# As BigFrames writes it, in a session that it has opened.
TEMPORARY = re.compile(r"(?is)create temp table `_session`\.`([^`]+)`\s*(\(.*)")
SESSION = "_temporary"
QUERY = re.compile(r"(?i)select|with|\(")
# Whether a request is a dry run.
PLANNING: ContextVar[bool] = ContextVar("planning", default=False)
SHARED_FUNCTION = re.compile(r"(?<![`\w.])(mozfun\.\w+\.\w+)\(")
# Mozilla's own, which metric definitions call. Made through the API it would hold a subquery, which
# DuckDB refuses in the condition of an outer join.
SHARED_FUNCTIONS = """
create macro mozfun__map__get_key(pairs, wanted) as
    list_extract(list_filter(pairs, lambda pair: pair.key = wanted), 1).value
"""
DESTINATION = ("destinationTable", "writeDisposition", "createDisposition", "timePartitioning")
DESTINATION += ("clustering", "schemaUpdateOptions")


def integers_sum_to_integers() -> None:
    """DuckDB sums integers to HUGEINT, which a created table would show as NUMERIC."""
    execute = DuckDBEngine.execute

    def narrowed(self: Any, sql: str, parameters: list[Any] | None = None) -> Any:
        done = execute(self, sql, parameters)
        created = CREATED.match(COMMENTS.sub("", sql))
        if not created:
            return done
        rows = done.to_arrow_table()
        for column, kind, *_ in self.connection.execute(f"describe {created[1]}").fetchall():
            if kind == "HUGEINT":
                self.connection.execute(f'alter table {created[1]} alter "{column}" type bigint')
        return self.connection.from_arrow(rows)

    DuckDBEngine.execute = narrowed


def shared_functions_exist() -> None:
    """Functions of other projects are there, quoted or not."""
    register = DuckDBEngine._register_builtin_udfs
    translate = translator.SQLTranslator.translate

    def registered(self: Any) -> None:
        register(self)
        self.connection.execute(SHARED_FUNCTIONS)

    def translated(self: Any, bq_sql: str, **options: Any) -> Any:
        sql = SHARED_FUNCTION.sub(r"`\1`(", bq_sql)
        # DuckDB takes the alias for the keyword; BigFrames asks for the time like this.
        sql = re.sub(r"(?i)(current_timestamp\(\)\s+as\s+)`current_timestamp`", r"\1`now`", sql)
        return translate(self, sql, **options)

    DuckDBEngine._register_builtin_udfs = registered
    translator.SQLTranslator.translate = translated


def geography_is_optional() -> None:
    """Without the extension for it, only functions of geography are missing."""
    DuckDBEngine._load_spatial = lambda _: None


def uploads_have_any_content_type() -> None:
    """As google-cloud-bigquery sends them."""
    upload._PERMITTED_MEDIA_CONTENT_TYPES += ("*/*",)


def tables_are_described_in_full() -> None:
    """With clustering and expiration, and a location, without which BigFrames reads no table."""
    described = tables._table_to_rest

    def in_full(table: Any) -> dict[str, Any]:
        found = {"location": "US", **described(table)}
        if table.clustering is not None:
            found["clustering"] = {"fields": list(table.clustering.fields)}
        if table.expiration_time is not None:
            found["expirationTime"] = str(int(table.expiration_time.timestamp() * 1000))
        return found

    tables._table_to_rest = in_full


def tables_have_options() -> None:
    """A table keeps its clustering, labels and expiration; jobs write where they say."""
    run = jobs._handle_query_job

    async def handled(project_id: str, job_id: str, config: dict, *, ctx: Any, **more: Any) -> Any:
        query = config.get("query", {})
        sql = COMMENTS.sub("", query.get("query") or "")
        altered = SET_OPTIONS.match(sql)
        if altered and not more["dry_run"]:
            keep_options(ctx, project_id, altered[1], f"create table t (x int64) {altered[2]}")
            config = {**config, "query": {**query, "query": "select 1 as one"}}
        elif isinstance(query.get("destinationTable"), dict) and re.match(
            r"(?i)select|with|\(", sql
        ):
            return await written(run, project_id, job_id, config, ctx=ctx, **more)
        done = await run(project_id, job_id, config, ctx=ctx, **more)
        if isinstance(getattr(done, "configuration", None), dict):
            done.configuration["labels"] = config.get("labels", {})
        created = CREATED.match(sql)
        if created and not more["dry_run"] and not getattr(done, "error_result", None):
            keep_options(ctx, project_id, created[1], sql)
        return done

    jobs._handle_query_job = handled


async def written(
    run: Any, project: str, job_id: str, config: dict, *, ctx: Any, **more: Any
) -> Any:
    """Run a query job that names the table to write."""
    query = config["query"]
    to = query["destinationTable"]
    names = (to.get("projectId") or project, to["datasetId"], to["tableId"])
    table = ".".join(names)
    disposition = query.get("writeDisposition") or "WRITE_EMPTY"
    exists = ctx.catalog.get_table(*names) is not None
    if exists and disposition == "WRITE_EMPTY":
        raise AlreadyExistsError(f"Already Exists: Table {table.replace('.', ':', 1)}")
    appends = exists and disposition == "WRITE_APPEND"
    verb = f"insert into `{table}`" if appends else f"create or replace table `{table}` as"
    rest = {key: value for key, value in query.items() if key not in DESTINATION}
    sql = COMMENTS.sub("", query["query"]).rstrip().rstrip(";")
    made = {**config, "query": {**rest, "query": f"{verb} {sql}"}}
    done = await run(project, job_id, made, ctx=ctx, **more)
    if getattr(done, "error_result", None):
        return done
    read = {key: value for key, value in rest.items() if "arameter" not in key}
    shown = {**config, "query": {**read, "query": f"select * from `{table}`"}}
    return await run(project, job_id, shown, ctx=ctx, **more)


def keep_options(ctx: Any, project: str, name: str, ddl: str) -> None:
    """Keep what a statement says of a table in the catalog."""
    parts = name.replace("`", "").rstrip("(").split(".")
    table = ctx.catalog.get_table(*([project, *parts] if len(parts) == 2 else parts))
    if table is None:
        return
    tree = sqlglot.parse_one(ddl, read="bigquery")
    kept: dict[str, Any] = {}
    cluster = tree.find(exp.ClusterProperty)
    if cluster is not None:
        kept["clustering"] = Clustering(fields=tuple(c.name for c in cluster.expressions))
    for option in tree.find_all(exp.Property):
        kept |= kept_option(option)
    ctx.catalog.update_table(table.model_copy(update=kept))


def kept_option(option: exp.Property) -> dict[str, Any]:
    """Read one option of a table; none where the catalog has no place for it."""
    name, value = option.name.lower(), option.args.get("value")
    if name == "description":
        return {"description": value.name}
    if name == "labels":
        pairs = [pair.expressions for pair in value.find_all(exp.Tuple, exp.Struct)]
        return {"labels": {key.name: label.name for key, label in pairs}}
    if name == "expiration_timestamp":
        moment = value.find(exp.Literal) if isinstance(value, exp.Cast) else None
        return {"expiration_time": dt.datetime.fromisoformat(moment.name) if moment else None}
    return {}


def dry_runs_look_at_no_row() -> None:
    """A dry run only plans, so that it does not find a value that cannot be cast."""
    preview = jobs._dry_run_response
    translate = translator.SQLTranslator.translate

    async def planned(*, bq_sql: str, **more: Any) -> Any:
        sql = COMMENTS.sub("", bq_sql).rstrip().rstrip(";")
        if QUERY.match(sql):
            bq_sql = f"select * from (\n{sql}\n) limit 0"
        planning = PLANNING.set(True)
        try:
            return await preview(bq_sql=bq_sql, **more)
        finally:
            PLANNING.reset(planning)

    def translated(self: Any, bq_sql: str, **options: Any) -> Any:
        # With a schema it gives columns of typed rows names that they do not have.
        if PLANNING.get():
            options.pop("schema", None)
        return translate(self, bq_sql, **options)

    jobs._dry_run_response = planned
    translator.SQLTranslator.translate = translated


def tables_gain_columns() -> None:
    """A table whose description gets more columns has them, without values."""
    update = MemoryCatalogRepository.update_table

    def gained(self: Any, table: Any) -> Any:
        known = self.get_table(table.project_id, table.dataset_id, table.table_id).schema_.fields
        new = table.schema_.fields[len(known) :]
        place = quoted_table_ref(table.project_id, table.dataset_id, table.table_id)
        for name, kind in bq_schema_to_duckdb_columns([tables._field_to_rest(f) for f in new]):
            self._engine.execute(f'alter table {place} add column if not exists "{name}" {kind}')
        return update(self, table)

    MemoryCatalogRepository.update_table = gained


def sessions_have_temporary_tables() -> None:
    """A session's table lies in a dataset that is hidden, and the job that makes it says where."""
    run = jobs._handle_query_job

    async def handled(project_id: str, job_id: str, config: dict, *, ctx: Any, **more: Any) -> Any:
        query = config.get("query", {})
        temporary = TEMPORARY.match(query.get("query") or "")
        if not temporary:
            return await run(project_id, job_id, config, ctx=ctx, **more)
        statements = {
            f"{job_id}_dataset": f"create schema if not exists `{project_id}.{SESSION}`",
            job_id: f"create table `{project_id}.{SESSION}.{temporary[1]}` {temporary[2]}",
        }
        for name, sql in statements.items():
            made = {**config, "query": {**query, "query": sql}}
            done = await run(project_id, name, made, ctx=ctx, **more)
        place = {"projectId": project_id, "datasetId": SESSION, "tableId": temporary[1]}
        done.configuration["query"]["destinationTable"] = place
        return done

    jobs._handle_query_job = handled


def merges_insert_rows() -> None:
    """`insert row` takes all columns of the source; DuckDB says `insert`. BigFrames replaces so."""
    execute = DuckDBEngine.execute

    def inserted(self: Any, sql: str, parameters: list[Any] | None = None) -> Any:
        return execute(self, re.sub(r"(?i)(then insert) row\s*\Z", r"\1", sql), parameters)

    DuckDBEngine.execute = inserted


def exports_reach_storage() -> None:
    """EXPORT DATA, after comments too, writes to the storage server of STORAGE_EMULATOR_HOST.

    The emulator writes into the folder BQEMU_GCS_LOCAL_ROOT, which the server must not share.
    """
    server, root = os.environ.get("STORAGE_EMULATOR_HOST"), os.environ.get("BQEMU_GCS_LOCAL_ROOT")
    if not server or not root:
        return
    parse, write = executor.parse_export_data, executor.write_export

    def uploaded(*job: Any) -> Any:
        done = write(*job)
        for file in [path for path in Path(root).rglob("*") if path.is_file()]:
            bucket, name = file.relative_to(root).as_posix().split("/", 1)
            asked = urllib.parse.urlencode({"uploadType": "media", "name": name})
            url = f"{server}/upload/storage/v1/b/{bucket}/o?{asked}"
            urllib.request.urlopen(urllib.request.Request(url, file.read_bytes())).close()
            file.unlink()
        return done

    executor.write_export = uploaded
    executor.parse_export_data = lambda sql: parse(COMMENTS.sub("", sql).rstrip().rstrip(";"))


def statements_are_parsed_once() -> None:
    """The emulator parses a statement anew for each of some thirty rewriters of its."""
    parse_one = sqlglot.parse_one

    @lru_cache(maxsize=4)
    def parsed(sql: str, options: tuple[tuple[str, Any], ...]) -> exp.Expr:
        return parse_one(sql, **dict(options))

    def copied(sql: str, **options: Any) -> exp.Expr:
        return parsed(sql, tuple(options.items())).copy()

    sqlglot.parse_one = copied


def garbage_is_collected_seldom() -> None:
    """Syntax trees are many objects that live for a moment."""
    gc.set_threshold(100_000, 20, 50)


def subqueries_are_not_copied_for_their_names() -> None:
    """Looking for tables that are columns of others, sqlglot copies all that stands after FROM."""
    find = Parser._implicit_unnests_to_explicit

    def found(self: Any, this: exp.Expr) -> exp.Expr:
        sources = [this.args["from_"].this, *(join.this for join in this.args.get("joins") or ())]
        bodies = [(s, s.this) for s in sources if isinstance(s, exp.Subquery)]
        for source, _ in bodies:
            source.args["this"] = None
        try:
            return find(self, this)
        finally:
            for source, body in bodies:
                source.args["this"] = body

    Parser._implicit_unnests_to_explicit = found


if __name__ == "__main__":
    garbage_is_collected_seldom()
    statements_are_parsed_once()
    subqueries_are_not_copied_for_their_names()
    integers_sum_to_integers()
    shared_functions_exist()
    geography_is_optional()
    uploads_have_any_content_type()
    tables_are_described_in_full()
    tables_have_options()
    tables_gain_columns()
    dry_runs_look_at_no_row()
    sessions_have_temporary_tables()
    merges_insert_rows()
    exports_reach_storage()
    main()
