"""Finds the scans of partitioned tables in BigQuery SQL that no constant filter prunes.

BigQuery reads only the partitions that a filter of constants on the partitioning column leaves:
https://cloud.google.com/bigquery/docs/querying-partitioned-tables says which. It may stand in
WHERE, or in ON for a side of a join that need not be kept, as in a MERGE, and outside of a subquery
that hands the column on unchanged. Whether BigQuery also moves a filter below GROUP BY is promised
nowhere, and is not taken for granted here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

BOTH = frozenset({"first", "last"})
# ... and the constants are dates.
DATES = frozenset({"first", "last", "date"})
NOTHING: frozenset[str] = frozenset()
# Which ends of the partitions a comparison sets, seen from the column.
ENDS = {
    exp.EQ: BOTH,
    exp.In: BOTH,
    exp.Between: BOTH,
    exp.GT: frozenset({"first"}),
    exp.GTE: frozenset({"first"}),
    exp.LT: frozenset({"last"}),
    exp.LTE: frozenset({"last"}),
}
FLIPPED = {"first": "last", "last": "first"}
# Functions of a partitioning column through which BigQuery prunes.
THROUGH = (exp.Date, exp.TsOrDsToDate, exp.Cast, exp.TimestampTrunc, exp.DateTrunc)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}\b")

Bounds = dict[str, frozenset[str]]


@dataclass
class Source:
    """What a SELECT reads: a table, a subquery, a CTE.

    Attributes:
        node: What stands after FROM or JOIN.
        join: The join; None after FROM.
        bounds: The ends of constant filters on its columns, by column.
    """

    node: exp.Expr
    join: exp.Join | None
    bounds: Bounds = field(default_factory=dict)

    @property
    def is_optional(self) -> bool:
        """Whether the join's condition does not filter the other side."""
        return self.join is not None and self.join.side in {"LEFT", "FULL"}

    def add(self, column: str, ends: frozenset[str]) -> None:
        self.bounds[column] = self.bounds.get(column, NOTHING) | ends


@dataclass
class Cte:
    """A named query and those that it can see."""

    query: exp.Expr
    ctes: Mapping[str, Cte]


class Scans:
    """The scans of partitioned tables in a query.

    Attributes:
        partitions: The partitioning column of each table, by its dotted name; None for telemetry,
            of which only is known that it is partitioned by a date.
        found: The scans: the table, and whether a filter prunes it.
    """

    def __init__(self, partitions: Mapping[str, str | None]) -> None:
        self.partitions = partitions
        self.found: list[tuple[str, bool]] = []

    def query(self, node: exp.Expr, outside: Bounds, ctes: Mapping[str, Cte]) -> None:
        """Walk a query whose output columns are filtered outside."""
        node = node.unnest() if isinstance(node, exp.Subquery) else node
        known = dict(ctes)
        for cte in node.ctes:
            known[cte.alias] = Cte(cte.this, dict(known))
        if isinstance(node, exp.SetOperation):
            names = node.left.named_selects
            for side in (node.left, node.right):
                self.query(side, _renamed(outside, names, side), known)
        elif isinstance(node, exp.Select):
            self._select(node, outside, known)
        elif isinstance(node, exp.Table):
            self._source(Source(node, None, dict(outside)), known)

    def _select(self, select: exp.Select, outside: Bounds, ctes: Mapping[str, Cte]) -> None:
        sources = dict(_sources(select))
        where = select.args.get("where")
        conditions = list(_conjuncts(where.this if where else None))
        if exp.false() in conditions:
            return
        for condition in conditions:
            _filter(condition, sources, sources)
        for source in [s for s in sources.values() if s.join is not None]:
            assert source.join is not None
            reached = {k: v for k, v in sources.items() if v is source or not source.is_optional}
            for condition in _conjuncts(source.join.args.get("on")):
                _filter(condition, sources, reached)
        for name, ends in outside.items():
            _hand_on(select, name, ends, sources)
        for source in sources.values():
            self._source(source, ctes)
        for inner in _inner_queries(select):
            self.query(inner, {}, ctes)

    def _source(self, source: Source, ctes: Mapping[str, Cte]) -> None:
        node = source.node
        if isinstance(node, exp.Subquery):
            self.query(node, source.bounds, ctes)
        elif isinstance(node, exp.Table):
            name = ".".join(part.name for part in node.parts)
            if name in ctes:
                self.query(ctes[name].query, source.bounds, ctes[name].ctes)
            elif name in self.partitions:
                column = self.partitions[name]
                bounds = source.bounds.values() if column is None else [source.bounds.get(column)]
                needed = DATES if column is None else BOTH
                self.found.append((name, any(b is not None and needed <= b for b in bounds)))


def scans(tree: exp.Expr, partitions: Mapping[str, str | None]) -> list[tuple[str, bool]]:
    """List each scan of a partitioned table, and whether a filter from both sides prunes it.

    Args:
        tree: The query.
        partitions: The tables, see `Scans`.
    """
    walked = Scans(partitions)
    walked.query(tree, {}, {})
    return walked.found


def _sources(select: exp.Select) -> Iterator[tuple[str, Source]]:
    start = select.args.get("from_")
    if start is not None:
        yield start.this.alias_or_name, Source(start.this, None)
        for join in start.this.args.get("joins") or []:
            yield join.this.alias_or_name, Source(join.this, join)
    for join in select.args.get("joins") or []:
        yield join.this.alias_or_name, Source(join.this, join)


