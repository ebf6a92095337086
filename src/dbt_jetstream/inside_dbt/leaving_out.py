"""A model of an experiment that fails is built without the metrics or segments that fail.

So each of these costs itself alone, whatever runs dbt; a data source that cannot be read costs its
metrics. The warehouse does not say which of them failed: the model is compiled with some of them
and tried, until it is known. What was left out is told to the models that follow and to the logs.

dbt has no hook around a model's failure: its runner's method is wrapped. Without it a metric that
fails costs its data source in `jetstream run`, and its experiment's day in `dbt build`. A build in
which nothing fails costs a comparison of names for each model.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from dbt.artifacts.schemas.results import RunStatus
from dbt.artifacts.schemas.run import RunResult
from dbt.contracts.graph.manifest import Manifest
from dbt.task.run import ModelRunner
from dbt_common.events.base_types import EventLevel
from dbt_common.events.functions import fire_event
from dbt_common.events.types import Note
from dbt_common.exceptions import DbtRuntimeError

from dbt_jetstream.inside_dbt.reduced import affected, entries_of, reduced, without_parts

# Beside the nodes of dbt's `graph`, which lives as long as a command and which macros read.
LEFT_OUT = "left_out"
# What is said of it: how, by kind, name and reason.
LEFT_OUT_WORDS = "left_out_words"
WORDS = "%s `%s` is left out, for it fails: %s"
# The data sources that were left out, with reasons: by name, by experiment.
ABSENT = "absent_sources"
# The variable by which a caller leaves out data sources itself.
ABSENT_SOURCES = "JETSTREAM_ABSENT_SOURCES"
PACKAGE = "dbt_jetstream"
PROBE = "jetstream_probe"
# BigQuery refuses a query that returns much to nobody.
PROBED = f"create or replace temp table {PROBE} as\n{{}};\ndrop table {PROBE}"
# What is of one statement or request, which nobody wrote by hand or can look up later: DuckDB shows
# the line of the SQL and a mark below it, BigQuery names the place, the request and the job.
UNTOLD = re.compile(
    r"\n+LINE \d+:.*|\n+Location: \S+\n+Job ID: .*| at \[\d+:\d+\]|\d{3} [A-Z]+ https?://\S+: ",
    re.DOTALL,
)
# What the macros `grows` and `noted_in_run` keep beside a model in dbt's `graph`.
NOTED, BUILT_BY = "_found_before", "built by {}"
# What DuckDB sums whole numbers to, and what tables hold; see the macro `narrow_integers`.
WIDE, NARROW, FRACTIONAL = "HUGEINT", "BIGINT", "DOUBLE"
# What of a definition can be left out, or has parts that can.
DIVISIBLE = {"data_source", "data_sources", "exposure_signal", "segment_sources"}
_build_whole = ModelRunner.compile_and_execute
_noting = threading.Lock()

# Says why the warehouse refuses a model with some entries alone; None where it does not.
Refusal = Callable[[Sequence[str]], str | None]
# Tries a query that is made of some entries.
Attempt = Callable[[str, Sequence[str]], Any]


def extend() -> None:
    """Let dbt build the models of experiments so; doing it twice changes nothing."""
    ModelRunner.compile_and_execute = _build  # type: ignore[method-assign, assignment]


def left_out(manifest: Manifest) -> dict[str, dict[str, str]]:
    """Return what dbt's current or last command left out, with reasons: entries by experiment."""
    manifest.flat_graph[LEFT_OUT_WORDS] = WORDS
    found: dict[str, dict[str, str]] = manifest.flat_graph.setdefault(LEFT_OUT, {})
    return found


def _build(runner: ModelRunner, manifest: Manifest, context: Any) -> Any:
    """Build a model; where it fails, again without what it fails for."""
    config = runner.node.config
    written = config.meta
    slug = written.get("experiment", {}).get("slug")
    if not (slug and runner.node.language == "sql" and _has_parts(written)):
        return _build_whole(runner, manifest, context)
    known = left_out(manifest).get(slug)
    # As it is written as long as nothing fails: putting it together takes time.
    out = affected(_whole(runner, manifest), known) if known else {}
    _note(manifest, slug, out)
    try:
        while True:
            config.meta = reduced(_whole(runner, manifest), out) if out else written
            try:
                return _build_whole(runner, manifest, context)
            except DbtRuntimeError as error:
                definition = _whole(runner, manifest)
                left = [entry for entry in entries_of(definition) if entry not in out]
                found = _failing(runner, manifest, definition, left)
                if not found:
                    if "data_source" not in definition or ABSENT_SOURCES in os.environ:
                        raise
                    return _without_source(runner, manifest, slug, _said(error))
            _note(manifest, slug, found)
            out |= found
    finally:
        config.meta = written


def _has_parts(written: Mapping[str, Any]) -> bool:
    """Whether something can be left out of a model, by what is written of its definition."""
    return bool(DIVISIBLE & {*written, *written.get("looked_up", ())})


def _whole(runner: ModelRunner, manifest: Manifest) -> dict[str, Any]:
    """Return a model's definition with what other models of its experiment say."""
    node = manifest.flat_graph["nodes"][runner.node.unique_id]
    found: dict[str, Any] = runner.adapter.execute_macro(
        "definition_of", macro_resolver=manifest, project=PACKAGE, kwargs={"node": node}
    )
    return found


def _without_source(runner: ModelRunner, manifest: Manifest, slug: str, reason: str) -> RunResult:
    """Leave out a data source whose client days cannot be read: its metrics, and no others."""
    source = runner.node.config.meta["data_source"]["name"]
    with _noting:
        manifest.flat_graph.setdefault(ABSENT, {}).setdefault(slug, {})[source] = reason
    said = _tell(slug, "data source", source, reason)
    done: RunResult = RunResult.from_node(runner.node, RunStatus.Success, said)
    return done


