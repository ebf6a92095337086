"""The dates that SQL and plans read."""

from __future__ import annotations

import datetime as dt
import re

from cost.cases import DAY
from dbt_jetstream.review.cost.plans import Plan

DATE = r"(?:DATE_(?:ADD|SUB)\()?'(\d{4}-\d\d-\d\d)'(?:,\s*INTERVAL\s+(-?\d+)\s+DAY\))?"
BETWEEN = re.compile(rf"BETWEEN\s+{DATE}\s+AND\s+{DATE}", re.IGNORECASE)


def ranges(sql: str) -> list[tuple[dt.date, dt.date]]:
    """The literal dates between which BigQuery SQL reads."""
    found = []
    for match in BETWEEN.finditer(sql):
        sign = -1 if "DATE_SUB" in match[0].upper() else 1
        first = dt.date.fromisoformat(match[1]) + sign * int(match[2] or 0) * DAY
        found.append((first, dt.date.fromisoformat(match[3]) + int(match[4] or 0) * DAY))
    return found


def days_in(found: list[tuple[dt.date, dt.date]]) -> int:
    return sum((last - first).days + 1 for first, last in found)


LITERAL = re.compile(r"between date '([\d-]+)' and date '([\d-]+)'")
PAIR = re.compile(r">= date '([\d-]+)'\s+and \S+ <= date '([\d-]+)'")


def literal(sql: str) -> list[tuple[dt.date, dt.date]]:
    """The literal dates between which our SQL reads."""
    found = [*LITERAL.findall(sql), *PAIR.findall(sql)]
    return [(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) for first, last in found]


def of_plan(plan: Plan) -> list[tuple[dt.date, dt.date]]:
    return sorted((days.first, days.last) for scan in plan.scans for days in scan.days if len(days))
