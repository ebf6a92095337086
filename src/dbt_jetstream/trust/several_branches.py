"""How many units have enrolled in more than one branch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dbt_jetstream.trust.finding import OK, UNDEFINED, WARNING, Finding
from dbt_jetstream.trust.shares import Share

CHECK = "several_branches"
# A unit in two branches counts in both: a share s of them shrinks a difference by about 2 s.
MOST = 0.01
# Fewer units than these are an accident, whatever their share.
LEAST_UNITS = 5


def several_branches(counts: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Report the units in several branches.

    Args:
        counts: At most one row, with `units` and how many of them were `found` in several.
    """
    rows = [row for row in counts if row["units"]]
    if not rows:
        message = "Units in several branches not counted: no unit has enrolled yet."
        return [Finding(CHECK, message, UNDEFINED)]
    share = Share(rows[0]["found"], rows[0]["units"])
    is_high = share.share > MOST and share.found >= LEAST_UNITS
    message = (
        f"{share.found:,} of {share.units:,} units ({share.share:.2%}) enrolled in more than one "
        "branch; each counts in all of its branches."
    )
    if is_high:
        message += f" More than {MOST:.0%} blur the differences between branches."
    state = WARNING if is_high else OK
    return [Finding(CHECK, message, state, units=share.found, value=share.share)]