def _note(manifest: Manifest, slug: str, out: Mapping[str, str]) -> None:
    """Tell the models that follow, the logs and whoever watches dbt what is left out, once each."""
    with _noting:
        known = left_out(manifest).setdefault(slug, {})
        new = {entry: reason for entry, reason in out.items() if entry not in known}
        known.update(new)
    for entry, reason in without_parts(new).items():
        kind, _, name = entry.partition(" ")
        _tell(slug, kind, name, reason)


def _tell(slug: str, kind: str, name: str, reason: str) -> str:
    """Tell whoever watches dbt what is left out of an experiment; returns the words."""
    said = WORDS % (kind, name, reason)
    fire_event(Note(msg=f"{slug}: {said}"), level=EventLevel.WARN)
    return said


def _failing(
    runner: ModelRunner, manifest: Manifest, definition: dict[str, Any], entries: Sequence[str]
) -> dict[str, str]:
    """Find the entries that a model fails for; none where it fails without them, or not again."""
    failed: str = runner.node.config.meta["definition_hash"]
    table = runner.node.relation_name if _is_added_to(manifest, runner.node, failed) else None

    def refusal(attempt: Attempt) -> Refusal:
        def refused(kept: Sequence[str]) -> str | None:
            tried = reduced(definition, set(entries_of(definition)) - set(kept))
            # By the hash that failed: a table of what is tried, if there is one, asks for nothing.
            runner.node.config.meta = {**tried, "definition_hash": failed}
            # A connection each: what was refused ends its transaction.
            with runner.adapter.connection_named(f"{runner.node.unique_id}.part", runner.node):
                try:
                    attempt(runner.compile(manifest).compiled_code, kept)
                except DbtRuntimeError as error:
                    return _said(error)
            return None

        return refused

    # What BigQuery refuses when it plans costs nothing to find out.
    plan = runner.adapter.validate_sql
    attempts: list[Attempt] = [lambda sql, _: plan(sql)]
    if table and runner.config.credentials.type != "duckdb":
        attempts.append(lambda sql, kept: plan(added(table, _columns(runner), sql, kept)))
    for attempt in (*attempts, lambda sql, _: _run(runner, sql, table)):
        refused = refusal(attempt)
        reason = refused(entries)
        if reason is not None:
            return {} if refused([]) is not None else _search(entries, reason, refused)
    return {}


def _said(error: DbtRuntimeError) -> str:
    """Return what a warehouse says, in a line, without what is of one statement alone."""
    return " ".join(UNTOLD.sub("", str(error.msg)).split())


def _search(entries: Sequence[str], reason: str, refused: Refusal) -> dict[str, str]:
    """Find which of some entries that are refused together are so by themselves, by halves."""
    if len(entries) == 1:
        return {entries[0]: reason}
    middle = len(entries) // 2
    found: dict[str, str] = {}
    for half in (entries[:middle], entries[middle:]):
        why = refused(half)
        if why is not None:
            found |= _search(half, why, refused)
    return found


def _run(runner: ModelRunner, sql: str, table: str | None) -> None:
    """Run a query to its end; on DuckDB also to the types that its table has, or gets.

    Args:
        runner: Of the model.
        sql: The query.
        table: Where its rows are added to what a table holds: that table.
    """
    execute = partial(runner.adapter.execute, auto_begin=False)
    if runner.config.credentials.type != "duckdb":
        execute(PROBED.format(sql), fetch=False)
        return
    # DuckDB stops at the first rows of a query that nothing is made of.
    execute(f"create or replace temp table {PROBE} as {sql}")
    held = _types(execute, table) if table else {}
    for column, kind in _types(execute, PROBE).items():
        wanted = held.get(column) or (NARROW if kind == WIDE else kind)
        # Columns are widened to fractions, see the macro `widen_integers`.
        if kind not in (wanted, FRACTIONAL):
            execute(f'alter table {PROBE} alter "{column}" type {wanted}')


def _columns(runner: ModelRunner) -> list[str]:
    """List the columns of a model's table."""
    relation = runner.adapter.Relation.create_from(runner.config, runner.node)
    return [column.name for column in runner.adapter.get_columns_in_relation(relation)]


def added(table: str, held: Collection[str], sql: str, kept: Sequence[str]) -> str:
    """Write a statement that adds no row: BigQuery refuses it where a column has got another type.

    One that it converts, such as whole numbers for fractions, is no other.

    Args:
        table: What a query's rows are added to.
        held: The columns that it has.
        sql: The query.
        kept: The entries that the query is made of.
    """
    names = [name for _, _, name in (entry.partition(" ") for entry in kept) if name in held]
    columns = ", ".join(f"`{name}`" for name in names)
    made = f"select {columns} from (\n{sql}\n) as made where false"
    return f"insert into {table} ({columns})\n{made}" if names else sql


def _types(execute: Callable[..., Any], table: str) -> dict[str, str]:
    """Return the types of a table's columns on DuckDB."""
    columns = f"select column_name, column_type from (describe {table})"
    return {row[0]: row[1] for row in execute(columns, fetch=True)[1].rows}


def _is_added_to(manifest: Manifest, node: Any, definition_hash: str) -> bool:
    """Whether the build that failed was to add to a table that its definition has made."""
    noted = manifest.flat_graph["nodes"][node.unique_id].get(NOTED, {})
    return noted.get(BUILT_BY.format(definition_hash)) is True
