"""Says in a config's words what Google's analyzer says of a statement."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dbt_jetstream.errors import did_you_mean

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
WRONG_ARGUMENTS = re.compile(
    r"No matching signature for (?:aggregate )?(?:function|operator) (?P<name>\S+)"
    r".*?[Aa]rgument types: (?P<types>.*?)(?:\s+Signature:|[.;] Supported|$)",
    re.DOTALL,
)
NO_AGGREGATE = re.compile(
    r"expression references (?:column )?(?P<name>\S+) which is neither grouped nor aggregated"
)
NOT_LISTED = "the SELECT of its `from_expression` does not list it"
TWICE_AGGREGATED = ("Aggregations of aggregations", "Multi-level aggregation")


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
    wrong = WRONG_ARGUMENTS.search(refusal.text)
    if wrong:
        return f"{wrong['name']} does not take {wrong['types'].strip().rstrip('.')}"
    bare = NO_AGGREGATE.search(refusal.text)
    if bare:
        name = bare["name"]
        return (
            f"`{name}` has no aggregate, and a unit may have several rows; say which value is "
            f"meant, such as `SUM({name})` or `ANY_VALUE({name})`"
        )
    function = NO_FUNCTION.match(refusal.text)
    if function:
        meant = f"; did you mean `{function['meant'].upper()}`?" if function["meant"] else ""
        return f"BigQuery has no function `{function['name']}`{meant}"
    if refusal.text.startswith(TWICE_AGGREGATED):
        return "an aggregate is computed of another; aggregate once"
    return refusal.text


def _missing(name: str, source: str, clause: str, tables: Mapping[str, Sequence[str]]) -> str:
    is_listed = clause.startswith("(") and "*" not in clause
    having = [table for table, columns in tables.items() if name in columns]
    if is_listed and having:
        why = f"{having[0]} has it, but {NOT_LISTED}; add it there"
        return f"column `{name}` does not exist in {source}: {why}"
    known = {column for columns in tables.values() for column in columns}
    question = did_you_mean(name, known - {name})
    return f"column `{name}` does not exist in {source}{'; ' + question if question else ''}"
