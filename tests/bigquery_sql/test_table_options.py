"""Labels, descriptions and expirations of tables."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from mozilla_nimbus_schemas.jetstream.metadata import SCHEMA_VERSION
from sqlglot import exp

from bigquery_sql.parsing import node_of, tree_of
from bigquery_statements import Statements
from conftest import REPOSITORY
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.render import Renderer


def _options(sql: str) -> dict[str, str]:
    """The options that an ALTER sets."""
    assert isinstance(tree_of(sql), exp.Alter)
    found = re.fullmatch(r"alter (table|view) `[^;]+?\nset options \((.*)\)", sql, re.DOTALL)
    assert found, sql
    listed = re.split(r",\s*(?=\w+ = )", found[2].strip())
    return dict(option.split(" = ", 1) for option in listed)


def _labels(option: str) -> dict[str, str]:
    return dict(re.findall(r"\('([^']+)', '([^']*)'\)", option))


def test_every_run_describes_and_labels_every_table(
    experiment: LockedExperiment, statements: Statements
) -> None:
    before = int(dt.datetime.now(dt.UTC).timestamp())
    for name, found in statements.hooks(experiment).items():
        (alter,) = [hook for hook in found if "labels" in hook]
        is_view = node_of(experiment, name).config["materialized"] == "view"
        assert alter.startswith("alter view" if is_view else "alter table")
        options = _options(alter)
        labels = _labels(options["labels"])
        assert options["description"] == f"'{experiment.slug}'"
        assert labels["experiment"] == experiment.slug
        assert before <= int(labels["last_updated"]) <= before + 60
        version = str(SCHEMA_VERSION) if name.startswith("statistics_") else None
        assert labels.get("schema_version") == version


def test_a_label_takes_what_bigquery_takes(statements: Statements) -> None:
    label = statements.macros["table_label"]
    assert label("Ein.Slug/2") == "ein_slug_2"
    assert len(label("x" * 80)) == 63


def _expirations(statements: Statements, experiment: LockedExperiment) -> dict[str, str]:
    return {
        name: _options(hook)["expiration_timestamp"]
        for name, found in statements.hooks(experiment).items()
        for hook in found
        if "expiration" in hook
    }


def _ending(experiment: LockedExperiment, end_date: str | None) -> LockedExperiment:
    nodes = [
        replace(node, meta=node.meta | {"experiment": node.meta["experiment"] | {"end_date": end}})
        for end in [end_date]
        for node in experiment.nodes
    ]
    return replace(experiment, nodes=nodes)


def _on(statements: Statements, day: dt.date) -> None:
    at_six = dt.datetime.combine(day, dt.time(6), dt.UTC)
    statements.environment.globals["run_started_at"] = at_six


def test_client_days_alone_expire_ninety_days_after_the_end(
    experiment: LockedExperiment, statements: Statements
) -> None:
    _on(statements, dt.date(2026, 4, 1))
    ends = _expirations(statements, _ending(experiment, "2026-04-15"))
    # 15 April and 15 days of it, 31 of May, 30 of June, 14 of July.
    assert set(ends.values()) == {"timestamp '2026-07-14 00:00:00+00'"}
    assert ends.keys() == {n.name for n in experiment.nodes if n.name.endswith("_client_days")}


def test_the_expiration_follows_the_end_date(
    experiment: LockedExperiment, statements: Statements
) -> None:
    _on(statements, dt.date(2026, 4, 1))
    later = _expirations(statements, _ending(experiment, "2026-05-15"))
    assert set(later.values()) == {"timestamp '2026-08-13 00:00:00+00'"}
    never = _expirations(statements, _ending(experiment, None))
    # Said, so that an end that is taken back takes the expiration with it.
    assert set(never.values()) == {"null"}


def test_a_table_built_after_the_end_does_not_expire_at_once(
    experiment: LockedExperiment, statements: Statements
) -> None:
    _on(statements, dt.date(2027, 1, 1))
    found = _expirations(statements, _ending(experiment, "2026-04-15"))
    assert set(found.values()) == {"timestamp '2027-04-01 00:00:00+00'"}


def test_tables_are_kept_where_the_project_says_so(
    experiment: LockedExperiment, statements: Statements
) -> None:
    statements.settings["vars"]["jetstream_days_kept"] = None
    assert set(_expirations(statements, experiment).values()) == {"null"}


def test_hooks_say_nothing_on_duckdb() -> None:
    renderer = Renderer(REPOSITORY, "duckdb")
    for macro in ("table_options", "expire_table"):
        assert str(renderer.macros[macro]()).strip() == ""
