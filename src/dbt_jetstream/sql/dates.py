"""Rewrites of dates and times: their parts, what lies between two, and their text."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from dbt_jetstream.sql.rewriting import call, innermost_first, refuse

DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
CASTS = {"DATE": "DATE", "TIME": "TIME", "DATETIME": "TIMESTAMP"}
# DuckDB counts these from the minute's start, BigQuery from the second's.
WITHIN_SECOND = {"MILLISECOND": "1000", "MICROSECOND": "1000000"}
# The elements that mean the same in strftime and strptime.
ELEMENTS = frozenset("aAbBdfHIjmMpSuUVwWxXyYG%")
UTC = {"UTC", "+00", "+00:00", "+0", "ETC/UTC", "Z"}


def _count_parts(root: exp.Expr) -> None:
    """Count days of the week from 1, weeks from the first Sunday, and what is within a second."""
    for node in innermost_first(root, exp.Extract):
        part, value = node.this, node.expression
        name = part.name.upper()
        if isinstance(part, exp.WeekStart) or name == "WEEK":
            first = part.this.name.upper() if isinstance(part, exp.WeekStart) else "SUNDAY"
            day = exp.Literal.number(DAYS.index(first))
            node.replace(call("bigquery_week", value.copy(), day))
        elif name == "DAYOFWEEK":
            node.replace(
                exp.Paren(this=exp.Add(this=node.copy(), expression=exp.Literal.number(1)))
            )
        elif name in WITHIN_SECOND:
            size = exp.Literal.number(WITHIN_SECOND[name])
            node.replace(exp.Paren(this=exp.Mod(this=node.copy(), expression=size)))
        elif name == "ISOWEEK":
            node.set("this", exp.var("WEEK"))
        elif name in CASTS:
            node.replace(exp.cast(value.copy(), CASTS[name]))


def _leave_zones(root: exp.Expr) -> None:
    """Leave out the zone UTC, in which times are; any other would count from the session's."""
    for node in innermost_first(root, exp.AtTimeZone):
        zone = node.args["zone"]
        if isinstance(zone, exp.Literal) and zone.name.upper() in UTC:
            node.replace(node.this.copy())
        else:
            refuse(node, "AT TIME ZONE")
    for dated in innermost_first(root, exp.Date):
        zone = dated.args.get("zone")
        if zone is None:
            continue
        if isinstance(zone, exp.Literal) and zone.name.upper() in UTC:
            dated.set("zone", None)
        else:
            refuse(dated, "DATE with a time zone")


def _count_whole_units(root: exp.Expr) -> None:
    """Count the whole units between two timestamps, not the boundaries between them."""
    for node in innermost_first(root, exp.TimestampDiff):
        unit = exp.Literal.string(node.args["unit"].name.lower())
        ends = [_as_time(node.expression), _as_time(node.this)]
        node.replace(call("DATE_SUB", unit, *ends))


def _as_time(node: exp.Expr) -> exp.Expr:
    is_text = isinstance(node, exp.Literal) and node.is_string
    return exp.cast(node.copy(), "TIMESTAMP") if is_text else node.copy()


def _keep_dates(root: exp.Expr) -> None:
    """Make dates of what DuckDB makes timestamps of: a date and an interval, a date cut."""
    kinds = (exp.DateAdd, exp.DateSub, exp.DateTrunc, exp.DateFromUnixDate)
    for node in innermost_first(root, *kinds):
        node.replace(exp.cast(node.copy(), "DATE"))


def _expand_formats(root: exp.Expr) -> None:
    """Write short elements of formats in full, and refuse those that strftime has not."""
    kinds = (exp.TimeToStr, exp.StrToDate, exp.StrToTime, exp.ParseDatetime)
    for node in innermost_first(root, *kinds):
        layout = node.args.get("format")
        if not isinstance(layout, exp.Literal):
            continue
        text = layout.name.replace("%R", "%H:%M").replace("%E4Y", "%Y")
        unknown = [code for code in re.findall(r"%(-?.)", text) if code not in ELEMENTS]
        if unknown:
            name = "FORMAT" if isinstance(node, exp.TimeToStr) else "PARSE"
            code = "e" if unknown[0] == "-d" else unknown[0]
            refuse(node, f"{name}_DATE with %{code}")
        else:
            node.set("format", exp.Literal.string(text))


CHANGES: tuple[Callable[[exp.Expr], None], ...] = (
    _leave_zones,
    _count_parts,
    _count_whole_units,
    _expand_formats,
    _keep_dates,
)