def _conjuncts(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    if isinstance(condition, exp.Paren):
        yield from _conjuncts(condition.this)
    elif isinstance(condition, exp.And):
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    elif condition is not None:
        yield condition


def _filter(
    condition: exp.Expr, sources: Mapping[str, Source], reached: Mapping[str, Source]
) -> None:
    """Note a condition that compares a column with constant dates."""
    column, others, ends = _comparison(condition)
    plain = _plain_column(column) if column is not None else None
    owner = _owner(plain, sources) if plain is not None else None
    if plain is None or owner not in reached:
        return
    if all(_is_date(other) for other in others):
        ends |= {"date"}
    reached[owner].add(plain.name, ends)


def _comparison(
    condition: exp.Expr,
) -> tuple[exp.Expr | None, list[exp.Expr], frozenset[str]]:
    """Take a comparison with constants apart; without a column where it is none."""
    if isinstance(condition, exp.Is) and isinstance(condition.expression, exp.Null):
        return condition.this, [condition.expression], BOTH
    ends = ENDS.get(type(condition), NOTHING)
    column, *others = list(condition.iter_expressions()) or [None]
    if len(others) == 1 and column is not None and not column.find(exp.Column):
        column, others = others[0], [column]
        ends = ends if ends == BOTH else frozenset(FLIPPED[end] for end in ends)
    if not ends or not others or any(o.find(exp.Column, exp.Query) for o in others):
        return None, [], NOTHING
    return column, others, ends


def _is_date(value: exp.Expr) -> bool:
    """Whether a constant is a date or a timestamp, or computed from one."""
    return any(lit.is_string and DATE.match(lit.this) for lit in value.find_all(exp.Literal))


def _plain_column(value: exp.Expr) -> exp.Column | None:
    """Return the column that BigQuery prunes by, out of the functions that it sees through."""
    while isinstance(value, (*THROUGH, exp.Paren)):
        value = value.this
    if isinstance(value, exp.Extract) and value.this.name.upper() == "DATE":
        value = value.expression
    return value if isinstance(value, exp.Column) else None


def _owner(column: exp.Column, sources: Mapping[str, Source]) -> str | None:
    if column.table:
        return column.table
    holding = [name for name, source in sources.items() if _may_hold(source.node, column.name)]
    return holding[0] if len(holding) == 1 else None


def _may_hold(node: exp.Expr, column: str) -> bool:
    """Whether a source has a column, as far as its text tells."""
    if isinstance(node, exp.Unnest):
        return False
    if isinstance(node, exp.Subquery) and isinstance(node.unnest(), exp.Query):
        names = node.unnest().named_selects
        return "*" in names or column in names
    return True


def _hand_on(
    select: exp.Select, name: str, ends: frozenset[str], sources: Mapping[str, Source]
) -> None:
    """Apply a filter on an output column to the source that the column comes from unchanged."""
    if not _is_plain(select):
        return
    for projection in select.expressions:
        if projection.alias_or_name == name and not projection.is_star:
            column = _plain_column(projection.unalias())
            owner = _owner(column, sources) if column is not None else None
            if column is not None and owner in sources:
                sources[owner].add(column.name, ends)
            return
    starred = [e for e in select.expressions if e.is_star and not _is_excepted(e, name)]
    tables = [e.table for e in starred if isinstance(e, exp.Column)]
    if len(starred) == 1 and tables:
        owners = [tables[0]]
    else:
        owners = [k for k, v in sources.items() if starred and _may_hold(v.node, name)]
    if len(owners) == 1 and owners[0] in sources:
        sources[owners[0]].add(name, ends)


def _is_plain(select: exp.Select) -> bool:
    """Whether filtering the output equals filtering the input."""
    stops = ("group", "having", "limit", "offset", "qualify")
    if any(select.args.get(key) for key in stops):
        return False
    found = (f for e in select.expressions for f in e.find_all(exp.Window, exp.AggFunc))
    return not any(f.find_ancestor(exp.Select) is select for f in found)


def _is_excepted(star: exp.Expr, name: str) -> bool:
    inner = star.this if isinstance(star, exp.Column) else star
    changed = [*(inner.args.get("except_") or []), *(inner.args.get("replace") or [])]
    return name in [e.alias_or_name for e in changed]


def _renamed(outside: Bounds, names: list[str], side: exp.Expr) -> Bounds:
    """Name the output columns of a set operation as one of its sides does."""
    found = side.named_selects if isinstance(side, exp.Query) else names
    if "*" in names or "*" in found or len(found) != len(names):
        return outside
    return {found[names.index(k)]: ends for k, ends in outside.items() if k in names}


def _inner_queries(select: exp.Select) -> Iterator[exp.Expr]:
    """Find the queries in expressions: all but those that are selected from."""
    parts = [*select.expressions, select.args.get("where"), select.args.get("having")]
    parts += [join.args.get("on") for join in select.args.get("joins") or []]
    for part in [part for part in parts if part is not None]:
        for query in part.find_all(exp.Select):
            if query.find_ancestor(exp.Select) is select:
                yield query
