"""Statements as sqlglot reads them, and the experiments that they are for."""

from __future__ import annotations

import datetime as dt

import sqlglot
from sqlglot import exp

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import Node

SLUGS = ["pip-first-time-hint", "fenix-toolbar-shortcut"]
DAY = dt.date(2026, 3, 20)
NEW_ROWS = {"submission_date": [DAY], "window_index": [3, 4]}


def node_of(experiment: LockedExperiment, name: str) -> Node:
    (found,) = [node for node in experiment.nodes if node.name == name]
    return found


def tree_of(sql: str) -> exp.Expr:
    (statement,) = [found for found in sqlglot.parse(sql, dialect="bigquery") if found]
    # What sqlglot does not know is a command, which says nothing about its text.
    assert not isinstance(statement, exp.Command), sql
    return statement
