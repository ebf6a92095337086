"""Format 1 of definitions: the daily parts of a metric, found in its text.

A definition shows the SQL over a window, as people write it. What is read of each day follows from
it: the outermost aggregates. The text is scanned, not parsed, so that no version of a parser
changes what a held lock means; a metric whose parts the scan does not find names them itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from dbt_jetstream.lock.definition.measures import Part
from dbt_jetstream.lock.definition.values import Fragment
from dbt_jetstream.lock.parts.fragments import bigquery_sql

COMBINE = {
    "SUM": "SUM",
    "COUNT": "SUM",
    "COUNTIF": "SUM",
    "MIN": "MIN",
    "MAX": "MAX",
    "LOGICAL_OR": "LOGICAL_OR",
    "LOGICAL_AND": "LOGICAL_AND",
}
DUCKDB_AGGREGATES = ("SUM", "COUNT", "COUNT_IF", "MIN", "MAX", "BOOL_OR", "BOOL_AND")
LONGEST_NAME = 60
QUOTES = "'\"`"


def squeezed(sql: str) -> str:
    """Write an expression as the parser does, as far as text alone tells."""
    text = re.sub(r"\s+", " ", sql).strip()
    return re.sub(r"\( | (?=\))", lambda found: found.group().strip(), text).replace("!=", "<>")


def split_text(canonical: str, duckdb: str | None = None) -> tuple[tuple[Part, ...], Fragment]:
    """Split an expression into daily parts and what windows make of them.

    Args:
        canonical: BigQuery's text.
        duckdb: DuckDB's, where it differs.
    """
    pieces = [canonical[a:b] for a, b in _spans(canonical, COMBINE)]
    names = {sql: _part_name(sql) for sql in pieces}
    window = _replaced(canonical, COMBINE, names)
    fragments: dict[str, Fragment] = {name: sql for sql, name in names.items()}
    combined: Fragment = window
    if duckdb is not None:
        pairs = _pairs(list(names), duckdb)
        for own, sql in pairs.items():
            if own != sql:
                fragments[names[sql]] = {"bigquery": sql, "duckdb": own}
        there = {own: names[sql] for own, sql in pairs.items()}
        over = _replaced(duckdb, DUCKDB_AGGREGATES, there)
        both: Fragment = {"bigquery": window, "duckdb": over}
        combined = window if over == window else both
    return tuple(_part(name, fragments[name]) for name in sorted(fragments)), combined


def composed(window: str, parts: Iterable[Part], dialect: str) -> str:
    """Undo a split: write the expression over telemetry, its parts in the place of their names."""
    texts = {part.name: _in_dialect(part.sql, dialect) for part in parts}
    if not texts:
        return window
    longest_first = sorted(texts, key=len, reverse=True)
    named = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, longest_first))})(?!\w)")
    return named.sub(lambda found: texts[found[1]], window)


def _in_dialect(fragment: Fragment, dialect: str) -> str:
    return fragment if isinstance(fragment, str) else str(fragment[dialect])


def _part(name: str, sql: Fragment) -> Part:
    text = bigquery_sql(sql)
    return Part(name=name, sql=sql, combine=COMBINE[text[: text.index("(")]])


def _part_name(sql: str) -> str:
    plain = re.sub(r"\bds\.", "", sql.lower())
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if re.fullmatch(r"[a-z]+\([a-z0-9_]+\)", plain) and len(slug) <= LONGEST_NAME:
        return slug
    digest = hashlib.sha256(sql.encode()).hexdigest()[:6]
    return f"{slug[: LONGEST_NAME - 7].rstrip('_')}_{digest}"


def _pairs(bigquery: list[str], duckdb: str) -> dict[str, str]:
    """Tell which aggregate of DuckDB's text is which of BigQuery's: the same text, or in order."""
    own = list(dict.fromkeys(duckdb[a:b] for a, b in _spans(duckdb, DUCKDB_AGGREGATES)))
    same = {sql: sql for sql in own if sql in bigquery}
    others = [sql for sql in bigquery if sql not in same]
    return same | dict(zip((sql for sql in own if sql not in same), others, strict=False))


def _replaced(sql: str, functions: Collection[str], names: Mapping[str, str]) -> str:
    out, last = [], 0
    for start, end in _spans(sql, functions):
        found = sql[start:end]
        out += [sql[last:start], names.get(found, found)]
        last = end
    return "".join([*out, sql[last:]])


def _spans(sql: str, functions: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where the outermost calls of some functions begin and end, outside of quotes."""
    call = re.compile(rf"(?<![\w.`])({'|'.join(functions)})\(")
    at = 0
    while at < len(sql):
        found = call.match(sql, at)
        if sql[at] in QUOTES:
            at = _quote_end(sql, at)
        elif found:
            end = _call_end(sql, found.end())
            yield at, end
            at = end
        else:
            at += 1


def _quote_end(sql: str, start: int) -> int:
    end = sql.find(sql[start], start + 1)
    return len(sql) if end < 0 else end + 1


def _call_end(sql: str, at: int) -> int:
    depth = 1
    while at < len(sql) and depth:
        if sql[at] in QUOTES:
            at = _quote_end(sql, at)
            continue
        depth += {"(": 1, ")": -1}.get(sql[at], 0)
        at += 1
    return at
