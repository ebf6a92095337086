"""Says in a config's words what Google's analyzer says of a statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dbt_jetstream.common.errors import did_you_mean
from dbt_jetstream.sql.misfits import without_aggregate

PLACE = re.compile(r" ?\[at \d+:\d+\]")
# What BigQuery has, and the analyzer that runs here does not.
LACKING = {
    *("APPENDS", "BAG_OF_WORDS", "COLLATE", "CONTAINS_SUBSTR", "EXTERNAL_QUERY", "GAP_FILL"),
    *("MAX_BY", "MIN_BY", "OBJECT_REF", "RANGE_SESSIONIZE", "SEARCH", "TEXT_ANALYZE", "TF_IDF"),
    "VECTOR_SEARCH",
}
NO_FUNCTION = re.compile(
    r"Function not found: (?P<name>[\w.`]+)(?:; Did you mean (?P<meant>[\w.]+)\?)?"
)
NO_COLUMN = re.compile(
    r"(?:Unrecognized name: (?P<name>[^\s;]+)"
    r"|Name (?P<inner>\S+) not found inside \S+"
    r"|Field name (?P<field>\S+) does not exist in )"
)
UNKNOWN_NAME = re.compile(r"Unrecognized name: (?P<name>[\w`]+)(?:;|$)")
WRONG_ARGUMENTS = re.compile(
    r"No matching signature for (?:aggregate )?(?:function|operator) (?P<name>\S+)"
    r".*?[Aa]rgument types: (?P<types>.*?)(?:\s+Signature:|[.;] Supported|$)",
    re.DOTALL,
)
MIXED = re.compile(
    r"No matching signature for operator (?P<name>CASE|IF).*? but found: (?P<types>.*?);", re.DOTALL
)
AMONG = re.compile(
    r"No matching signature for operator IN for argument types (?P<left>\S+) and \{(?P<right>.*?)\}"
)
NO_BRANCH = re.compile(r"Cannot access field branch on a value with type")
# What a function or an operator takes, by its name.
TAKES = {
    "a condition, as `x > 0`": {"COUNTIF", "LOGICAL_OR", "LOGICAL_AND", "IF", "AND", "OR", "NOT"},
    "numbers, as of `CAST(x AS FLOAT64)` or `IF(x, 1, 0)`": {
        *("SUM", "AVG", "STDDEV", "STDDEV_SAMP", "STDDEV_POP", "VARIANCE", "VAR_SAMP", "VAR_POP"),
    },
}
SAME_TYPE = "give all the same type, as by `CAST(x AS STRING)`"
COMPARING = {"=", "!=", "<>", "<", ">", "<=", ">=", "BETWEEN", "COALESCE", "IFNULL", "IF", "NULLIF"}
NO_AGGREGATE = re.compile(
    r"expression references (?:column )?(?P<name>\S+) which is neither grouped nor aggregated"
)
NOT_LISTED = "the SELECT of its `from_expression` does not list it"
TWICE_AGGREGATED = re.compile(r"^(?:Aggregations of aggregations|Multi-level aggregation)")


@dataclass(frozen=True)
class Refusal:
    """Why the analyzer does not take a statement.

    Attributes:
        text: In its own words, without line and column.
        is_ignorance: Whether BigQuery may take it nevertheless.
    """

    text: str
    is_ignorance: bool = False

    def __str__(self) -> str:
        return self.text


def refusal_of(message: str) -> Refusal:
    """Read what the analyzer says.

    A function with a dataset in its name is somebody's own, which nobody here can know.
    """
    text = PLACE.sub("", message).strip()
    function = NO_FUNCTION.match(text)
    name = function["name"].replace("`", "") if function else ""
    if "." in name:
        return Refusal(f"the function {name} is not known here", is_ignorance=True)
    if name.upper() in LACKING:
        return Refusal(f"{name} is not known to the analyzer here", is_ignorance=True)
    return Refusal(text, is_ignorance="too deeply" in text)


def told(
    refusal: Refusal,
    source: str,
    clause: str,
    tables: Mapping[str, Sequence[str]],
    column: str = "",
) -> str:
    """Say why an expression over the rows of a data source is refused.

    Args:
        refusal: What the analyzer says.
        source: The data source.
        clause: Its FROM clause.
        tables: The columns of the tables in it, by the tables' names.
        column: The column that is wanted, where it is one that a source must have.
    """
    missing = NO_COLUMN.search(refusal.text)
    if missing:
        name = (column or missing["name"] or missing["inner"] or missing["field"]).strip("`")
        return _missing(name.removeprefix("ds."), source, clause, tables)
    for pattern, words in WORDS.items():
        found = pattern.search(refusal.text)
        if found:
            return words(found)
    return refusal.text


def _no_function(found: re.Match[str]) -> str:
    meant = f"; did you mean `{found['meant'].upper()}`?" if found["meant"] else ""
    return f"BigQuery has no function `{found['name']}`{meant}"


def _mixed(found: re.Match[str]) -> str:
    types = " and ".join(found["types"].split(", "))
    return f"{found['name']} has values of different types, {types}; {SAME_TYPE}"


def _wrong_arguments(found: re.Match[str]) -> str:
    """Say what a function does not take, and what it takes where that is known."""
    name, types = found["name"], found["types"].strip().rstrip(".")
    given = f"{name} does not take {types}"
    if name in COMPARING and "," in types:
        return f"{given}; {SAME_TYPE}"
    takes = next((words for words, names in TAKES.items() if name in names), None)
    return f"{given}; it takes {takes}" if takes else given


def refused_source(refusal: Refusal, tables: Mapping[str, Sequence[str]]) -> str:
    """Say why the query of a data source is refused.

    Args:
        refusal: What the analyzer says.
        tables: The columns of the tables in it, by the tables' names.
    """
    missing = UNKNOWN_NAME.match(refusal.text)
    if not missing:
        return told(refusal, "", "", tables)
    name = missing["name"].strip("`")
    known = {column for columns in tables.values() for column in columns}
    question = did_you_mean(name, known - {name})
    where = " or ".join(tables)
    return f"column `{name}` does not exist in {where}{'; ' + question if question else ''}"


def _missing(name: str, source: str, clause: str, tables: Mapping[str, Sequence[str]]) -> str:
    is_listed = clause.startswith("(") and "*" not in clause
    having = [table for table, columns in tables.items() if name in columns]
    if is_listed and having:
        why = f"{having[0]} has it, but {NOT_LISTED}; add it there"
        return f"column `{name}` does not exist in {source}: {why}"
    known = {column for columns in tables.values() for column in columns}
    question = did_you_mean(name, known - {name})
    return f"column `{name}` does not exist in {source}{'; ' + question if question else ''}"


# What each of the analyzer's messages says in a config's words; the first that fits is taken.
WORDS: dict[re.Pattern[str], Callable[[re.Match[str]], str]] = {
    WRONG_ARGUMENTS: _wrong_arguments,
    MIXED: _mixed,
    AMONG: lambda found: f"IN compares {found['left']} with {found['right']}; {SAME_TYPE}",
    NO_BRANCH: lambda found: f"{found.string}; correct `experiments_column_type`",
    NO_AGGREGATE: lambda found: without_aggregate(found["name"]),
    NO_FUNCTION: _no_function,
    TWICE_AGGREGATED: lambda _: "an aggregate is computed of another; aggregate once",
}
